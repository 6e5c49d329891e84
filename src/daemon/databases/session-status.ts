/** A session's state in the words of `status`. */
import type { ConnectionError, SessionState } from "ovsdb-jsonrpc";
import type { ConnectionStatus, Connections } from "../../view/status-shape.ts";

/** What somebody can do about a Southbound whose data is stale. */
export const RESET_HINT =
  "if the Southbound was restored from a backup: ovs-appctl -t vifplugd sb-cluster-state-reset";

/** @param remotes where the database is to be found */
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
 * @param state null while nothing says where the Southbound is
 * @param fault why that is so
 * @param lost why the last connection ended, where none has been in sync since
 */
export function southboundStatus(
  state: SessionState | null,
  remotes: string | null,
  fault: string | null,
  lost: ConnectionError | null = null,
): Connections["southbound"] {
  if (state === null || remotes === null) {
    return { remote: null, state: "disconnected", leader: null, error: fault };
  }
  // Between two tries, too: it is not going to be otherwise by itself.
  if (lost?.code === "stale" && state.kind !== "synced") {
    const error = `${lost.message}; ${RESET_HINT}`;
    return { remote: remotes, state: "disconnected", leader: null, error };
  }
  const leader = state.kind === "synced" || state.kind === "connected" ? state.leader : null;
  return { ...connectionStatus(state, remotes), leader };
}
