// What becomes of port bindings that left the view: each is asked about once, and what was answered holds for one run.
import { expect, test } from "bun:test";
import { settle } from "../../support/plug-daemon.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";
import { rows, started } from "./support/leaving.ts";

const LPORT = "lsp1";
/** However a clock is set meanwhile. */
const HOUR_MS = 3_600_000;
const refused = { ok: false, error: transactError("constraint violation") } as const;

/** Ports that are plugged, whose provider lets go of all of them at once. */
async function begun() {
  const port = await started();
  const { reconciler } = port.daemon;
  const [row] = rows;
  if (row === undefined) throw new Error("there is no port");
  for (const { logical_port } of rows) await port.says({ kind: "unplug" }, logical_port);
  return {
    ...port,
    row,
    reconciler,
    known: () => reconciler.engine.data(reconciler.graph.inputs.departure),
    /** How many runs this leads to. */
    async runsOf(act: () => unknown): Promise<number> {
      const before = port.daemon.runs;
      act();
      await settle();
      return port.daemon.runs - before;
    },
    isAtRest: () => !reconciler.engine.needsRun,
  };
}

test("it is asked about once, by its row, whatever else happens", async () => {
  const { daemon, leave, reconciler, says, row, isAtRest } = await begun();
  await leave(LPORT);
  await says({ kind: "not-ready", reason: "in use" });
  reconciler.recompute("test");
  await settle();
  expect(daemon.inquiries).toEqual([{ lport: LPORT, serial: 1, uuid: row._uuid }]);
  expect(isAtRest()).toBe(true);
});

test("that its provider has another answer meanwhile is one run", async () => {
  const { leave, reconciler, runsOf } = await begun();
  await leave(LPORT);
  expect(await runsOf(() => reconciler.answersChanged([LPORT]))).toBe(1);
});

test("a Southbound that does not answer is asked once, however often the row comes and goes", async () => {
  const { daemon, leave, row } = await begun();
  for (let index = 0; index < 100; index++) {
    await leave(LPORT);
    daemon.bind(row);
    await settle();
  }
  expect(daemon.inquiries).toHaveLength(1);
});

test("others are decided as before meanwhile", async () => {
  const { leave, says, southboundSays, unplugs, state } = await begun();
  await leave(LPORT);
  await says({ kind: "not-ready", reason: "in use" }, "lsp2");
  await southboundSays(null);
  expect([unplugs(), state("lsp2")]).toEqual([1, "plugged"]);
});

test("an answer to the question of an earlier time counts for nothing, and the last question comes after it", async () => {
  const { daemon, leave, reconciler, row, unplugs, known, runsOf } = await begun();
  await leave(LPORT);
  const [first] = daemon.inquiries.splice(0);
  daemon.bind(row);
  await settle();
  await leave(LPORT);
  expect(daemon.inquiries).toEqual([]);
  if (first === undefined) throw new Error("nobody asked");
  expect(await runsOf(() => reconciler.departures.replied([{ ...first, outcome: { kind: "none" } }]))).toBe(
    0,
  );
  expect([unplugs(), known().get(LPORT)?.reply]).toEqual([0, null]);
  const [last] = daemon.inquiries;
  expect(last).toMatchObject({ lport: LPORT, serial: first.serial + 1 });
  if (last === undefined) throw new Error("nobody asked again");
  reconciler.departures.replied([{ ...last, outcome: { kind: "none" } }]);
  await settle();
  expect(unplugs()).toBe(1);
});

test("when it was answered is kept, for people", async () => {
  const { leave, southboundSays, known } = await begun();
  await leave(LPORT);
  await southboundSays(null);
  expect(known().get(LPORT)?.reply?.at).toBeWithin(Date.now() - HOUR_MS, Date.now() + HOUR_MS);
});

test("a row that changes its columns has not left, and one that comes has not either", async () => {
  const { reconciler, row, runsOf } = await begun();
  const changes = [
    { uuid: row._uuid, old: row, new: { ...row, chassis: null } },
    { uuid: row._uuid, old: null, new: row },
  ];
  expect(await runsOf(() => reconciler.departures.left(changes, 1))).toBe(0);
});

test("nothing that left, nothing that was answered and no outcome is no reason for a run", async () => {
  const { reconciler, runsOf } = await begun();
  expect(await runsOf(() => reconciler.departures.left([], 1))).toBe(0);
  expect(await runsOf(() => reconciler.departures.replied([]))).toBe(0);
  expect(await runsOf(() => reconciler.departures.concluded([LPORT]))).toBe(0);
});

test("a row that leaves to another one of its name in view is forgotten", async () => {
  const { daemon, reconciler, row, known, isAtRest } = await begun();
  reconciler.departures.left([{ uuid: row._uuid, old: row, new: null }], 1);
  await settle();
  expect([known().size, daemon.inquiries.length, isAtRest()]).toEqual([0, 0, true]);
});

