/** What is asked of a server before anything is monitored there. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type Condition, type Environment, realEnvironment, type Transacting } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import type { Thing } from "./support/playground.gen.ts";
import { type Message, ProxyServer, type Verdict } from "./support/proxy.ts";
import { run } from "./support/server.ts";
import {
  EVERYTHING,
  names,
  next,
  op,
  open,
  openSynced,
  type PlaygroundSession,
  value,
} from "./support/session.ts";

const server = playgroundForEachTest();
let proxy: ProxyServer;
let writer: PlaygroundSession;
/** The requests of the session that is tried, without those about the server itself. */
let calls: string[];
let fromClient: (message: Message) => Verdict;
/** What was thrown as if nobody had called it. */
let thrown: unknown[];
/** Timers that are set. */
let timers: number;
const closeLater = closingAfterEach();

const NOBODY: Condition<Thing> = [["name", "==", "nobody"]];
const LATER_MS = 600_000;

const environment: Environment = {
  ...realEnvironment,
  soon: (call) =>
    queueMicrotask(() => {
      try {
        call();
      } catch (error) {
        thrown.push(error);
      }
    }),
  timer(milliseconds, call) {
    timers++;
    let isSet = true;
    const end = () => {
      if (isSet) timers--;
      isSet = false;
    };
    const cancel = realEnvironment.timer(milliseconds, () => {
      end();
      call();
    });
    return () => {
      end();
      cancel();
    };
  },
};

beforeEach(async () => {
  [calls, thrown, timers] = [[], [], 0];
  fromClient = () => "pass";
  proxy = await ProxyServer.start(server.socket, {
    fromClient(message) {
      const verdict = fromClient(message);
      const [database] = message.params ?? [];
      if (message.method !== undefined && database === "Playground") calls.push(message.method);
      else if (message.method === "monitor_cond_change") calls.push(message.method);
      return verdict;
    },
  });
  writer = await openSynced(server.remote);
  await chosen("a");
  value(
    await writer.transact([
      op.insert("Thing", { name: "a", color: "red" }),
      op.insert("Thing", { name: "b", color: "blue" }),
    ]),
  );
});

afterEach(async () => {
  writer.close();
  await proxy[Symbol.asyncDispose]();
});

const NAMES = ["a", "b"];

/** Says in the database which thing is to be monitored. */
async function chosen(name: string): Promise<void> {
  const row = op.insert("Only", { value: NAMES.indexOf(name) });
  value(await writer.transact([op.delete("Only", []), row]));
}

async function askWhich(connection: Transacting) {
  const answer = await connection.transact([op.select("Only", [], ["value"])]);
  if (!answer.ok) return {};
  const [row] = answer.value[0].rows;
  return { Thing: [["name", "==", NAMES[row?.value ?? 0] ?? ""]] } satisfies { Thing: Condition<Thing> };
}

function openAsking(conditions = askWhich, withinMs = LATER_MS): PlaygroundSession {
  const where = { Thing: NOBODY };
  return closeLater(open(proxy.remote, { where, beforeMonitor: { conditions, withinMs }, environment }));
}

const isTransaction = ({ method }: Message) => method === "transact";

