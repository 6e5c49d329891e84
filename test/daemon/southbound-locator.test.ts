// Where the Southbound is: handed on when it can be found, and told once when it cannot.
import { beforeEach, expect, test } from "bun:test";
import { defaultConfig } from "../../src/config/load.ts";
import { SouthboundLocator } from "../../src/daemon/southbound-locator.ts";
import { Log } from "../../src/log/log.ts";
import { unknownChassis } from "../../src/plug/nodes/local-chassis.ts";
import { map, openVSwitchRow } from "../support/rows.ts";

let lines: string[] = [];
let targets: (string | null)[] = [];
let locator: SouthboundLocator;

beforeEach(() => {
  lines = [];
  targets = [];
  const log = new Log({
    level: "info",
    format: "text",
    write: (line) => lines.push(line.trim().slice("1970-01-01T00:00:00.000Z ".length)),
  });
  locator = new SouthboundLocator((target) => targets.push(target?.remotes ?? null), log.module("daemon"));
});

function locate(ids: Readonly<Record<string, string>>): void {
  const openVSwitch = openVSwitchRow({ external_ids: map(ids) });
  const chassis = { name: "hv1", record: null };
  locator.locate(defaultConfig(), { ...unknownChassis, openVSwitch, chassis }, null);
}

test("a remote that nobody names is told once, and is why there is no Southbound", () => {
  locate({});
  locate({ more: "text" });
  expect(lines).toEqual([
    expect.stringMatching(/^warn daemon: no Southbound remote: set southbound\.remote, or /),
  ]);
  expect(locator.fault).toStartWith("no Southbound remote");
  locate({ "ovn-remote": "tcp:a:1" });
  expect([locator.fault, locator.remotes]).toEqual([null, "tcp:a:1"]);
  expect(targets.at(-1)).toBe("tcp:a:1");
});

test("a remote that is taken away is told by the session, which stays with it", () => {
  locate({ "ovn-remote": "tcp:a:1" });
  locate({});
  expect(targets).toEqual(["tcp:a:1", null]);
  expect(lines).toEqual([]);
  expect([locator.fault, locator.remotes]).toEqual([null, "tcp:a:1"]);
});

test("a remote that is none is told with its key and with the one that stays in use", () => {
  locate({ "ovn-remote": "tcp:a:1" });
  locate({ "ovn-remote": "tcp:a:1", "ovn-remote-hv1": "foo:bar" });
  expect(targets).toEqual(["tcp:a:1"]);
  expect(lines).toEqual([
    expect.stringMatching(/^warn daemon: external_ids:ovn-remote-hv1: foo:bar: .*; staying with tcp:a:1$/),
  ]);
});
