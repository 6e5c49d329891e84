// Where the Southbound is said to be: used when it can be, and told once when it cannot.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { realEnvironment } from "ovsdb-jsonrpc";
import { Southbound } from "../../../src/daemon/databases/southbound.ts";
import { Log } from "../../../src/log/log.ts";
import { PlugDaemon } from "../../support/plug-daemon.ts";
import { registryOf } from "../../support/providers.ts";

let lines: string[] = [];
let southbound: Southbound;

beforeEach(() => {
  lines = [];
  const log = new Log({
    level: "info",
    format: "text",
    write: (line) => lines.push(line.trim().slice("1970-01-01T00:00:00.000Z ".length)),
  });
  southbound = new Southbound(
    new PlugDaemon(registryOf()).reconciler,
    log.module("daemon"),
    () => {},
    realEnvironment,
  );
});

afterEach(() => southbound.close());

/** Nothing listens there. */
const named = {
  kind: "named",
  remotes: "unix:/nonexistent/a.sock",
  probeIntervalMs: undefined,
  tls: {},
} as const;

test("a remote that nobody names is told, and is why there is no Southbound, until somebody names one", () => {
  southbound.setTarget({ kind: "unnamed" });
  expect(lines).toEqual([
    expect.stringMatching(/^warn daemon: no Southbound remote: set southbound\.remote, or /),
  ]);
  expect(southbound.fault).toStartWith("no Southbound remote");
  southbound.setTarget(named);
  expect([southbound.fault, southbound.remotes]).toEqual([null, named.remotes]);
});

test("a remote that cannot be used is told alone where there is no other", () => {
  southbound.setTarget({ kind: "unusable", reason: "external_ids:ovn-remote-hv1: foo:bar: no" });
  expect(lines).toEqual(["warn daemon: external_ids:ovn-remote-hv1: foo:bar: no"]);
  expect(southbound.remotes).toBeNull();
});

test("a remote that is taken away stays in use, and that is told", () => {
  southbound.setTarget(named);
  southbound.setTarget({ kind: "unnamed" });
  expect(lines).toEqual(["warn daemon: no Southbound remote is known any more; staying with the last one"]);
  expect([southbound.fault, southbound.remotes]).toEqual([null, named.remotes]);
});

test("a remote that cannot be used is told with the one that stays in use", () => {
  southbound.setTarget(named);
  southbound.setTarget({ kind: "unusable", reason: "external_ids:ovn-remote-hv1: foo:bar: no" });
  expect(lines).toEqual([
    `warn daemon: external_ids:ovn-remote-hv1: foo:bar: no; staying with ${named.remotes}`,
  ]);
  expect(southbound.fault).toStartWith("external_ids:ovn-remote-hv1");
  expect(southbound.remotes).toBe(named.remotes);
});
