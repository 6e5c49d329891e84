/**
 * Which Southbounds are known, by their clusters' ids (rule U6): the one of the start, and every other one after a complete
 * pass under it that found nothing to unplug. Somebody may have mistyped a remote.
 */
import type { SessionState } from "ovsdb-jsonrpc";
import type { Stranger } from "../../plug/nodes/input-nodes.ts";

/** A server that makes up a new cluster each time must not cost memory. */
const MAX_KNOWN = 16;

export class KnownClusters {
  /** The last is the one that was accepted last; null: a database that is in no cluster. */
  readonly #known: (string | null)[] = [];
  #stranger: Stranger | null = null;

  /** Null: the server's cluster is known. What is so of a connection that is lost stays so until there is another. */
  strangerAt(state: SessionState): Stranger | null {
    if (state.kind !== "synced") return this.#stranger;
    const now = state.cid;
    if (this.#known.length === 0) this.#known.push(now);
    if (this.#known.includes(now)) this.#stranger = null;
    else if (this.#stranger?.now !== now) this.#stranger = { before: this.#known.at(-1) ?? null, now };
    return this.#stranger;
  }

  accept(state: SessionState): void {
    if (state.kind !== "synced" || this.#known.includes(state.cid)) return;
    if (this.#known.length === MAX_KNOWN) this.#known.shift();
    this.#known.push(state.cid);
  }
}
