/** Rule T4, on a real chassis: another program plugs too, or undoes what is plugged. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { commandLine } from "../../tools/chassis/programs.ts";
import { mapOf, type RowEvent, readJournal } from "../chaos/journal.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

let hv: Hypervisor;
beforeAll(async () => {
  hv = await startHypervisor();
  const { chassis } = hv;
  await chassis.addChassis("hv2");
  await chassis.stop("ovn-controller");
  const plugsToo = [...commandLine("ovn-controller", chassis.dir), "--enable-dummy-vif-plug"];
  chassis.spawn("ovn-controller", plugsToo);
});
afterAll(async () => {
  await hv.stop();
});

interface Write extends RowEvent {
  /** By vifplugd, or by ovs-vswitchd, which writes nothing of what is looked at here. */
  readonly isOurs: boolean;
}

/** What was ever stored of the interfaces of that logical port, whoever wrote it. */
async function writesOf(lport: string): Promise<readonly Write[]> {
  const journal = await readJournal(join(hv.chassis.dir, "conf.db"));
  return journal.flatMap(({ events, comment }) =>
    events
      .filter(({ table, before, after }) => {
        return table === "Interface" && mapOf((after ?? before)?.external_ids).get("iface-id") === lport;
      })
      .map((event) => ({ ...event, isOurs: comment === null })),
  );
}

function isInsert({ before }: Write): boolean {
  return before === null;
}

/** As `settle`, where either of the two may be the one that plugs and unplugs. */
async function settleBoth(fence: string): Promise<void> {
  await hv.addLport(fence);
  await hv.interface(fence);
  await hv.deleteLport(fence);
  await hv.chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) =>
    rows.every(({ name }) => name !== fence),
  );
}

test("T4: ports that both plug are plugged once, follow their options, and go", async () => {
  const lports = Array.from({ length: 30 }, (_, index) => `lsp${index}`);
  for (const lport of lports) await hv.addLport(lport, { "vif-plug-mtu-request": "1400" });
  // Not until it is installed: an ovn-controller that was second sometimes forgets that.
  await hv.interfaces(lports, ({ ofport }) => (ofport ?? 0) > 0);
  for (const lport of lports) await hv.setLport(lport, { "vif-plug-mtu-request": "1300" });
  await hv.interfaces(lports, (row) => row.mtu_request === 1300);
  await settleBoth("fence-a");
  for (const lport of lports) expect((await writesOf(lport)).filter(isInsert)).toHaveLength(1);
  for (const lport of lports.slice(0, 15)) await hv.setLport(lport, { "requested-chassis": "hv2" });
  for (const lport of lports.slice(15)) await hv.deleteLport(lport);
  await hv.chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) =>
    rows.every(({ name }) => !name.startsWith("lsp")),
  );
  await settleBoth("fence-b");
  for (const lport of lports) {
    const ours = (await writesOf(lport)).filter(({ isOurs }) => isOurs);
    expect(ours.filter(isInsert).length).toBeLessThanOrEqual(1);
    const changes = ours.flatMap(({ before, changed }) =>
      before === null || changed === null ? [] : [changed],
    );
    // The two do not see a change of the Southbound at the same moment; that is over as soon as both have.
    expect(changes.filter((changed) => "mtu_request" in changed).length).toBeLessThan(5);
    expect(changes.filter((changed) => "options" in changed || "type" in changed)).toEqual([]);
  }
  expect(await hv.interfacesOf("lsp0")).toEqual([]);
  expect(hv.daemon.lines.filter((line) => / warn plug: lsp\d+: (error|conflict|foreign)/.test(line))).toEqual(
    [],
  );
});

