/**
 * The difference between two versions of a set, without a comparison of all elements: the server sent the difference when the set
 * changed. For example, a bridge of 5,000 ports gets one more port.
 *
 * Invariant: a remembered difference keeps no version of a set in memory.
 */
import type { Atom } from "../schema/value.ts";

interface Origin {
  readonly before: WeakRef<ReadonlySet<Atom>>;
  readonly changed: readonly Atom[];
}

const origins = new WeakMap<ReadonlySet<Atom>, Origin>();

/** Notes that `after` follows from `before` by toggling each of these elements. */
export function rememberChange(
  before: ReadonlySet<Atom>,
  after: ReadonlySet<Atom>,
  changed: Iterable<Atom>,
): void {
  origins.set(after, { before: new WeakRef(before), changed: [...changed] });
}

/**
 * The elements that are in only one of the two sets. The cost grows with their number when the two sets are a column before and
 * after one message of the server, else with the sizes of the sets.
 */
export function changedElements<T extends Atom>(before: ReadonlySet<T>, after: ReadonlySet<T>): readonly T[] {
  const origin = origins.get(after);
  // Each changed value is an element of one of the two sets, so it is a T.
  if (origin?.before.deref() === before) return origin.changed as readonly T[];
  // Set.prototype.symmetricDifference exists from Node.js 22 on only.
  const changed: T[] = [];
  for (const element of before) if (!after.has(element)) changed.push(element);
  for (const element of after) if (!before.has(element)) changed.push(element);
  return changed;
}
