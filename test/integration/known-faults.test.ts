/**
 * The faults that are on record of the plugging that operators know, one test each: none of them may exist here. (A VF
 * number that is the word "None" is a matter of the representor provider, and is tested with it.)
 */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { mapOf, readJournal } from "../chaos/journal.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";
import { PinnedHypervisor } from "./support/pins.ts";

const pinned = { "vif-plug-type": "pinned" };

async function addMany(hv: Hypervisor, count: number): Promise<readonly string[]> {
  const lports = Array.from({ length: count }, (_, index) => `lsp${index}`);
  await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
  await hv.interfaces(lports);
  return lports;
}

test("an unplug at start-up or reconnect, because the Southbound snapshot was partial", async () => {
  await using hv = await startHypervisor();
  const { chassis } = hv;
  const lports = await addMany(hv, 200);
  // Half of them are in view by their name alone.
  const half = lports.slice(0, 100);
  await chassis.nbctl(
    ...half.flatMap((lport) => [
      "--",
      "remove",
      "Logical_Switch_Port",
      lport,
      "options",
      "requested-chassis",
    ]),
  );
  await hv.settle();
  const before = await hv.interfacesOf(...lports);
  const removals = async () => (await hv.removals()).filter((request) => !request.includes('"fence'));
  for (let round = 1; round <= 5; round++) {
    await hv.daemon.stop(round % 2 === 0 ? "SIGTERM" : "SIGKILL");
    await hv.startDaemon();
    const from = hv.daemon.lines.length;
    await chassis.kill("ovnsb_db", "SIGKILL");
    await chassis.start("ovnsb_db");
    await hv.daemon.waitLog(/OVN_Southbound: in sync/, 20_000, from);
  }
  expect(await removals()).toEqual([]);
  const byName = (rows: typeof before) => new Map(rows.map(({ name, _uuid }) => [name, _uuid]));
  expect(byName(await hv.interfacesOf(...lports))).toEqual(byName(before));
});

test("the same interface inserted twice, before its ofport exists", async () => {
  await using hv = await startHypervisor({ vswitchd: false, controller: false });
  await hv.chassis.addChassis("hv1");
  await hv.addLport("lsp1");
  expect((await hv.interface("lsp1")).ofport).toBeNull();
  await hv.setLport("lsp1", { "vif-plug-mtu-request": "1400" });
  await hv.interface("lsp1", (row) => row.mtu_request === 1400);
  await hv.daemon.stop("SIGKILL");
  await hv.startDaemon();
  await hv.settle();
  const inserts = (await hv.writesTo("lsp1")).filter((request) => request.includes('"op":"insert"'));
  expect(inserts).toHaveLength(1);
  expect(await hv.interfacesOf("lsp1")).toHaveLength(1);
});

test("two logical ports that steal one interface from each other", async () => {
  await using hv = await startHypervisor();
  const name = "stolen---------";
  await hv.addLports({ [`${name}b`]: {}, [`${name}a`]: {} });
  await hv.installed(name);
  for (const mtu of ["1400", "1300", "1400"]) {
    for (const lport of [`${name}a`, `${name}b`]) await hv.setLport(lport, { "vif-plug-mtu-request": mtu });
  }
  await hv.settle();
  const journal = await readJournal(join(hv.chassis.dir, "conf.db"));
  const owners = journal.flatMap(({ events }) =>
    events
      .filter(({ table, after }) => table === "Interface" && after?.name === name)
      .map(({ after }) => mapOf(after?.external_ids).get("iface-id")),
  );
  expect(new Set(owners)).toEqual(new Set([`${name}a`]));
});

describe("with a provider that looks things up", () => {
  test("a provider's refusal that is taken for an answer", async () => {
    await using host = await PinnedHypervisor.start();
    const { hv } = host;
    await host.pin("pinned", { stays: "stays0" });
    await hv.addLports({ never: pinned, stays: pinned, fine: {} });
    await hv.interface("stays0");
    await hv.deleteLport("stays");
    await host.daemon.waitLog(/ never: waiting: not pinned/);
    await host.daemon.waitLog(/ stays: waiting: still pinned/);
    await hv.installed("fine");
    await hv.settle();
    expect(host.daemon.status).toBeUndefined();
    expect(host.daemon.lines.filter((line) => line.includes(" threw"))).toEqual([]);
    expect(await hv.interfacesOf("stays")).toHaveLength(1);
  });

  test("device events that never lead to another try", async () => {
    await using host = await PinnedHypervisor.start();
    const { hv } = host;
    await hv.addLport("late", pinned);
    await host.daemon.waitLog(/ late: waiting: not pinned/);
    await host.pin("pinned", { late: "late0" });
    await hv.interface("late0");
    await host.daemon.waitLog(/ late: plugged interface late0/);
    // Nobody tells vifplugd that a pin is there but the provider itself: its only other call would be the back-off's.
    await host.pin("pinned", { late: "late1" });
    await hv.interface("late1");
  });

  test("a device that is another one, refused for ever while the port shows up", async () => {
    await using host = await PinnedHypervisor.start();
    const { hv } = host;
    await host.pin("pinned", { moves: "moves0" });
    await hv.addLport("moves", pinned);
    await hv.installed("moves0");
    await host.pin("pinned", { moves: "moves1" });
    await hv.installed("moves1");
    expect((await hv.interfacesOf("moves")).map((row) => row.name)).toEqual(["moves1"]);
  });
});

test("a withdrawn plug type, refused for ever while the port shows up", async () => {
  await using hv = await startHypervisor();
  await hv.addPlugged("lsp1");
  await hv.setLport("lsp1", { "vif-plug-type": null });
  await hv.gone("lsp1");
  await hv.setLport("lsp1", { "vif-plug-type": "dummy" });
  await hv.installed("lsp1");
});

test("a restart after an unclean exit that cannot recover", async () => {
  await using hv = await startHypervisor();
  await hv.addPlugged("kept");
  await hv.addPlugged("deleted");
  // Killed with changes in flight: one is committed after its sender's end, or never.
  await hv.chassis.kill("ovsdb-server", "SIGSTOP");
  await hv.addLport("new");
  await hv.deleteLport("deleted");
  await hv.chassis.nbctl("--wait=sb", "sync");
  await hv.daemon.stop("SIGKILL");
  await hv.chassis.kill("ovsdb-server", "SIGCONT");
  await hv.startDaemon();
  await hv.installed("new");
  await hv.chassis.waitUntil("Open_vSwitch", "Interface", ["name"], (rows) =>
    rows.every(({ name }) => name !== "deleted"),
  );
  await hv.settle();
  expect(await hv.interfacesOf("new")).toHaveLength(1);
  expect(await hv.writesTo("kept")).toHaveLength(1);
});
