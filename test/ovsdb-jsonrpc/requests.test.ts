/** Transactions that are not sent, and transactions that nobody answers. */
import { describe, expect, test } from "bun:test";
import type { Operation } from "ovsdb-jsonrpc";
import { encodeTransaction } from "../../src/ovsdb-jsonrpc/operations/transaction.ts";
import { Rpc } from "../../src/ovsdb-jsonrpc/wire/rpc.ts";
import { closingAfterEach, playgroundForEachTest, unchecked } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { type ProxyRules, ProxyServer } from "./support/proxy.ts";
import { failure, names, op, open, openSynced, reach, value } from "./support/session.ts";
import { microtasks, VirtualEnvironment } from "./support/virtual.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

const endless: unknown[] = [];
endless.push(endless);

const thing = (name: string) => op.insert("Thing", { name, color: "red" });
/** Is answered when somebody sees to it that there is such a row. */
const waitFor = (name: string) => op.wait("Thing", [["name", "==", name]], ["name"], "==", [{ name }]);
const rules = (transacts: unknown[]): ProxyRules => ({
  fromClient({ method, params }) {
    if (method === "transact") transacts.push(params);
    return "pass";
  },
});

describe("the text of thousands of operations", () => {
  const operations = Array.from({ length: 3000 }, (_, index) => thing(`thing${index}`));
  const text = value(encodeTransaction(playground, operations));

  test("is the text of their list", () => {
    const [database, ...encoded] = JSON.parse(text);
    expect(database).toBe(playground.name);
    expect(encoded).toEqual(operations.map(({ row }) => ({ op: "insert", table: "Thing", row })));
  });

  test("is an error of none of them where it is too long", () => {
    expect(encodeTransaction(playground, operations, text.length).ok).toBe(true);
    const error = failure(encodeTransaction(playground, operations, text.length / 2));
    expect(error).toMatchObject({ code: "bad value", operation: null, retryable: false });
  });
});

describe("what no server could read", () => {
  test.each<readonly [string, string, Operation]>([
    ["a NUL in a column", "insert", thing("a\0b")],
    ["half a surrogate pair", "insert", thing("\ud800")],
    ["the wrong half", "insert", thing("x\udc00")],
    ["a NUL in a map", "update", op.update("Thing", [], { options: new Map([["k", "\0"]]) })],
    ["a NUL in a set", "mutate", op.mutate("Thing", [], [["words", "insert", ["\0"]]])],
    ["a NUL in a condition", "delete", op.delete("Thing", [["name", "==", "\0"]])],
    ["a NUL in a row that is waited for", "wait", op.wait("Thing", [], ["name"], "==", [{ name: "\0" }], 0)],
    ["a NUL in a comment", "comment", op.comment("\0")],
    ["a NUL in a lock's name", "assert", op.assert("\0")],
    ["a bigint for a text", "insert", op.insert("Thing", { name: "n", color: unchecked<never>(10n) })],
    ["not a number", "update", op.update("Thing", [], { ratio: Number.NaN })],
    ["infinity", "update", op.update("Thing", [], { numbers: [1, Number.POSITIVE_INFINITY] })],
    ["no row", "insert", op.insert("Thing", unchecked<never>(null))],
    ["no clauses", "delete", op.delete("Thing", unchecked<never>(null))],
    ["an unknown operation", "refresh", unchecked<never>({ op: "refresh" })],
    ["a comment within itself", "comment", op.comment(unchecked<string>(endless))],
  ])("%s is an error of its operation, and is not sent", async (_, name, operation) => {
    const transacts: unknown[] = [];
    await using proxy = await ProxyServer.start(server.socket, rules(transacts));
    const session = closeLater(await openSynced(proxy.remote));
    const innocent = session.transact([waitFor("later")]);
    const error = failure(await session.transact([op.comment("fine"), operation, op.comment("\0")]));
    expect(error).toMatchObject({ code: "bad value", operation: 1, retryable: false });
    expect(error.details).toStartWith(`"${name}": `);
    value(await session.transact([thing("later")]));
    value(await innocent);
    expect(transacts.length).toBe(2);
    expect(proxy.connections).toBe(1);
  });

  test("is told from what only looks like it", async () => {
    const session = closeLater(await openSynced(server.remote));
    const texts = ["null", "\\u0000", "\\ud800", "\u{10000}", "\ud83d\ude00", "\u0001"];
    value(await session.transact(texts.map(thing)));
    expect(names(session)).toEqual([...texts].sort());
  });

  test.each([
    ["a NUL", thing("a\0b")],
    ["no row", op.insert("Thing", unchecked<never>(null))],
  ])("is an error of its operation among thousands: %s", (_, wrong) => {
    const operations = Array.from({ length: 3000 }, (_, index) => (index === 1234 ? wrong : thing("fine")));
    expect(failure(encodeTransaction(playground, operations))).toMatchObject({
      code: "bad value",
      operation: 1234,
    });
  });

  test("is an error when there are no operations at all", async () => {
    const session = closeLater(await openSynced(server.remote));
    expect(failure(await session.transact(unchecked<never>(null)))).toMatchObject({
      code: "bad value",
      operation: null,
    });
  });
});

