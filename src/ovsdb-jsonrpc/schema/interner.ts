/**
 * Makes equal values one object, so that a large replica with repeated values costs little. A value is found by its atoms, one
 * after the other. The memory is bounded in bytes, whatever a server sends: long atoms are not interned, a few thousand short
 * atoms are remembered, and all are forgotten for good when a column proves not to repeat its values.
 */
import type { Atom } from "./value.ts";

/** The longest interned atom, in UTF-16 code units: longer atoms hardly ever repeat. */
export const LONGEST_ATOM = 512;
/** The cost of an atom beside its text, in the same units. */
const ATOM_COST = 64;
/** The limit on the cost of all atoms: about 4,000 usual atoms. */
export const CAPACITY = 2 ** 19;
/** The number of repeated values at which the interner goes on after the limit is reached. */
const WORTHWHILE = 2 ** 12;

/** The value for a list of atoms, and the values for longer lists that begin with it. */
export interface Known<T> {
  value: T | undefined;
  next: Map<Atom, Known<T>> | undefined;
}

export class Interner<T> {
  #root: Known<T> | null = { value: undefined, next: undefined };
  #kept = 0;
  #met = 0;

  /** The entry of the empty list. Null, here and below: not interned. */
  get root(): Known<T> | null {
    return this.#root;
  }

  /** The entry of a list with one more atom. */
  step(known: Known<T> | null, atom: Atom): Known<T> | null {
    return known === null ? null : (known.next?.get(atom) ?? this.#add(known, atom));
  }

  /** The interned value, or the value that `make` makes now. Equal atoms must mean equal values. */
  value(known: Known<T> | null, make: () => T): T {
    if (known === null) return make();
    if (known.value === undefined) known.value = make();
    else this.#met++;
    return known.value;
  }

  #add(known: Known<T>, atom: Atom): Known<T> | null {
    const length = typeof atom === "string" ? atom.length : 0;
    if (length > LONGEST_ATOM) return null;
    if (this.#kept + length + ATOM_COST > CAPACITY) {
      if (this.#met < WORTHWHILE) this.#root = null;
      return null;
    }
    this.#kept += length + ATOM_COST;
    const next: Known<T> = { value: undefined, next: undefined };
    known.next ??= new Map();
    known.next.set(atom, next);
    return next;
  }
}
