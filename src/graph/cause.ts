/**
 * Provenance: what made something happen, and why a node had to be recomputed.
 *
 * Invariants: a Cause is made once, where a change enters the engine (a push, a poke, a forced recompute, the
 * first run), and is then passed along by reference: no hop through the graph allocates. A Reason points at the
 * Reason of the input it follows from, so its chain always ends at the Cause that started it.
 */

/** One change that entered the engine. */
export interface Cause {
  /** Counts up from 1 for each engine. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** Name of the node it entered by; "engine" for the first run and for a forced recompute. */
  readonly source: string;
  /** What the caller said about it. */
  readonly label: string;
  /** The row or key it is about, when one is known. */
  readonly key: string | undefined;
}

/** The same cause, narrowed to one row. For small batches: a snapshot passes its one cause on for every row. */
export function causeOfKey(cause: Cause, key: string): Cause {
  return { ...cause, key };
}

/** Tracked changes of keyed data: which keys changed, and the latest cause of each. */
export type KeyedChanges<K> = Map<K, Cause>;

/** A `changes` factory: `changes: keyedChanges<string>`. */
export function keyedChanges<K>(): KeyedChanges<K> {
  return new Map();
}

/** Why one node is recomputed. */
export interface Reason {
  readonly node: string;
  /** The input that led to it; absent when the node itself was the reason (first run, forced, failed before). */
  readonly input: string | undefined;
  /** The handler that could not handle the change of that input, when one was asked. */
  readonly handler: string | undefined;
  readonly text: string;
  readonly cause: Cause;
  /** The reason of that input's own recompute. */
  readonly because: Reason | undefined;
}

/** One recompute that was done, failed or was not allowed. */
export interface RecomputeRecord {
  /** The engine run it happened in, counted from 1. */
  readonly run: number;
  readonly time: number;
  readonly node: string;
  readonly outcome: "updated" | "unchanged" | "failed" | "canceled";
  readonly ms: number;
  /** From this node back to the node where the cause came in. */
  readonly chain: readonly Omit<Reason, "because">[];
  readonly cause: Cause;
}

/** A reason and everything it follows from, nearest first. */
export function reasonChain(reason: Reason): RecomputeRecord["chain"] {
  const chain: Omit<Reason, "because">[] = [];
  for (let at: Reason | undefined = reason; at !== undefined; at = at.because) {
    const { because: _, ...link } = at;
    chain.push(link);
  }
  return chain;
}

/** One line: `plug: lport was recomputed < lport: no handler for port_binding < port_binding #12 "row lsp1"`. */
export function formatReason(reason: {
  readonly chain: RecomputeRecord["chain"];
  readonly cause: Cause;
}): string {
  const links = reason.chain.map((link) => {
    const handler = link.handler === undefined ? "" : `${link.handler}: `;
    return `${link.node}: ${handler}${link.text}`;
  });
  return [...links, formatCause(reason.cause)].join(" < ");
}

/** One phrase: `port_binding #12 "update" key lsp1`. */
export function formatCause(cause: Cause): string {
  const key = cause.key === undefined ? "" : ` key ${cause.key}`;
  return `${cause.source} #${cause.seq} ${JSON.stringify(cause.label)}${key}`;
}
