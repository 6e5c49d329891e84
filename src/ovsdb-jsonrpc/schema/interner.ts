/**
 * Makes equal values one value, so that a large replica whose columns repeat themselves costs little. Bounded in bytes,
 * whatever a server sends: long values pass by, a few thousand short ones are remembered, and they are all forgotten for
 * good when a column turns out not to repeat itself.
 */

/** In UTF-16 code units. Longer keys pass by: they hardly ever repeat, and need not even be made. */
export const LONGEST_KEY = 512;
/** Of all keys together, in UTF-16 code units: some 4,000 of the usual ones. */
const CAPACITY = 2 ** 18;
/** Of keys that were met again, so that the others are worth to be remembered. */
const WORTHWHILE = CAPACITY;

export class Interner<T> {
  #values: Map<string, T> | null = new Map();
  #kept = 0;
  #met = 0;

  /** The value known by this key, or the one that `make` makes now. Equal keys must mean equal values. */
  get(key: string, make: () => T): T {
    const values = this.#values;
    if (values === null || key.length > LONGEST_KEY) return make();
    const known = values.get(key);
    if (known !== undefined) {
      this.#met += key.length;
      return known;
    }
    const value = make();
    if (this.#kept + key.length <= CAPACITY) {
      values.set(key, value);
      this.#kept += key.length;
    } else if (this.#met < WORTHWHILE) this.#values = null;
    return value;
  }
}