describe("the first conditions follow from what is asked before", () => {
  test("and nothing is monitored twice", async () => {
    const session = openAsking();
    await session.synced();
    expect(names(session)).toEqual(["a"]);
    // The schema is looked at again when the monitor stands.
    expect(calls).toEqual(["get_schema", "transact", "monitor_cond_since", "get_schema"]);
  });

  test("however long the answer takes, where the wait has no end", async () => {
    const [asked, isDecided] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const session = openAsking(async (connection) => {
      asked.resolve();
      await isDecided.promise;
      return askWhich(connection);
    }, Number.POSITIVE_INFINITY);
    await asked.promise;
    for (let round = 0; round < 20; round++) value(await writer.transact([op.comment("meanwhile")]));
    isDecided.resolve();
    await session.synced();
    expect(names(session)).toEqual(["a"]);
    expect(calls).not.toContain("monitor_cond_change");
  });

  test("on every connection, and in a session that resumes too", async () => {
    const session = openAsking();
    await session.synced();
    const asked = Promise.withResolvers<void>();
    fromClient = (message) => {
      if (!isTransaction(message)) return "pass";
      asked.resolve();
      return "hold";
    };
    proxy.cut();
    await asked.promise;
    await chosen("b");
    proxy.release();
    await next(session.onCondition.bind(session), () => names(session).includes("b"));
    expect(names(session)).toEqual(["b"]);
    expect(calls.filter((method) => method === "transact").length).toBe(2);
  });

  test("for monitors that are added meanwhile, too: they start with the session's own", async () => {
    const [asked, isAdded] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const session = openAsking(async (connection) => {
      asked.resolve();
      await isAdded.promise;
      return askWhich(connection);
    });
    await asked.promise;
    const added = session.addMonitor({
      monitor: { Thing: EVERYTHING.Thing },
      where: { Thing: [["name", "==", "b"]] },
    });
    expect(added.isInSync).toBe(false);
    isAdded.resolve();
    await next(added.onCondition.bind(added));
    await session.synced();
    expect(names(session)).toEqual(["a", "b"]);
  });

  test("also when the schema is converted", async () => {
    const session = openAsking();
    await session.synced();
    await chosen("b");
    const schema = JSON.parse(run("ovsdb-client", "get-schema", server.remote, "Playground"));
    const wider = `${server.socket}.schema`;
    await Bun.write(wider, JSON.stringify({ ...schema, version: "9.0.0" }));
    run("ovsdb-client", "convert", server.remote, wider);
    await next(session.onBatch.bind(session), ({ initial }) => initial && names(session).includes("b"));
    expect(names(session)).toEqual(["b"]);
  });
});

describe("the conditions that there are stay", () => {
  test("when the server never answers", async () => {
    fromClient = (message) => (isTransaction(message) ? "drop" : "pass");
    const session = openAsking(askWhich, 20);
    await session.synced();
    expect(session.acknowledged("Thing")).toBe(NOBODY);
  });

  test("when the answer comes too late", async () => {
    const late = Promise.withResolvers<void>();
    const session = openAsking(async (connection) => {
      await late.promise;
      return askWhich(connection);
    }, 20);
    await session.synced();
    late.resolve();
    value(await session.transact([op.insert("Thing", { name: "nobody", color: "red" })]));
    expect(session.acknowledged("Thing")).toBe(NOBODY);
    expect(names(session)).toEqual(["nobody"]);
    expect(calls).not.toContain("monitor_cond_change");
  });

  test("when the server refuses the question", async () => {
    const session = openAsking(async (connection) => {
      const answer = await connection.transact([op.abort()]);
      expect(answer).toMatchObject({ ok: false, error: { code: "aborted" } });
      return {};
    });
    await session.synced();
    expect(session.acknowledged("Thing")).toBe(NOBODY);
  });

  test.each<[string, () => Promise<Awaited<ReturnType<typeof askWhich>>>]>([
    ["throws", () => Promise.reject(new Error("no idea"))],
    ["answers for a table that is not monitored", () => Promise.resolve(JSON.parse('{"Other":[true]}'))],
  ])("when whoever is asked %s, which is not kept silent", async (_, conditions) => {
    const session = openAsking(conditions);
    await session.synced();
    expect(session.acknowledged("Thing")).toBe(NOBODY);
    expect(thrown.map(String)).toEqual([expect.stringMatching(/no idea|Other is not monitored/)]);
  });
});

test("a connection that is lost meanwhile is asked nothing more, and the next one is asked anew", async () => {
  let questions = 0;
  fromClient = (message) => (isTransaction(message) && ++questions === 1 ? "cut" : "pass");
  const session = openAsking();
  await session.synced();
  expect(names(session)).toEqual(["a"]);
  expect(calls.filter((method) => method.startsWith("monitor"))).toEqual(["monitor_cond_since"]);
  expect(questions).toBe(2);
});

test("a session that is closed meanwhile waits for nothing", async () => {
  fromClient = (message) => (isTransaction(message) ? "drop" : "pass");
  const asked = Promise.withResolvers<void>();
  const session = openAsking((connection) => {
    asked.resolve();
    return askWhich(connection);
  });
  await asked.promise;
  session.close();
  expect(timers).toBe(0);
});