test("a row that comes back to a port that has no provider is forgotten", async () => {
  const { daemon, reconciler, known, isAtRest } = await begun();
  const ids = { "iface-id": "lsp9", "ovn-plugged": "another" };
  const row = wantedRow({ "vif-plug-type": "another" }, { logical_port: "lsp9", _uuid: uuid(0x8009) });
  daemon.bind(row);
  daemon.setInterface(pluggedRow("lsp9", { _uuid: uuid(0x9009), external_ids: map(ids) }));
  await settle();
  const gone = [{ uuid: row._uuid, old: row, new: null }];
  reconciler.pushRows(reconciler.graph.inputs.portBinding, gone, "update");
  reconciler.departures.left(gone, 1);
  await settle();
  expect(daemon.inquiries).toMatchObject([{ lport: "lsp9" }]);
  const back = [{ uuid: row._uuid, old: null, new: row }];
  reconciler.pushRows(reconciler.graph.inputs.portBinding, back, "update");
  await settle();
  expect([known().size, isAtRest()]).toEqual([0, true]);
});

test("one that left while the view was changing is asked for by name, and not by its row", async () => {
  const { daemon, row, known, isAskedByName, isAtRest } = await begun();
  daemon.unbind(row);
  await settle();
  expect([daemon.inquiries, isAskedByName(), isAtRest()]).toEqual([[], true, true]);
  expect(known().get(LPORT)).toMatchObject({ row: { logical_port: LPORT }, view: null, reply: null });
});

test("when the view is another one, no question about the row means anything, and its name is asked for", async () => {
  const { daemon, leave, reconciler, known, unplugs, isAskedByName, isAtRest } = await begun();
  await leave(LPORT);
  const { southbound } = reconciler.graph.inputs;
  const state = reconciler.engine.data(southbound).current;
  reconciler.push(southbound, { ...state, view: 2 }, "another view");
  await settle();
  expect([isAskedByName(), isAtRest()]).toEqual([true, true]);
  expect(known().get(LPORT)).toMatchObject({ view: null, reply: null });
  const inquiries = daemon.inquiries.splice(0);
  reconciler.departures.replied(
    inquiries.map((inquiry) => ({ ...inquiry, outcome: { kind: "unknown", code: "x" } })),
  );
  await settle();
  expect([unplugs(), daemon.inquiries, isAtRest()]).toEqual([0, [], true]);
});

test("one that was not answered is asked for by name, and its row is remembered", async () => {
  const { daemon, leave, reconciler, known, isAskedByName, isAtRest } = await begun();
  await leave(LPORT);
  const inquiries = daemon.inquiries.splice(0);
  reconciler.departures.replied(
    inquiries.map((inquiry) => ({ ...inquiry, outcome: { kind: "unknown", code: "x" } })),
  );
  await settle();
  expect(known().get(LPORT)).toMatchObject({ row: { logical_port: LPORT }, view: null, reply: null });
  expect([isAskedByName(), isAtRest()]).toEqual([true, true]);
});

test("a daemon that stands by asks when it may write, and not before", async () => {
  const { daemon, leave, reconciler } = await begun();
  const { localSession } = reconciler.graph.inputs;
  const session = reconciler.engine.data(localSession).current;
  daemon.lock = null;
  const lock = { kind: "asked", name: "vifplugd_hv1", held: false } as const;
  reconciler.push(localSession, { ...session, lock }, "not holding the lock");
  await settle();
  await leave(LPORT);
  expect(daemon.inquiries).toEqual([]);
  daemon.lock = "vifplugd_hv1";
  reconciler.push(localSession, session, "holding the lock");
  await settle();
  expect(daemon.inquiries).toHaveLength(1);
});

test("an unplug that was refused does not follow from the same answer again: the name is asked for", async () => {
  const { daemon, leave, southboundSays, known, unplugs, isAskedByName, isAtRest } = await begun();
  await leave(LPORT);
  await southboundSays(null);
  expect(unplugs()).toBe(1);
  daemon.next().reply(refused);
  await settle();
  expect([unplugs(), isAskedByName(), isAtRest()]).toEqual([0, true, true]);
  expect(known().get(LPORT)).toMatchObject({ view: null, reply: null });
});

test("nor an unplug of which nobody knows what became of it, when the rows say that it was not done", async () => {
  const { daemon, leave, reconciler, southboundSays, known, unplugs, isAskedByName } = await begun();
  await leave(LPORT);
  await southboundSays(null);
  daemon.inSync = false;
  daemon.next().reply({ ok: false, error: transactError("disconnected") });
  await settle();
  daemon.inSync = true;
  reconciler.schedule();
  await settle();
  expect([unplugs(), isAskedByName()]).toEqual([0, true]);
  expect(known().get(LPORT)).toMatchObject({ view: null, reply: null });
});

test("an unplug that was done leaves nothing to be known", async () => {
  const { daemon, leave, southboundSays, known, isAtRest, interfaceOf } = await begun();
  await leave(LPORT);
  await southboundSays(null);
  daemon.removeInterface(interfaceOf(LPORT));
  daemon.next().reply({ ok: true });
  await settle();
  expect([known().size, isAtRest()]).toEqual([0, true]);
});

test("the outcome of a change that followed from something else leaves the question as it is", async () => {
  const { daemon, leave, row, known, southboundSays, unplugs } = await begun();
  daemon.bind({ ...row, options: new Map(row.options).set("vif-plug-mtu-request", "1400") });
  await settle();
  const update = daemon.next();
  await leave(LPORT);
  update.reply(refused);
  await settle();
  expect(known().get(LPORT)?.view).toBe(1);
  await southboundSays(null);
  expect(unplugs()).toBe(1);
});
