// A session's state in the words of `status`.
import { expect, test } from "bun:test";
import type { SessionState } from "ovsdb-jsonrpc";
import { connectionStatus, southboundStatus } from "../../../src/daemon/databases/session-status.ts";

const error = { code: "disconnected", message: "closed" } as const;

const REMOTES = "tcp:a:1,tcp:b:1";

type State = ReturnType<typeof connectionStatus>["state"];

test.each<[SessionState, State, string, boolean | null, string | null]>([
  [{ kind: "connecting", remote: "tcp:a:1" }, "connecting", "tcp:a:1", null, null],
  [{ kind: "connected", remote: "tcp:a:1", leader: false, cid: null }, "connecting", "tcp:a:1", false, null],
  [{ kind: "synced", remote: "tcp:a:1", leader: true, cid: null }, "connected", "tcp:a:1", true, null],
  [{ kind: "disconnected", error, retryInMs: 1000 }, "disconnected", REMOTES, null, "closed"],
  [{ kind: "closed" }, "disconnected", REMOTES, null, null],
])("%j is %s", (session, state, remote, leader, why) => {
  expect(connectionStatus(session, REMOTES)).toEqual({ remote, state, error: why });
  expect(southboundStatus(session, REMOTES, null)).toEqual({ remote, state, leader, error: why });
});

test("a Southbound that is stale says how to get over it, also while the next server is tried", () => {
  const lost = { code: "stale", message: "tcp:a:1: the server's data is stale" } as const;
  const disconnected = { kind: "disconnected", error: lost, retryInMs: 1 } as const;
  for (const state of [disconnected, { kind: "connecting", remote: "tcp:b:1" } as const]) {
    expect(southboundStatus(state, REMOTES, null, lost)).toMatchObject({
      remote: REMOTES,
      state: "disconnected",
      error: expect.stringMatching(/is stale; .*: ovs-appctl -t vifplugd sb-cluster-state-reset$/),
    });
  }
});

test("a Southbound that was stale and is in sync is connected, and one that is away for another reason says why", () => {
  const lost = { code: "stale", message: "stale" } as const;
  const synced = { kind: "synced", remote: "tcp:a:1", leader: true, cid: null } as const;
  expect(southboundStatus(synced, REMOTES, null, lost)).toMatchObject({ state: "connected", error: null });
  const connecting = { kind: "connecting", remote: "tcp:b:1" } as const;
  expect(southboundStatus(connecting, REMOTES, null, error)).toMatchObject({
    state: "connecting",
    error: null,
  });
});

test("a Southbound that refuses a question says so while it is in sync", () => {
  const synced = { kind: "synced", remote: "tcp:a:1", leader: true, cid: null } as const;
  expect(southboundStatus(synced, REMOTES, null, null, "it refuses")).toEqual({
    ...{ remote: "tcp:a:1", state: "connected", leader: true },
    error: "it refuses",
  });
  const disconnected = { kind: "disconnected", error, retryInMs: 1 } as const;
  expect(southboundStatus(disconnected, REMOTES, null, null, "it refuses").error).toBe("closed");
});

test.each<[SessionState | null, string | null]>([
  [null, null],
  [null, REMOTES],
  [{ kind: "closed" }, null],
])("a Southbound that nobody has named (%j at %p) is disconnected for that reason", (state, remotes) => {
  expect(southboundStatus(state, remotes, "no Southbound remote")).toEqual({
    remote: null,
    state: "disconnected",
    leader: null,
    error: "no Southbound remote",
  });
});
