/**
 * Applies a `modify` of ovsdb-server(7), which carries the difference of a set or a map, not the whole value.
 *
 * An integer beyond 2^53 is held as the nearest double, which stands for several integers. When a set has such an integer, a
 * difference with an equal double may remove that integer or add its neighbour, and the client cannot tell which. Such a difference
 * is refused, and the caller has to ask for the whole value.
 */

import { NotationError } from "../schema/notation.ts";
import type { AtomicType, ColumnSchema } from "../schema/schema.ts";
import { type Atom, EMPTY_MAP, EMPTY_SET, type Value } from "../schema/value.ts";
import { rememberChange } from "./changed-elements.ts";

/**
 * The value after a `modify` (ovsdb-server(7), "monitor_cond"). The difference of a set toggles its elements. The difference of a
 * map removes an equal pair, and otherwise adds or replaces the key. Columns with at most one element carry the whole value and
 * never come here. Throws `NotationError` when integers beyond 2^53 make the value ambiguous.
 */
export function applyDifference(type: ColumnSchema, old: Value, difference: Value): Value {
  if (old instanceof Set && difference instanceof Set) return toggle(type.key.type, old, difference);
  if (old instanceof Map && difference instanceof Map) {
    const next = new Map<Atom, Atom>(old);
    for (const [key, value] of difference) {
      const before = next.get(key);
      if (before !== undefined) distinct(type.key.type, key);
      if (before === value) {
        if (type.value !== undefined) distinct(type.value.type, value);
        next.delete(key);
      } else next.set(key, value);
    }
    return next.size === 0 ? EMPTY_MAP : next;
  }
  return difference;
}

function toggle(type: AtomicType, old: ReadonlySet<Atom>, difference: ReadonlySet<Atom>): ReadonlySet<Atom> {
  const next = new Set<Atom>(old);
  for (const element of difference) {
    if (next.delete(element)) distinct(type, element);
    else next.add(element);
  }
  if (next.size === 0) return EMPTY_SET;
  rememberChange(old, next, difference);
  return next;
}

/** Throws for an atom that may stand for several integers of the server. */
function distinct(type: AtomicType, atom: Atom): void {
  if (type !== "integer" || typeof atom !== "number" || Number.isSafeInteger(atom)) return;
  throw new NotationError(
    `the difference names an integer beyond 2^53, near ${atom}, and cannot be told from its neighbours`,
  );
}
