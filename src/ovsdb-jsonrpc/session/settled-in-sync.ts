/** Waits until a session is in sync with a server, or is closed. */
import type { SessionState } from "./session-options.ts";

interface Stateful {
  readonly state: SessionState;
  onState(listener: (state: SessionState) => void): () => void;
}

/** Settles with true in sync; with false when the session was closed or the signal was aborted before. Never rejects. */
export function settledInSync(session: Stateful, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const isOver = () => session.state.kind === "synced" || session.state.kind === "closed";
    if (isOver() || signal?.aborted === true) {
      resolve(session.state.kind === "synced");
      return;
    }
    const settle = (synced: boolean) => {
      remove();
      signal?.removeEventListener("abort", giveUp);
      resolve(synced);
    };
    const giveUp = () => settle(false);
    const remove = session.onState(() => {
      if (isOver()) settle(session.state.kind === "synced");
    });
    signal?.addEventListener("abort", giveUp);
  });
}
