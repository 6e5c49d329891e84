/** Conditions that are on their way, and conditions that a real server refuses. */
import { beforeEach, describe, expect, test } from "bun:test";
import { type Condition, named, type SessionState } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import type { Part, Thing } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { names, next, op, open, openSynced, reach, value } from "./support/session.ts";

/** Each is on a value that the column cannot have. */
const TOO_MANY: Condition<Thing> = [["count", "==", 5000]];
const TOO_FEW: Condition<Thing> = [["count", ">", -5000]];

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

beforeEach(async () => {
  const writer = await openSynced(server.remote);
  value(
    await writer.transact([
      op.insert("Thing", { name: "a", color: "red", parts: [named("p"), named("q")] }),
      op.insert("Thing", { name: "b", color: "blue" }),
      op.insert("Part", { serial: 1 }, "p"),
      op.insert("Part", { serial: 2 }, "q"),
      op.insert("Only", { value: 1 }),
    ]),
  );
  writer.close();
});

describe("a change of a condition", () => {
  test("is known as requested before the rows that it leaves out go, and until it is acknowledged", async () => {
    const first: Condition<Thing> = [["name", "==", "a"]];
    const second: Condition<Thing> = [["name", "==", "b"]];
    const session = closeLater(await openSynced(server.remote, { where: { Thing: first } }));
    const told: unknown[] = [];
    const tell = (event: string) =>
      told.push([event, session.acknowledged("Thing"), session.requested("Thing")]);
    session.onConditionRequested(({ Thing, Part }) => {
      expect([Thing, Part]).toEqual([second, undefined]);
      tell("requested");
    });
    session.onBatch(() => tell("batch"));
    session.onCondition(() => tell("acknowledged"));
    expect(session.requested("Thing")).toBeNull();
    session.setCondition("Thing", second);
    await next(session.onCondition.bind(session));
    expect(told).toEqual([
      ["requested", first, second],
      ["batch", first, second],
      ["acknowledged", second, null],
    ]);
  });

  test("is not requested any more when the connection is lost", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient: ({ method }) => (method === "monitor_cond_change" ? "cut" : "pass"),
    });
    const session = closeLater(await openSynced(proxy.remote));
    const wanted: Condition<Thing> = [["name", "==", "b"]];
    session.setCondition("Thing", wanted);
    expect(session.requested("Thing")).toBe(wanted);
    await reach(session, "disconnected");
    expect(session.requested("Thing")).toBeNull();
    const { Thing } = await next(session.onCondition.bind(session));
    expect(Thing).toBe(wanted);
    expect(names(session)).toEqual(["b"]);
  });
});

describe("a condition that the server refuses", () => {
  test("leaves the connection, the rows and the condition before it as they were", async () => {
    const session = closeLater(await openSynced(server.remote));
    const before = session.acknowledged("Thing");
    const states: SessionState[] = [];
    session.onState((state) => states.push(state));
    const refused = next(session.onConditionRefused.bind(session));
    session.setCondition("Thing", TOO_FEW);
    const refusal = await refused;
    expect(refusal).toMatchObject({ table: "Thing", code: "constraint violation" });
    expect(refusal.condition).toBe(TOO_FEW);
    expect(refusal.details).toContain("-5000");
    expect(session.acknowledged("Thing")).toBe(before);
    expect(session.requested("Thing")).toBeNull();
    expect(names(session)).toEqual(["a", "b"]);
    expect(states).toEqual([]);
    const right: Condition<Thing> = [["name", "==", "a"]];
    session.setCondition("Thing", right);
    await next(session.onCondition.bind(session), ({ Thing }) => Thing === right);
    expect(names(session)).toEqual(["a"]);
  });

  test("does not keep those of other tables from being had in the same request", async () => {
    const session = closeLater(await openSynced(server.remote, { where: { Part: [false], Only: [false] } }));
    const parts: Condition<Part> = [["serial", "==", 2]];
    const refused = next(session.onConditionRefused.bind(session));
    // The first goes out alone, and the others wait for its reply, to go together.
    session.setCondition("Thing", [["name", "==", "a"]]);
    session.setCondition("Thing", TOO_MANY);
    session.setCondition("Part", parts);
    session.setCondition("Only", [true]);
    expect(await refused).toMatchObject({ table: "Thing", code: "constraint violation" });
    expect(session.acknowledged("Thing")).toEqual([["name", "==", "a"]]);
    expect(session.acknowledged("Part")).toBe(parts);
    expect([...session.replica.table("Part").rows.values()].map(({ serial }) => serial)).toEqual([2]);
    expect(session.replica.table("Only").rows.size).toBe(1);
    expect(names(session)).toEqual(["a"]);
  });

  test("at the start lets no row of its table in, and every other table be followed", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(
      open(proxy.remote, { where: { Thing: TOO_MANY, Part: [["serial", "==", 2]] } }),
    );
    const refused = next(session.onConditionRefused.bind(session));
    await session.synced();
    expect(await refused).toMatchObject({
      table: "Thing",
      condition: TOO_MANY,
      code: "constraint violation",
    });
    expect(proxy.connections).toBe(1);
    expect(session.acknowledged("Thing")).toEqual([false]);
    expect(names(session)).toEqual([]);
    expect(session.replica.table("Part").rows.size).toBe(1);
    expect(session.replica.table("Only").rows.size).toBe(1);
    session.setCondition("Thing", [["color", "==", "blue"]]);
    await next(session.onCondition.bind(session));
    expect(names(session)).toEqual(["b"]);
  });

  test("at the start is found by a server without monitor_cond_since, too", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      answer: ({ method }) => (method === "monitor_cond_since" ? { error: "unknown method" } : null),
    });
    const session = closeLater(open(proxy.remote, { where: { Thing: TOO_FEW } }));
    const refused = next(session.onConditionRefused.bind(session));
    expect(await session.synced()).toBe(true);
    expect(await refused).toMatchObject({ table: "Thing", code: "constraint violation" });
  });

  test("is not asked for again on the next connection", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote));
    const refusals: unknown[] = [];
    session.onConditionRefused(({ table }) => refusals.push(table));
    const refused = next(session.onConditionRefused.bind(session));
    session.setCondition("Thing", TOO_FEW);
    await refused;
    const batch = next(session.onBatch.bind(session));
    proxy.cut();
    expect(await batch).toMatchObject({ initial: true, tables: { Thing: [] } });
    expect(names(session)).toEqual(["a", "b"]);
    expect(refusals).toEqual(["Thing"]);
  });

  test.each(["a\0b", "\ud800", "\udc00\ud800"])(
    "because no server could read %j is not sent",
    async (name) => {
      const methods: string[] = [];
      await using proxy = await ProxyServer.start(server.socket, {
        fromClient({ method = "" }) {
          methods.push(method);
          return "pass";
        },
      });
      const condition: Condition<Thing> = [["name", "==", name]];
      const session = closeLater(open(proxy.remote, { where: { Thing: condition } }));
      const refusals: unknown[] = [];
      session.onConditionRefused((refusal) => refusals.push(refusal));
      await session.synced();
      session.setCondition("Thing", [["name", "==", "a"]]);
      await next(session.onCondition.bind(session));
      session.setCondition("Thing", condition);
      session.setCondition("Part", [false]);
      await next(session.onCondition.bind(session));
      const refusal = { table: "Thing", condition, code: "bad value" };
      expect(refusals).toMatchObject([refusal, refusal]);
      expect(names(session)).toEqual(["a"]);
      expect(methods.filter((method) => method === "monitor_cond_change").length).toBe(2);
      expect(proxy.connections).toBe(1);
    },
  );
});
