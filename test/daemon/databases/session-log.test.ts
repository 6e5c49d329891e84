// What people are told, in the log, of a session that is not connected, and of what they can do about that.
import { expect, test } from "bun:test";
import type { ConnectionError } from "ovsdb-jsonrpc";
import { stateLog } from "../../../src/daemon/databases/session-log.ts";
import { Log } from "../../../src/log/log.ts";

function told(database: string, error: ConnectionError): readonly string[] {
  const lines: string[] = [];
  const log = new Log({ level: "debug", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  stateLog(log.module("ovsdb"), database)({ kind: "disconnected", error, retryInMs: 1234 });
  return lines;
}

test("a Southbound whose data is stale is told with how to get over that", () => {
  expect(told("OVN_Southbound", { code: "stale", message: "old" })).toEqual([
    expect.stringMatching(
      /^warn ovsdb: OVN_Southbound: not connected: old; .*cluster-state-reset; next try in 1.2 s$/,
    ),
  ]);
});

test.each<[string, ConnectionError["code"]]>([
  ["OVN_Southbound", "disconnected"],
  ["Open_vSwitch", "stale"],
])("%s that is away because it is %s is not", (database, code) => {
  expect(told(database, { code, message: "why" })).toEqual([
    `warn ovsdb: ${database}: not connected: why; next try in 1.2 s`,
  ]);
});

test("a server that leads its cluster now, or no longer, is told as such, and not as in sync once more", () => {
  const lines: string[] = [];
  const logger = new Log({
    level: "info",
    format: "text",
    write: (line) => lines.push(line.trim().slice(25)),
  });
  const log = stateLog(logger.module("ovsdb"), "OVN_Southbound");
  const synced = { kind: "synced", remote: "unix:x", cid: null } as const;
  log({ ...synced, leader: true });
  log({ ...synced, leader: false });
  log({ ...synced, leader: true });
  log({ kind: "connected", remote: "unix:x", cid: null, leader: true });
  log({ ...synced, leader: true });
  expect(lines).toEqual([
    "info ovsdb: OVN_Southbound: in sync with unix:x",
    "info ovsdb: OVN_Southbound: unix:x no longer leads its cluster",
    "info ovsdb: OVN_Southbound: unix:x leads its cluster now",
    "info ovsdb: OVN_Southbound: in sync with unix:x",
  ]);
});
