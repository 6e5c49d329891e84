/** The state of a session, as `status` shows it. */
import type { ConnectionError, SessionState } from "ovsdb-jsonrpc";
import type { ConnectionStatus, Connections } from "../../view/status-shape.ts";

/** The remedy for a Southbound with stale data. */
export const RESET_HINT =
  "if the Southbound was restored from a backup: ovs-appctl -t vifplugd sb-cluster-state-reset";

/** @param remotes the remotes of the database */
export function connectionStatus(state: SessionState, remotes: string): ConnectionStatus {
  switch (state.kind) {
    case "synced":
      return { remote: state.remote, state: "connected", error: null };
    case "connecting":
    case "connected":
      return { remote: state.remote, state: "connecting", error: null };
    case "disconnected":
      return { remote: remotes, state: "disconnected", error: state.error.message };
    case "closed":
      return { remote: remotes, state: "disconnected", error: null };
  }
}

/**
 * @param state null: the address of the Southbound is not known
 * @param fault why the address is not known
 * @param lost why the last connection ended; null: a connection has been in sync since
 * @param refused the question that the server refuses to answer, and what to do; null: none
 */
export function southboundStatus(
  state: SessionState | null,
  remotes: string | null,
  fault: string | null,
  lost: ConnectionError | null = null,
  refused: string | null = null,
): Connections["southbound"] {
  if (state === null || remotes === null) {
    return { remote: null, state: "disconnected", leader: null, error: fault };
  }
  // Shown between two tries too, because stale data does not end by itself.
  if (lost?.code === "stale" && state.kind !== "synced") {
    const error = `${lost.message}; ${RESET_HINT}`;
    return { remote: remotes, state: "disconnected", leader: null, error };
  }
  const leader = state.kind === "synced" || state.kind === "connected" ? state.leader : null;
  const status = { ...connectionStatus(state, remotes), leader };
  return state.kind === "synced" ? { ...status, error: refused } : status;
}
