// Plugged ports that ovn-controller has not bound for a while: told once in the log, and counted.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { type Environment, realEnvironment } from "ovsdb-jsonrpc";
import { LATE_MS, UnboundPorts } from "../../../src/daemon/ports/unbound-ports.ts";
import { Log } from "../../../src/log/log.ts";
import type { LportStatus } from "../../../src/plug/lport-status.ts";

const REASON = "ovn-controller has not bound it here: no chassis has it";
let lines: string[] = [];
let isHeldUp = false;
/** How long each timer that was set waits. */
let waits: number[] = [];
let ports: UnboundPorts;

beforeEach(() => {
  [lines, waits, isHeldUp] = [[], [], false];
  jest.useFakeTimers();
  const environment: Environment = {
    ...realEnvironment,
    elapsed: () => Date.now(),
    timer: (milliseconds, call) => {
      waits.push(milliseconds);
      return realEnvironment.timer(milliseconds, call);
    },
  };
  const log = new Log({
    level: "info",
    format: "text",
    now: () => 0,
    write: (line) => lines.push(line.trim().slice("1970-01-01T00:00:00.000Z ".length)),
  });
  ports = new UnboundPorts({ environment, log: log.module("plug"), isHeldUp: () => isHeldUp });
});
afterEach(() => {
  ports.stop();
  jest.useRealTimers();
});

function status(isUnbound: boolean, state: LportStatus["state"] = "plugged"): LportStatus {
  return {
    lport: "lsp1",
    plugType: "dummy",
    state,
    interface: "lsp1",
    reason: isUnbound ? REASON : null,
    change: null,
    retry: false,
    setbacks: 0,
    tries: 0,
    ...(isUnbound ? { unbound: { by: null } } : {}),
  };
}

test("a port that is bound in time is never told of", () => {
  ports.follow("lsp1", status(true));
  ports.follow("lsp1", status(false));
  jest.advanceTimersByTime(3 * LATE_MS);
  expect([lines, ports.count]).toEqual([[], 0]);
});

test("one that is not is told of once and counted, until it is bound", () => {
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(LATE_MS);
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(3 * LATE_MS);
  expect([lines, ports.count]).toEqual([[`warn plug: lsp1: for more than 10 s ${REASON}`], 1]);
  ports.follow("lsp1", status(false));
  expect([lines.slice(1), ports.count]).toEqual([["info plug: lsp1: ovn-controller has bound it"], 0]);
});

test("one that is unplugged meanwhile is not said to be bound", () => {
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(LATE_MS);
  ports.follow("lsp1", undefined);
  expect([lines.length, ports.count]).toEqual([1, 0]);
});

test("one of which nothing is known any more, or that stays for another reason, is not said to be bound", () => {
  for (const lport of ["lsp1", "lsp2"]) ports.follow(lport, status(true));
  jest.advanceTimersByTime(LATE_MS);
  ports.follow("lsp1", { ...status(false), reason: "requested_chassis is not this chassis" });
  isHeldUp = true;
  ports.follow("lsp2", status(false));
  expect([lines.length, ports.count]).toEqual([2, 0]);
});

test("while no port can be decided nobody is told of, as that may be long over", () => {
  isHeldUp = true;
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(5 * LATE_MS);
  expect([lines, ports.count]).toEqual([[], 0]);
  isHeldUp = false;
  jest.advanceTimersByTime(LATE_MS);
  expect(ports.count).toBe(1);
});

test("how long it has been so counts from the first time, whatever the reason became", () => {
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(LATE_MS / 2);
  ports.follow("lsp1", { ...status(true), reason: "ovn-controller has not bound it here: hv2 has it" });
  jest.advanceTimersByTime(LATE_MS / 2);
  expect(lines).toEqual([
    "warn plug: lsp1: for more than 10 s ovn-controller has not bound it here: hv2 has it",
  ]);
});

test("each port has its own ten seconds, with one timer for all of them, and none when nobody waits", () => {
  ports.follow("lsp1", status(true));
  jest.advanceTimersByTime(LATE_MS / 2);
  ports.follow("lsp2", status(true));
  expect(jest.getTimerCount()).toBe(1);
  jest.advanceTimersByTime(LATE_MS / 2);
  expect(ports.count).toBe(1);
  jest.advanceTimersByTime(LATE_MS / 2 - 1);
  expect(ports.count).toBe(1);
  jest.advanceTimersByTime(1);
  expect([ports.count, jest.getTimerCount()]).toEqual([2, 0]);
  expect(waits).toEqual([LATE_MS, LATE_MS / 2]);
  ports.follow("lsp3", status(true));
  jest.advanceTimersByTime(LATE_MS);
  expect(ports.count).toBe(3);
});

test("nobody is waited for when the port is bound while none can be decided", () => {
  isHeldUp = true;
  ports.follow("lsp1", status(true));
  ports.follow("lsp1", status(false));
  jest.advanceTimersByTime(LATE_MS);
  expect(jest.getTimerCount()).toBe(0);
});

test("after the end nobody is waited for", () => {
  ports.follow("lsp1", status(true));
  ports.stop();
  expect(jest.getTimerCount()).toBe(0);
  ports.follow("lsp2", status(true));
  expect(jest.getTimerCount()).toBe(0);
});

test("of ten at once each is told of by its name", () => {
  for (let port = 0; port < 10; port++) ports.follow(`lsp${port}`, status(true));
  jest.advanceTimersByTime(LATE_MS);
  expect(lines).toHaveLength(10);
});

test("of many at once the first ones are told of by name, and the rest by number", () => {
  for (let port = 0; port < 35; port++) ports.follow(`lsp${port}`, status(true));
  jest.advanceTimersByTime(LATE_MS);
  expect([lines.length, lines.at(-1), ports.count]).toEqual([
    11,
    "warn plug: ovn-controller has not bound 25 more plugged ports; vifplugd status lists them",
    35,
  ]);
});
