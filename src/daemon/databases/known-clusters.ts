/**
 * The known Southbounds, by cluster id (rule U6). The first Southbound is known, and every other one after a complete pass that
 * found nothing to unplug. Until then somebody may have mistyped a remote.
 */
import type { SessionState } from "ovsdb-jsonrpc";
import type { Stranger } from "../../plug/nodes/input-nodes.ts";

/** The limit on known clusters: a server that invents a new cluster id each time must not cost memory. */
const MAX_KNOWN = 16;

export class KnownClusters {
  /** The cluster ids in the order of their acceptance; null: a database without a cluster. */
  readonly #known: (string | null)[] = [];
  #stranger: Stranger | null = null;

  /** The unknown Southbound of the connection; null: it is known. A lost connection changes nothing until the next is in sync. */
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
