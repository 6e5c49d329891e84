/** Contract rule T4, on a real chassis: another program plugs too, or undoes what is plugged. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { commandLine } from "../../tools/chassis/programs.ts";
import { mapOf, type RowEvent, readJournal, textOf } from "../chaos/journal.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor();
  const { chassis } = hv;
  await chassis.addChassis("hv2");
  await chassis.stop("ovn-controller");
  const plugsToo = [...commandLine("ovn-controller", chassis.dir), "--enable-dummy-vif-plug"];
  const controller = chassis.spawn("ovn-controller", plugsToo);
  await controller.waitLog(/dummy/i).catch(() => {});
});
afterAll(async () => {
  await hv.stop();
});

/** What was ever stored of the interfaces of that logical port, whoever wrote it. */
async function historyOf(lport: string): Promise<readonly RowEvent[]> {
  const journal = await readJournal(join(hv.chassis.dir, "conf.db"));
  return journal.flatMap(({ events }) =>
    events.filter(({ table, before, after }) => {
      const row = after ?? before;
      return table === "Interface" && mapOf(row?.external_ids).get("iface-id") === lport;
    }),
  );
}

test("T4: ports that both plug are plugged once, changed once and unplugged once", async () => {
  const lports = Array.from({ length: 30 }, (_, index) => `lsp${index}`);
  for (const lport of lports) await hv.addLport(lport, { "vif-plug-mtu-request": "1400" });
  await Promise.all(lports.map((lport) => hv.installed(lport)));
  for (const lport of lports) await hv.setLport(lport, { "vif-plug-mtu-request": "1300" });
  await Promise.all(lports.map((lport) => hv.interface(lport, (row) => row.mtu_request === 1300)));
  await hv.settle();
  for (const lport of lports) expect(hv.interfacesOf(lport)).toHaveLength(1);
  for (const lport of lports.slice(0, 15)) await hv.setLport(lport, { "requested-chassis": "hv2" });
  for (const lport of lports.slice(15)) await hv.deleteLport(lport);
  await hv.chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) =>
    rows.every(({ name }) => !name.startsWith("lsp")),
  );
  await hv.settle();
  for (const lport of lports) {
    const events = await historyOf(lport);
    expect(events.filter(({ before }) => before === null).map(({ after }) => textOf(after?.name))).toEqual([
      lport,
    ]);
    const changed = events.filter(({ before, changed }) => before !== null && changed !== null);
    expect(changed.filter((event) => "mtu_request" in (event.changed ?? {}))).toHaveLength(1);
    expect(changed.filter((event) => "options" in (event.changed ?? {}))).toEqual([]);
    expect(events.filter(({ after }) => after === null)).toHaveLength(1);
  }
  expect(hv.daemon.lines.filter((line) => / warn plug: lsp\d+: (error|conflict|foreign)/.test(line))).toEqual(
    [],
  );
}, 60_000);

test("T4: a change that another program keeps undoing is reported, and not fought over", async () => {
  await using other = await startHypervisor();
  await other.addPlugged("lsp1");
  const undo = () => other.setInterface("lsp1", "options:vif-plug-dummy-option=theirs");
  for (let round = 1; round <= 3; round++) {
    await undo();
    await other.interface("lsp1", (row) => row.options.get("vif-plug-dummy-option") === "value");
  }
  await undo();
  await other.daemon.waitLog(
    / warn plug: lsp1: error: another program keeps undoing what is written to interface lsp1/,
  );
  const writes = other.writesTo("lsp1").length;
  await other.settle();
  expect(other.writesTo("lsp1")).toHaveLength(writes);
  // One more try when its time has come.
  await other.interface("lsp1", (row) => row.options.get("vif-plug-dummy-option") === "value");
});
