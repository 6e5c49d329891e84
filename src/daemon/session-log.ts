/** Tells people, in the log, what becomes of a database session. */
import type { SessionState } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";

/** How a session's error ends when its remote was taken from the list. */
const LEFT_BEHIND = "the remote is not configured any more";

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
      // Somebody has just named another remote, which is told by whoever was told so.
      if (state.error.message.endsWith(LEFT_BEHIND)) {
        log.debug(`${database}: ${state.error.message}`);
        break;
      }
      const retry = `next try in ${Math.round(state.retryInMs / 100) / 10} s`;
      log.warn(`${database}: not connected: ${state.error.message}; ${retry}`, database);
      break;
    }
    case "closed":
      log.debug(`${database}: closed`);
      break;
  }
}
