/** A session's state in the words of `status`. */
import type { SessionState } from "ovsdb-jsonrpc";
import type { ConnectionStatus, Connections } from "../control/daemon-view.ts";

export function connectionStatus(state: SessionState): ConnectionStatus {
  switch (state.kind) {
    case "synced":
      return { remote: state.remote, state: "connected" };
    case "connecting":
    case "connected":
      return { remote: state.remote, state: "connecting" };
    case "disconnected":
    case "closed":
      return { remote: null, state: "disconnected" };
  }
}

/** @param state null while nothing says where the Southbound is */
export function southboundStatus(state: SessionState | null): Connections["southbound"] {
  if (state === null) return { remote: null, state: "disconnected", leader: null };
  const leader = state.kind === "synced" || state.kind === "connected" ? state.leader : null;
  return { ...connectionStatus(state), leader };
}
