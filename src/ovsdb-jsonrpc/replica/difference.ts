/**
 * A `modify` of ovsdb-server(7) carries what differs in a set or a map, not the whole of it.
 *
 * Integers beyond 2^53 are held as the nearest double, which is the nearest of several integers. Where one of them is
 * in a set already, a difference that names the like of it takes it out or puts its neighbour in, and nobody here can
 * tell which: such a difference is refused, and whoever applies it has to get the whole value instead.
 */

import { NotationError } from "../schema/notation.ts";
import type { AtomicType, ColumnSchema } from "../schema/schema.ts";
import { type Atom, EMPTY_MAP, EMPTY_SET, type Value } from "../schema/value.ts";
import { rememberChange } from "./changed-elements.ts";

/**
 * The value after a `modify` (ovsdb-server(7), "monitor_cond"): a set's difference toggles its elements; a map's
 * difference removes a pair that is there and otherwise adds or replaces the key. Columns with at most one element
 * carry the whole value and never come here. Throws `NotationError` when integers beyond 2^53 leave it open what the
 * value is.
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

/** Throws unless an atom that equals this one here is the same one to the server. */
function distinct(type: AtomicType, atom: Atom): void {
  if (type !== "integer" || typeof atom !== "number" || Number.isSafeInteger(atom)) return;
  throw new NotationError(
    `the difference names an integer beyond 2^53, near ${atom}, and cannot be told from its neighbours`,
  );
}
