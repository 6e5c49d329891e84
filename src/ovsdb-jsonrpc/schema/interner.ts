/**
 * Makes equal values one value, so that a large replica whose columns repeat themselves costs little. A value is known by the
 * atoms that it is made of, one after the other. Bounded in bytes, whatever a server sends: long atoms pass by, a few
 * thousand short ones are remembered, and they are all forgotten for good when a column turns out not to repeat itself.
 */
import type { Atom } from "./value.ts";

/** In UTF-16 code units. Longer atoms pass by: they hardly ever repeat. */
export const LONGEST_ATOM = 512;
/** What an atom costs beside its text, in the same units. */
const ATOM_COST = 64;
/** Of all atoms together: some 4,000 of the usual ones. */
export const CAPACITY = 2 ** 19;
/** So many values have to have been met again when it is reached, for the others to be remembered. */
const WORTHWHILE = 2 ** 12;

/** What is known by some atoms, and by those that begin with them. */
export interface Known<T> {
  value: T | undefined;
  next: Map<Atom, Known<T>> | undefined;
}

export class Interner<T> {
  #root: Known<T> | null = { value: undefined, next: undefined };
  #kept = 0;
  #met = 0;

  /** By no atom. Null here and below: what passes by. */
  get root(): Known<T> | null {
    return this.#root;
  }

  /** By one atom more. */
  step(known: Known<T> | null, atom: Atom): Known<T> | null {
    return known === null ? null : (known.next?.get(atom) ?? this.#add(known, atom));
  }

  /** The value that is known, or the one that `make` makes now. Equal atoms must mean equal values. */
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
