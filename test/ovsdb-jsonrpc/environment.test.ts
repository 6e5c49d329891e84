/** A session asks the environment that it is given for time, chance and connections, and nobody else. */
import { expect, spyOn, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listDatabases, type SessionState } from "ovsdb-jsonrpc";
import { closingAfterEach } from "./support/for-tests.ts";
import { failure, op, open, value } from "./support/session.ts";
import { microtasks, VirtualEnvironment } from "./support/virtual.ts";

const closeLater = closingAfterEach();

const GLOBALS =
  /\b(?:Date\b|performance\b|setTimeout|setInterval|setImmediate|queueMicrotask|process\b|Math\.random|crypto\b|from "node:(?!util"))/;

test("no file asks the runtime for any of it, besides the real environment and the command lines", () => {
  const source = join(import.meta.dir, "../../src/ovsdb-jsonrpc");
  const files = [...new Bun.Glob("**/*.ts").scanSync(source)].filter(
    (file) => !/^(?:wire\/real\/|build\.ts$|generate\.ts$|testing\/)/.test(file),
  );
  expect(files.length).toBeGreaterThan(30);
  const asking = files.flatMap((file) => {
    const code = readFileSync(join(source, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    const found = GLOBALS.exec(code);
    return found === null ? [] : [`${file}: ${found[0]}`];
  });
  expect(asking).toEqual([]);
});

function opened(remotes = "tcp:a:1", options = {}) {
  const environment = new VirtualEnvironment();
  const states: SessionState[] = [];
  const session = closeLater(
    open(remotes, { environment, shuffleRemotes: false, backoff: { minMs: 1000, maxMs: 8000 }, ...options }),
  );
  session.onState((state) => states.push(state));
  return { environment, session, states };
}

const encode = (text: unknown) => new TextEncoder().encode(JSON.stringify(text));

test("attempts to connect, and the waits between them, are made on its clock", async () => {
  const timeouts = spyOn(globalThis, "setTimeout");
  const { environment, states } = opened();
  await environment.advance(60_000);
  const waits = states.flatMap((state) => (state.kind === "disconnected" ? [state.retryInMs] : []));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  expect(environment.attempts.every(({ isClosed }, index) => isClosed || index === 6)).toBe(true);
  expect(timeouts).not.toHaveBeenCalled();
  timeouts.mockRestore();
});

test("a server is probed, and given up, on its clock", async () => {
  const { environment, states } = opened("tcp:a:1", { probeIntervalMs: 5000 });
  await microtasks();
  environment.attempts[0]?.events.onOpen();
  await environment.advance(5000);
  expect(environment.attempts[0]?.written.at(-1)).toContain('"method":"echo"');
  expect(states.at(-1)?.kind).toBe("connecting");
  await environment.advance(5000);
  expect(states.at(-1)).toMatchObject({ kind: "disconnected", error: { code: "inactive" } });
  expect(environment.attempts[0]?.isClosed).toBe(true);
});

test("a question to a server without a session goes through it, too", async () => {
  const environment = new VirtualEnvironment();
  const names = listDatabases({ remotes: "tcp:a:1,tcp:b:1", environment });
  await microtasks();
  environment.attempts[0]?.events.onEnd({ code: "no server", message: "nobody" });
  await environment.advance(0);
  const second = environment.attempts[1];
  second?.events.onOpen();
  await microtasks();
  second?.events.onData(encode({ id: 0, result: ["one"], error: null }));
  expect(value(await names)).toEqual(["one"]);
  expect(environment.attempts.map(({ remote }) => remote)).toEqual(["tcp:a:1", "tcp:b:1"]);
  expect(environment.timers).toBe(0);
});

test("a transaction that cannot be sent is answered in a later turn of it", async () => {
  const { environment, session } = opened();
  let isSettled = false;
  const transaction = session.transact([op.comment("early")]).finally(() => {
    isSettled = true;
  });
  await microtasks();
  expect(isSettled).toBe(false);
  await environment.advance(0);
  expect(failure(await transaction).code).toBe("not sent");
});

test("closing a session leaves no timer and no stream", async () => {
  for (const opens of [true, false]) {
    const { environment, session } = opened();
    await microtasks();
    if (opens) environment.attempts[0]?.events.onOpen();
    await environment.advance(100);
    session.close();
    await microtasks();
    expect(environment.timers).toBe(0);
    expect(environment.attempts.map(({ isClosed }) => isClosed)).toEqual([true]);
  }
});
