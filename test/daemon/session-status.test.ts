// A session's state in the words of `status`.
import { expect, test } from "bun:test";
import type { SessionState } from "ovsdb-jsonrpc";
import { connectionStatus, southboundStatus } from "../../src/daemon/session-status.ts";

const error = { code: "disconnected", message: "closed" } as const;

type State = ReturnType<typeof connectionStatus>["state"];

test.each<[SessionState, State, string | null, boolean | null]>([
  [{ kind: "connecting", remote: "tcp:a:1" }, "connecting", "tcp:a:1", null],
  [{ kind: "connected", remote: "tcp:a:1", leader: false }, "connecting", "tcp:a:1", false],
  [{ kind: "synced", remote: "tcp:a:1", leader: true }, "connected", "tcp:a:1", true],
  [{ kind: "disconnected", error, retryInMs: 1000 }, "disconnected", null, null],
  [{ kind: "closed" }, "disconnected", null, null],
])("%j is %s", (session, state, remote, leader) => {
  expect(connectionStatus(session)).toEqual({ remote, state });
  expect(southboundStatus(session)).toEqual({ remote, state, leader });
});

test("a Southbound that nobody has named is disconnected", () => {
  expect(southboundStatus(null)).toEqual({ remote: null, state: "disconnected", leader: null });
});