test("requests of one turn go out in their order, also where no string could hold all of them", async () => {
  const environment = new VirtualEnvironment();
  const written: string[] = [];
  const stream = { write: (text: string) => void written.push(text), unsent: 0, close: () => {} };
  const events = { onNotification: () => {}, onClose: () => {} };
  const rpc = new Rpc(environment, stream, { probeIntervalMs: 0 }, events);
  // The runtime keeps such a text as a few references to the shorter texts that it was made of.
  const long = `["${"xy".repeat(2 ** 27)}"]`;
  const short = JSON.stringify(["short"]);
  const params = [short, short, ...Array.from({ length: 9 }, () => long), short, short];
  for (const text of params) rpc.requestText("transact", text, () => {});
  await microtasks();
  const ids = written.flatMap((text) => (text.length < 1000 ? [...text.matchAll(/"id":(\d+)/g)] : []));
  expect(ids.map(([, id]) => id)).toEqual(["0", "1", "11", "12"]);
  expect(written.length).toBe(11);
  expect(written.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(9 * long.length);
});

describe("a signal", () => {
  test("that is aborted already keeps the transaction from being sent", async () => {
    const transacts: unknown[] = [];
    await using proxy = await ProxyServer.start(server.socket, rules(transacts));
    const session = closeLater(await openSynced(proxy.remote));
    const error = failure(await session.transact([thing("never")], { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "canceled", operation: null, retryable: false });
    value(await session.transact([thing("after")]));
    expect(transacts.length).toBe(1);
    expect(names(session)).toEqual(["after"]);
  });

  test("settles the transaction within a second when the server hangs, and a late reply is ignored", async () => {
    const session = closeLater(await openSynced(server.remote));
    server.pause();
    const abort = new AbortController();
    const hanging = session.transact([thing("late")], { signal: abort.signal });
    const started = performance.now();
    abort.abort();
    expect(failure(await hanging)).toMatchObject({ code: "abandoned", operation: null, retryable: false });
    expect(performance.now() - started).toBeLessThan(3000);
    server.resume();
    value(await session.transact([thing("after")]));
    expect(session.state.kind).toBe("synced");
  });

  test("that is aborted after the reply does nothing", async () => {
    const session = closeLater(await openSynced(server.remote));
    const abort = new AbortController();
    value(await session.transact([thing("done")], { signal: abort.signal }));
    abort.abort();
    value(await session.transact([thing("after")]));
    expect(names(session)).toEqual(["after", "done"]);
  });

  test("ends the wait for the session to be in sync", async () => {
    const session = closeLater(open("unix:/nonexistent/socket"));
    const abort = new AbortController();
    const synced = session.synced({ signal: abort.signal });
    abort.abort();
    expect(await synced).toBe(false);
    expect(await session.synced({ signal: abort.signal })).toBe(false);
    session.setRemotes(server.remote);
    expect(await session.synced({ signal: AbortSignal.timeout(60_000) })).toBe(true);
    expect(await session.synced({ signal: abort.signal })).toBe(true);
  });
});

describe("without a server", () => {
  test("a transaction is not sent, and a loop that tries again and again lets the session connect", async () => {
    const session = closeLater(open(server.remote));
    const codes = new Set<string>();
    for (;;) {
      const result = await session.transact([thing("at last")]);
      if (result.ok) break;
      expect(result.error.retryable).toBe(true);
      codes.add(result.error.code);
    }
    expect([...codes]).toEqual(["not sent"]);
  });

  test("a transaction of a session that was closed need not be tried again", async () => {
    const session = await openSynced(server.remote);
    const waiting = session.transact([waitFor("nobody")]);
    session.close();
    expect(failure(await waiting)).toMatchObject({ code: "disconnected", retryable: false });
    expect(failure(await session.transact([thing("x")]))).toMatchObject({
      code: "not sent",
      retryable: false,
    });
  });

  test("a transaction that was under way may have been committed, and may be tried again", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote));
    const waiting = session.transact([waitFor("nobody")]);
    proxy.cut();
    expect(failure(await waiting)).toMatchObject({ code: "disconnected", retryable: true });
    await reach(session, "disconnected");
  });
});
