/** Logs the states of a database session. */
import type { SessionState } from "ovsdb-jsonrpc";
import type { Logger } from "../../log/log.ts";
import { RESET_HINT } from "./session-status.ts";

/** @returns what logs each new state of a session of the database */
export function stateLog(log: Logger, database: string): (state: SessionState) => void {
  let last: SessionState | null = null;
  return (state) => {
    logState(log, database, state, last);
    last = state;
  };
}

function logState(log: Logger, database: string, state: SessionState, last: SessionState | null): void {
  switch (state.kind) {
    case "connecting":
    case "connected":
      log.debug(`${database}: ${state.kind} ${state.remote}`);
      break;
    case "synced": {
      const isSameServer = last?.kind === "synced" && last.remote === state.remote && last.cid === state.cid;
      if (isSameServer && last.leader !== state.leader) {
        const leads = state.leader === true ? "leads its cluster now" : "no longer leads its cluster";
        log.info(`${database}: ${state.remote} ${leads}`);
      } else log.info(`${database}: in sync with ${state.remote}`);
      break;
    }
    case "disconnected": {
      // Somebody has just named another remote; the log has a line about that already.
      if (state.error.code === "not configured") {
        log.debug(`${database}: ${state.error.message}`);
        break;
      }
      const hint = state.error.code === "stale" && database === "OVN_Southbound" ? `; ${RESET_HINT}` : "";
      const retry = `next try in ${Math.round(state.retryInMs / 100) / 10} s`;
      log.warn(`${database}: not connected: ${state.error.message}${hint}; ${retry}`, database);
      break;
    }
    case "closed":
      log.debug(`${database}: closed`);
      break;
  }
}
