/** The order in which listeners are told, also of what they bring about themselves. */
import { expect, test } from "bun:test";
import type { Condition } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import type { Thing } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { next, op, open, openSynced, value } from "./support/session.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

test("a state that a listener brings about comes after the one that it was told of, for every listener", async () => {
  const session = closeLater(open(server.remote));
  session.onState(({ kind }) => kind === "synced" && session.close());
  const states: string[] = [];
  session.onState(({ kind }) => states.push(kind));
  expect(await session.synced()).toBe(false);
  expect(states).toEqual(["connecting", "connected", "synced", "closed"]);
});

test("a batch that is being delivered when a listener closes the session comes before the end, and nothing after", async () => {
  const session = closeLater(await openSynced(server.remote));
  const events: string[] = [];
  session.lock("a_lock");
  await next(session.onLock.bind(session));
  session.onBatch(() => session.close());
  session.onBatch(() => events.push("batch"));
  session.onCondition(() => events.push("condition"));
  session.onLock(({ held }) => events.push(held ? "locked" : "unlocked"));
  session.onState(({ kind }) => events.push(kind));
  await session.transact([op.insert("Thing", { name: "a", color: "red" })]);
  session.unlock("a_lock");
  session.setCondition("Thing", [false]);
  session.reconnect();
  session.setRemotes("unix:/nonexistent/socket");
  expect(events).toEqual(["batch", "unlocked", "closed"]);
});

test("conditions that are acknowledged while listeners hear of another are told in their order", async () => {
  await using proxy = await ProxyServer.start(server.socket, {
    answer: ({ method = "" }) => (method.startsWith("monitor_cond") ? { error: "unknown method" } : null),
  });
  const session = closeLater(await openSynced(proxy.remote));
  const [first, second]: readonly Condition<Thing>[] = [[["name", "==", "a"]], [["name", "==", "b"]]];
  session.onCondition(({ Thing }) => Thing === first && session.setCondition("Thing", second ?? []));
  const told: unknown[] = [];
  session.onCondition(({ Thing }) => told.push(Thing));
  session.setCondition("Thing", first ?? []);
  expect(told).toEqual([first, second]);
});

test("a listener that is removed by another one is not told", async () => {
  const session = closeLater(await openSynced(server.remote));
  const told: string[] = [];
  session.onBatch(() => remove());
  const remove = session.onBatch(() => told.push("removed"));
  value(await session.transact([op.insert("Thing", { name: "a", color: "red" })]));
  expect(told).toEqual([]);
});
