/** Tells people, in the log, what becomes of a database session. */
import type { SessionState } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";

export function narrateState(log: Logger, database: string, state: SessionState): void {
  switch (state.kind) {
    case "connecting":
    case "connected":
      log.debug(`${database}: ${state.kind} ${state.remote}`);
      break;
    case "synced":
      log.info(`${database}: in sync with ${state.remote}`);
      break;
    case "disconnected": {
      const retry = `next try in ${Math.round(state.retryInMs / 100) / 10} s`;
      log.warn(`${database}: not connected: ${state.error.message}; ${retry}`, database);
      break;
    }
    case "closed":
      log.debug(`${database}: closed`);
      break;
  }
}
