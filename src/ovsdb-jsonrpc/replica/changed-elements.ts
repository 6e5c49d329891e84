/**
 * What differs between two versions of a set, without looking at what does not: the server has said it once, when it
 * sent the difference that made the one of the other. A bridge of 5,000 ports gets one more.
 *
 * Invariant: what is remembered keeps no version of a set alive.
 */
import type { Atom } from "../schema/value.ts";

interface Origin {
  readonly before: WeakRef<ReadonlySet<Atom>>;
  readonly changed: readonly Atom[];
}

const origins = new WeakMap<ReadonlySet<Atom>, Origin>();

/** Notes that `after` was made of `before` by putting in or taking out each of these elements. */
export function rememberChange(
  before: ReadonlySet<Atom>,
  after: ReadonlySet<Atom>,
  changed: Iterable<Atom>,
): void {
  origins.set(after, { before: new WeakRef(before), changed: [...changed] });
}

/**
 * The elements that are in one of the two sets only. As many steps as there are of them when the two are a row's column
 * before and after one message of the server; otherwise as many as the sets have elements.
 */
export function changedElements<T extends Atom>(before: ReadonlySet<T>, after: ReadonlySet<T>): readonly T[] {
  const origin = origins.get(after);
  // Each of them is an element of one of the two sets, so it is a T.
  if (origin?.before.deref() === before) return origin.changed as readonly T[];
  // Set.prototype.symmetricDifference would say it in one word, from Node.js 22 on.
  const changed: T[] = [];
  for (const element of before) if (!after.has(element)) changed.push(element);
  for (const element of after) if (!before.has(element)) changed.push(element);
  return changed;
}
