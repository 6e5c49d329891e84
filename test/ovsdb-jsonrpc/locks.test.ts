/** Locks between sessions with a real server. */
import { expect, test } from "bun:test";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import { ProxyServer } from "./support/proxy.ts";
import {
  failure,
  next,
  op,
  open,
  openSynced,
  type PlaygroundSession,
  reach,
  value,
} from "./support/session.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

const session = async (remote = server.remote) => closeLater(await openSynced(remote));

const lockEvent = (of: PlaygroundSession) => next(of.onLock.bind(of));

async function lock(of: PlaygroundSession, name: string): Promise<void> {
  const event = lockEvent(of);
  of.lock(name);
  expect(await event).toEqual({ name, held: true });
}

test("a free lock is held, and a transaction that asserts it goes through", async () => {
  const one = await session();
  await lock(one, "a_lock");
  expect(one.holds("a_lock")).toBe(true);
  value(await one.transact([op.assert("a_lock")]));
});

test("the second client waits, and gets the lock when the first unlocks it", async () => {
  const [one, two] = [await session(), await session()];
  await lock(one, "shared");
  two.lock("shared");
  expect(failure(await two.transact([op.assert("shared")]))).toMatchObject({ code: "not owner" });
  const taken = lockEvent(two);
  const released = lockEvent(one);
  one.unlock("shared");
  expect(await released).toEqual({ name: "shared", held: false });
  expect(await taken).toEqual({ name: "shared", held: true });
  value(await two.transact([op.assert("shared")]));
});

test("the second client gets the lock when the first goes away", async () => {
  const [one, two] = [await session(), await session()];
  await lock(one, "shared");
  two.lock("shared");
  const taken = lockEvent(two);
  one.close();
  expect(await taken).toEqual({ name: "shared", held: true });
});

test("a stolen lock is lost at once, and comes back when the thief unlocks it", async () => {
  const [one, two] = [await session(), await session()];
  await lock(one, "shared");
  const [stolen, taken] = [lockEvent(one), lockEvent(two)];
  two.steal("shared");
  expect(await stolen).toEqual({ name: "shared", held: false });
  expect(await taken).toEqual({ name: "shared", held: true });
  expect(failure(await one.transact([op.assert("shared")]))).toMatchObject({ code: "not owner" });
  const back = lockEvent(one);
  two.unlock("shared");
  expect(await back).toEqual({ name: "shared", held: true });
});

test("who waits for a lock may still steal it", async () => {
  const [one, two] = [await session(), await session()];
  await lock(one, "shared");
  two.lock("shared");
  const [stolen, taken] = [lockEvent(one), lockEvent(two)];
  two.steal("shared");
  expect(await stolen).toEqual({ name: "shared", held: false });
  expect(await taken).toEqual({ name: "shared", held: true });
});

test("a lock that is stolen before there is a connection is stolen", async () => {
  const one = await session();
  await lock(one, "shared");
  const two = closeLater(open(server.remote));
  const stolen = lockEvent(one);
  two.steal("shared");
  expect(await stolen).toEqual({ name: "shared", held: false });
  value(await two.transact([op.assert("shared")]));
});

test("a lock whose stealing was cut off is stolen on the next connection, and only asked for after that", async () => {
  let cuts = 1;
  const methods: string[] = [];
  await using proxy = await ProxyServer.start(server.socket, {
    fromClient({ method = "" }) {
      if (method === "lock" || method === "steal") methods.push(method);
      return method === "steal" && cuts-- > 0 ? "cut" : "pass";
    },
  });
  const [one, two] = [await session(), await session(proxy.remote)];
  await lock(one, "shared");
  const stolen = lockEvent(one);
  two.steal("shared");
  expect(await stolen).toEqual({ name: "shared", held: false });
  const back = lockEvent(one);
  const lost = next(two.onLock.bind(two), ({ held }) => !held);
  await next(two.onState.bind(two), ({ kind }) => kind === "synced");
  proxy.cut();
  await lost;
  expect(await back).toEqual({ name: "shared", held: true });
  await reach(two, "synced");
  expect(two.holds("shared")).toBe(false);
  expect(methods).toEqual(["steal", "steal", "lock"]);
});

test("a lock is lost with the connection and asked for again on the next", async () => {
  await using proxy = await ProxyServer.start(server.socket);
  const one = await session(proxy.remote);
  await lock(one, "mine");
  const lost = lockEvent(one);
  proxy.cut();
  expect(await lost).toEqual({ name: "mine", held: false });
  expect(await lockEvent(one)).toEqual({ name: "mine", held: true });
});

test("a lock that another took while the connection was down is waited for", async () => {
  await using proxy = await ProxyServer.start(server.socket);
  const [one, two] = [await session(proxy.remote), await session()];
  await lock(one, "mine");
  two.lock("mine");
  const [lost, taken] = [lockEvent(one), lockEvent(two)];
  proxy.cut();
  expect(await lost).toEqual({ name: "mine", held: false });
  expect(await taken).toEqual({ name: "mine", held: true });
  await reach(one, "synced");
  expect(one.holds("mine")).toBe(false);
  const back = lockEvent(one);
  two.unlock("mine");
  expect(await back).toEqual({ name: "mine", held: true });
});

test("a lock that is unlocked and wanted again at once is held in the end", async () => {
  const one = await session();
  await lock(one, "again");
  one.unlock("again");
  await lock(one, "again");
  value(await one.transact([op.assert("again")]));
});

test("a lock that is wanted twice is asked for once", async () => {
  const one = await session();
  await lock(one, "twice");
  one.lock("twice");
  value(await one.transact([op.assert("twice")]));
  expect(one.state.kind).toBe("synced");
});

test("a name that no server would take is refused at once", async () => {
  const one = await session();
  expect(() => one.lock("two words")).toThrow('"two words" is not a lock name');
  expect(() => one.steal("")).toThrow("is not a lock name");
});
