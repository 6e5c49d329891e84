/**
 * Provenance: what made something happen, and why a node had to be recomputed.
 *
 * Invariants: a Cause is made once, where a change enters the engine (a push, a poke, a forced recompute, the first
 * run), and is passed along by reference: no hop through the graph allocates. A Reason points at the Reason of the
 * input it follows from, so its chain always ends at the Cause that started it.
 */
export interface Cause {
  /** Counts up from 1 in each engine. */
  readonly seq: number;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** The node it entered by; "engine" for the first run and for a forced recompute. */
  readonly source: string;
  /** What the caller said about it. */
  readonly label: string;
  /** The row or key it is about, when one is known; the beginning of one that is long. */
  readonly key: string | undefined;
}

/** Of a key, in UTF-16 code units: causes are remembered for longer than what they are about. */
const LONGEST_KEY = 200;

/** The same cause, narrowed to one row. For small batches: a snapshot passes its one cause on for every row. */
export function causeOfKey(cause: Cause, key: string): Cause {
  return { ...cause, key: key.length <= LONGEST_KEY ? key : beginning(key) };
}

/** A copy: a slice of a text keeps all of it. */
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
  /** The handler that could not handle the change, if one was asked. */
  readonly handler: string | undefined;
  readonly text: string;
  readonly cause: Cause;
  /** Why that input changed in a way that it does not track. */
  readonly because: Reason | undefined;
}
