// A session's state in the words of `status`.
import { expect, test } from "bun:test";
import type { SessionState } from "ovsdb-jsonrpc";
import { connectionStatus, southboundStatus } from "../../src/daemon/session-status.ts";

const error = { code: "disconnected", message: "closed" } as const;

const REMOTES = "tcp:a:1,tcp:b:1";

type State = ReturnType<typeof connectionStatus>["state"];

test.each<[SessionState, State, string, boolean | null, string | null]>([
  [{ kind: "connecting", remote: "tcp:a:1" }, "connecting", "tcp:a:1", null, null],
  [{ kind: "connected", remote: "tcp:a:1", leader: false }, "connecting", "tcp:a:1", false, null],
  [{ kind: "synced", remote: "tcp:a:1", leader: true }, "connected", "tcp:a:1", true, null],
  [{ kind: "disconnected", error, retryInMs: 1000 }, "disconnected", REMOTES, null, "closed"],
  [{ kind: "closed" }, "disconnected", REMOTES, null, null],
])("%j is %s", (session, state, remote, leader, why) => {
  expect(connectionStatus(session, REMOTES)).toEqual({ remote, state, error: why });
  expect(southboundStatus(session, REMOTES, null)).toEqual({ remote, state, leader, error: why });
});

test("a Southbound that nobody has named is disconnected for that reason", () => {
  expect(southboundStatus(null, null, "no Southbound remote")).toEqual({
    remote: null,
    state: "disconnected",
    leader: null,
    error: "no Southbound remote",
  });
});
