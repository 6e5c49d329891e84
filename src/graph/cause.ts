/**
 * Provenance: the cause of a change, and the reason why a node was recomputed.
 *
 * Invariants: a Cause is made once, where a change enters the engine (a push, a poke, a forced recompute, the first run), and
 * is passed on by reference: no edge of the graph allocates. A Reason points to the Reason of its input, so each chain of
 * reasons ends at a Cause.
 */
export interface Cause {
  /** Counts up from 1 in each engine. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** The node by which the change entered; "engine" for the first run and for a forced recompute. */
  readonly source: string;
  /** The caller's words about the change. */
  readonly label: string;
  /** The row or key of the change, cut when it is long; undefined: unknown. */
  readonly key: string | undefined;
}

/** The longest key, in UTF-16 code units: causes are remembered longer than their rows. */
const LONGEST_KEY = 200;

/** The same cause for one row. For small batches only: all rows of a snapshot share one cause. */
export function causeOfKey(cause: Cause, key: string): Cause {
  return { ...cause, key: key.length <= LONGEST_KEY ? key : beginning(key) };
}

/** A copy of the beginning: a slice would keep the whole text in memory. */
function beginning(key: string): string {
  return `${Buffer.from(key.slice(0, LONGEST_KEY)).toString()}…`;
}

/** Tracked changes of keyed data: which keys changed, and the latest cause of each. */
export type KeyedChanges<K> = Map<K, Cause>;

/** For a node's `changes`: `changes: keyedChanges<string>`. */
export function keyedChanges<K>(): KeyedChanges<K> {
  return new Map();
}

/** Why one node is recomputed: because of `input`, or of the node itself (first run, forced, threw before). */
export interface Reason {
  readonly node: string;
  readonly input: string | undefined;
  /** The handler that could not handle the change; undefined: no handler was called. */
  readonly handler: string | undefined;
  readonly text: string;
  readonly cause: Cause;
  /** Why the input changed without tracked changes; undefined: it tracked them. */
  readonly because: Reason | undefined;
}
