// What is done for each logical port that was decided anew: told, remembered, tried again, and watched.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { type Decided, Ports } from "../../../src/daemon/ports/ports.ts";
import { LATE_MS } from "../../../src/daemon/ports/unbound-ports.ts";
import type { Cause } from "../../../src/graph/index.ts";
import { Log } from "../../../src/log/log.ts";
import { type Attempt, afterCommit } from "../../../src/plug/attempt.ts";
import type { LportStatus } from "../../../src/plug/lport-status.ts";
import { type Calls, recordedProvider, registered } from "../../support/providers.ts";
import { askedOf, createWork } from "../../support/works.ts";

const NOW = Date.UTC(2026, 0, 1);
const PERIOD_MS = 5 * 60_000;
let lines: string[] = [];
let due: string[] = [];
let stable: string[] = [];
let ports: Ports;

beforeEach(() => {
  [lines, due, stable] = [[], [], []];
  jest.useFakeTimers();
  const log = new Log({ level: "debug", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  ports = new Ports({
    log: log.module("plug"),
    environment: { ...realEnvironment, now: () => NOW, elapsed: () => Date.now(), random: () => 0 },
    attemptInput: "attempt",
    due: (lport) => due.push(lport),
    stable: (lports) => stable.push(...lports),
    isHeldUp: () => false,
  });
});
afterEach(() => {
  ports.stopTimers();
  jest.useRealTimers();
});

function status(columns: Partial<LportStatus> = {}): LportStatus {
  return {
    lport: "lsp1",
    plugType: "dummy",
    state: "plugged",
    interface: "lsp1",
    reason: null,
    change: null,
    retry: false,
    tries: 0,
    ...columns,
  };
}

const waiting = status({ state: "waiting", reason: "no link", retry: true });

function causeOf(source: string): Cause {
  return { seq: 1, time: NOW - 1, source, label: "update", key: "lsp1" };
}

/** The port is decided anew, because a row changed unless something else is said. */
function decide(now: LportStatus | undefined, rest: Partial<Decided> = {}): void {
  const row = causeOf("port_binding");
  ports.follow("lsp1", {
    ...{ status: now, advice: undefined, attempt: undefined, cause: row, isOther: true },
    ...rest,
  });
}

/** Milliseconds until the port is asked for again; null: it is not. */
function wait(): number | null {
  const at = ports.nextTry("lsp1");
  return at === null ? null : at - NOW;
}

test("a status is told in the log, and remembered with its cause", () => {
  decide(waiting);
  expect(lines).toEqual(["info plug: lsp1: waiting: no link"]);
  expect([...ports.lports()]).toEqual(["lsp1"]);
  expect(ports.history.lastChange("lsp1")).toMatchObject({ cause: causeOf("port_binding"), time: NOW - 1 });
  decide(status(), { cause: null });
  expect(ports.history.lastChange("lsp1")).toMatchObject({ cause: null, time: NOW });
});

test("a port that ovn-controller does not bind is counted after a while", () => {
  decide(status({ reason: "nobody has it", unbound: { by: null } }));
  jest.advanceTimersByTime(LATE_MS);
  expect([ports.unbound, lines.at(-1)]).toEqual([1, "warn plug: lsp1: for more than 10 s nobody has it"]);
  decide(status());
  expect(ports.unbound).toBe(0);
});

describe("a port that only time can help", () => {
  test("is asked for again after growing whiles, as long as nothing but that happens to it", () => {
    decide(waiting);
    expect(wait()).toBe(1000);
    jest.advanceTimersByTime(1000);
    expect(due).toEqual(["lsp1"]);
    decide(waiting, { cause: causeOf("attempt") });
    expect(wait()).toBe(2000);
  });

  test("keeps its count while its change is on its way", () => {
    decide(waiting);
    jest.advanceTimersByTime(1000);
    decide(status({ state: "pending" }), { cause: causeOf("attempt") });
    expect(wait()).toBeNull();
    decide(waiting, { cause: causeOf("attempt") });
    expect(wait()).toBe(2000);
  });

  test("has no timer while its change is on its way", () => {
    decide(waiting);
    decide(status({ state: "pending" }), { cause: causeOf("attempt") });
    jest.advanceTimersByTime(60_000);
    expect(due).toEqual([]);
  });

  test("starts over when it is decided otherwise because of an input of its own, and when it is in place", () => {
    decide(waiting);
    jest.advanceTimersByTime(1000);
    decide({ ...waiting, reason: "no carrier" });
    expect(wait()).toBe(1000);
    jest.advanceTimersByTime(1000);
    decide(status(), { cause: causeOf("attempt") });
    expect(wait()).toBeNull();
    decide(waiting, { cause: causeOf("attempt") });
    expect(wait()).toBe(1000);
  });

  test("does not start over when what is said of it is the same", () => {
    decide(waiting);
    jest.advanceTimersByTime(1000);
    decide(waiting, { isOther: false });
    expect(wait()).toBe(2000);
  });

  test("waits longer from the start when what was written was undone so often", () => {
    decide({ ...waiting, setbacks: 3 });
    expect(wait()).toBe(8000);
  });
});

describe("a port that has stayed in place for a while", () => {
  const { change } = createWork("lsp1");
  const written = afterCommit(change, undefined);
  const refused: Attempt = { ...written, phase: "failed", change, error: "no" };

  test("is told of when something was written of it", () => {
    decide(status(), { attempt: written });
    jest.advanceTimersByTime(2 * PERIOD_MS);
    expect(stable).toEqual(["lsp1"]);
  });

  test("is told of when a change was refused, and somebody else has put the interface right", () => {
    decide(status(), { attempt: refused });
    jest.advanceTimersByTime(2 * PERIOD_MS);
    expect(stable).toEqual(["lsp1"]);
  });

  test.each<[string, LportStatus | undefined, Attempt | undefined]>([
    ["nothing was written of it", status(), { phase: "idle", nonce: 1 }],
    ["nothing is known of an attempt", status(), undefined],
    ["it is not in place", waiting, written],
    ["it is no port any more", undefined, written],
    ["its change was refused", status({ state: "error", retry: true }), refused],
  ])("is not told of when %s", (_, now, attempt) => {
    decide(status(), { attempt: written });
    decide(now, { attempt });
    jest.advanceTimersByTime(3 * PERIOD_MS);
    expect(stable).toEqual([]);
  });
});

describe("a change that was written", () => {
  const work = createWork("lsp1");

  test("is told in the log", () => {
    ports.concluded({ kind: "committed", work });
    expect(lines).toEqual(["info plug: lsp1: plugged interface lsp1 (dummy)"]);
    expect(ports.history.lastError("lsp1")).toBeNull();
  });

  test.each(["refused", "lost"] as const)("and %s is remembered as the last error", (kind) => {
    ports.concluded({ kind, work, error: "no" });
    expect(ports.history.lastError("lsp1")).toEqual({ error: "no", time: NOW });
  });
});

describe("what a provider was asked ends", () => {
  function asked() {
    const calls: Calls = [];
    const advice = askedOf(registered(recordedProvider("dummy", {}, calls).provider));
    calls.length = 0;
    decide(status({ state: "conflict" }), { advice });
    expect(calls).toEqual([]);
    return { advice, calls };
  }

  test("with the provider", () => {
    const { calls } = asked();
    ports.releaseOf("other");
    expect(calls).toEqual([]);
    ports.releaseOf("dummy");
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("with the daemon", () => {
    const { calls } = asked();
    ports.releaseAll();
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("with the outcome of the change that it led to", () => {
    const { advice, calls } = asked();
    ports.sent("lsp1", advice);
    ports.releaseAll();
    expect(calls).toEqual([]);
    ports.ended([{ kind: "refused", work: { ...createWork("lsp1"), advice }, error: "no" }]);
    expect(calls).toEqual(["release lsp1 lsp1"]);
    ports.sent("lsp1", advice);
    ports.ended([{ kind: "committed", work: { ...createWork("lsp1"), advice } }]);
    expect(calls.slice(1)).toEqual(["finish lsp1 lsp1", "release lsp1 lsp1"]);
  });
});

test("stopTimers leaves none", () => {
  decide({ ...waiting, unbound: { by: null } }, { attempt: undefined });
  const written = afterCommit(createWork("lsp2").change, undefined);
  const now = status({ lport: "lsp2" });
  ports.follow("lsp2", { status: now, advice: undefined, attempt: written, cause: null, isOther: true });
  expect(jest.getTimerCount()).toBe(3);
  ports.stopTimers();
  expect(jest.getTimerCount()).toBe(0);
});