test("T4: a change that another program keeps undoing is reported, and not fought over", async () => {
  await using other = await startHypervisor();
  await other.addPlugged("lsp1");
  const undo = () => other.setInterface("lsp1", "options:vif-plug-dummy-option=theirs");
  for (let round = 1; round <= 3; round++) {
    const from = other.daemon.lines.length;
    await undo();
    // The row would not do: whoever watches may not have seen it undone yet.
    await other.daemon.waitLog(/ info plug: lsp1: updated interface lsp1/, undefined, from);
  }
  await undo();
  await other.daemon.waitLog(
    / warn plug: lsp1: error: another program keeps undoing what is written to interface lsp1/,
  );
  const writes = (await other.writesTo("lsp1")).length;
  await other.settle();
  expect(await other.writesTo("lsp1")).toHaveLength(writes);
  // One more try when its time has come.
  await other.interface("lsp1", (row) => row.options.get("vif-plug-dummy-option") === "value");
});

test("T4: a move that another program keeps undoing is left alone, and made when its time has come", async () => {
  await using other = await startHypervisor();
  await other.addPlugged("lsp1");
  const marks = "external_ids:iface-id=lsp1 external_ids:ovn-plugged=dummy".split(" ");
  const undo = () =>
    other.chassis.vsctl(
      ...["--if-exists", "del-port", "lsp1", "--", "add-port", "br-int", "old1"],
      ...["--", "set", "Interface", "old1", "type=internal", ...marks],
    );
  const replugged = / info plug: lsp1: replugged: interface old1 is now lsp1/;
  for (let round = 1; round <= 3; round++) {
    const from = other.daemon.lines.length;
    await undo();
    await other.daemon.waitLog(replugged, undefined, from);
  }
  const from = other.daemon.lines.length;
  await undo();
  await other.daemon.waitLog(/ warn plug: lsp1: error: another program keeps removing interface lsp1/);
  expect(await other.chassis.appctl("vifplugd", "plug/explain", "lsp1")).toContain(
    "  no   no other program keeps undoing what is written for it\n",
  );
  await other.daemon.waitLog(replugged, undefined, from);
  expect((await other.interfacesOf("lsp1")).map(({ name }) => name)).toEqual(["lsp1"]);
});

describe("taking over a chassis", () => {
  test("from an ovn-controller that plugs: nothing is written, before nor after it is exchanged", async () => {
    await using other = await startHypervisor({ daemon: false, controller: false });
    const { chassis } = other;
    const plain = commandLine("ovn-controller", chassis.dir);
    chassis.spawn("ovn-controller", [...plain, "--enable-dummy-vif-plug"]);
    const lports = Array.from({ length: 10 }, (_, index) => `lsp${index}`);
    await other.addLports(
      Object.fromEntries(lports.map((lport) => [lport, { "vif-plug-mtu-request": "1400" }])),
    );
    // Not until it says that they are installed, which an ovn-controller that plugs sometimes forgets.
    const before = await Promise.all(
      lports.map((lport) =>
        other.interface(lport, ({ ofport, mtu_request }) => (ofport ?? 0) > 0 && mtu_request === 1400),
      ),
    );
    await other.startDaemon();
    await other.settle();
    await chassis.kill("ovn-controller", "SIGKILL");
    await chassis.start("ovn-controller");
    await other.addLport("next");
    await other.interface("next", ({ ofport }) => (ofport ?? 0) > 0);
    for (const lport of lports) expect(await other.writesTo(lport)).toEqual([]);
    const after = await other.interfaces(lports);
    expect(after.map((row) => row._uuid)).toEqual(before.map((row) => row._uuid));
  });

  test("from somebody whose interface is marked by hand: it is taken over as it is", async () => {
    await using other = await startHypervisor();
    await other.addInterface("br-int", "web1", "external_ids:iface-id=web1");
    const before = await other.interface("web1");
    await other.addLport("web1", { "vif-plug-mtu-request": "1400" });
    await other.daemon.waitLog(/ web1: foreign/);
    await other.setInterface("web1", "external_ids:ovn-plugged=dummy");
    const after = await other.interface("web1", (row) => row.mtu_request === 1400);
    expect(after._uuid).toBe(before._uuid);
  });
});
