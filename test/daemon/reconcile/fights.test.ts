// Rule T4: what another program keeps undoing is reported and left for growing whiles, and that ends.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { map, pluggedRow, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** The interface as the provider of these tests asks for it. */
const inPlace = (columns = {}) => pluggedRow("a", { options: map(), ...columns });

const MINUTE_MS = 60_000;
const stateOf = (daemon: PlugDaemon) => daemon.reconciler.statuses.get("a");

async function plugged(): Promise<PlugDaemon> {
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy").provider));
  await daemon.start();
  daemon.bind(wantedRow({}, { logical_port: "a" }));
  await settle();
  await commit(daemon);
  return daemon;
}

async function commit(daemon: PlugDaemon): Promise<void> {
  daemon.setInterface(inPlace());
  daemon.next().reply({ ok: true });
  await settle();
}

/** @returns how long that took */
async function waitForNextTry(daemon: PlugDaemon): Promise<number> {
  const wait = (daemon.reconciler.ports.nextTry("a") ?? Number.NaN) - Date.now();
  jest.advanceTimersByTime(wait);
  await settle();
  return wait;
}

/** How often `undo` is answered by a write at once, before the port is left alone. */
async function writesAgainst(daemon: PlugDaemon, undo: (round: number) => void): Promise<number> {
  for (let writes = 0; writes < 20; writes++) {
    undo(writes);
    await settle();
    if (daemon.sent.length === 0) return writes;
    await commit(daemon);
  }
  throw new Error("it is fought without end");
}

const remove = (daemon: PlugDaemon) => () => daemon.removeInterface(inPlace());
const editInTurn = (daemon: PlugDaemon) => (round: number) =>
  daemon.setInterface(inPlace(round % 2 === 0 ? { type: "tap" } : { mtu_request: 9000 }));

test.each([
  ["removes our interface each time", remove, 3, "removing interface a"],
  ["edits one column or the other", editInTurn, 6, "undoing what is written to interface a"],
])("a program that %s is reported and left for growing whiles", async (_, make, writes, what) => {
  const daemon = await plugged();
  const undo = make(daemon);
  expect(await writesAgainst(daemon, undo)).toBe(writes);
  expect(stateOf(daemon)).toMatchObject({ state: "error", interface: "a", retry: true });
  expect(stateOf(daemon)?.reason).toStartWith(`another program keeps ${what}`);
  for (const expected of [2000, 4000, 8000]) {
    expect(await waitForNextTry(daemon)).toBeWithin(expected, expected * 1.25 + 1);
    await commit(daemon);
    expect(await writesAgainst(daemon, undo)).toBe(0);
  }
});

test("it is remembered when a transaction against it is lost", async () => {
  const daemon = await plugged();
  const undo = editInTurn(daemon);
  await writesAgainst(daemon, undo);
  await waitForNextTry(daemon);
  daemon.next().reply({ ok: false, error: transactError("disconnected") });
  await settle();
  await commit(daemon);
  expect(await writesAgainst(daemon, undo)).toBe(0);
});

test("it is remembered while it comes back within minutes", async () => {
  const daemon = await plugged();
  const undo = editInTurn(daemon);
  await writesAgainst(daemon, undo);
  await waitForNextTry(daemon);
  await commit(daemon);
  jest.advanceTimersByTime(4 * MINUTE_MS);
  await settle();
  expect(await writesAgainst(daemon, undo)).toBe(0);
});

test("who edits by hand once a day is no such program", async () => {
  const daemon = await plugged();
  for (let day = 1; day <= 6; day++) {
    jest.advanceTimersByTime(24 * 60 * MINUTE_MS);
    await settle();
    daemon.setInterface(inPlace({ type: "tap" }));
    await settle();
    await commit(daemon);
    expect(stateOf(daemon)?.state).toBe("plugged");
  }
});

test("it is forgotten also when the server refused the last write, and the other program put the interface right", async () => {
  const daemon = await plugged();
  const undo = editInTurn(daemon);
  await writesAgainst(daemon, undo);
  await waitForNextTry(daemon);
  daemon.next().reply({ ok: false, error: transactError("constraint violation") });
  await settle();
  daemon.setInterface(inPlace());
  await settle();
  expect(stateOf(daemon)?.state).toBe("plugged");
  jest.advanceTimersByTime(20 * MINUTE_MS);
  await settle();
  expect(await writesAgainst(daemon, undo)).toBeGreaterThan(0);
});
