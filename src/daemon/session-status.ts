/** A session's state in the words of `status`. */
import type { SessionState } from "ovsdb-jsonrpc";
import type { ConnectionStatus, Connections } from "../control/daemon-view.ts";

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
 */
export function southboundStatus(
  state: SessionState | null,
  remotes: string | null,
  fault: string | null,
): Connections["southbound"] {
  if (state === null || remotes === null) {
    return { remote: null, state: "disconnected", leader: null, error: fault };
  }
  const leader = state.kind === "synced" || state.kind === "connected" ? state.leader : null;
  return { ...connectionStatus(state, remotes), leader };
}
