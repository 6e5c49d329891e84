/**
 * Makes equal values one value, so that a large replica whose columns repeat themselves costs little. Bounded: it
 * remembers a few thousand values, and forgets them all for good when a column turns out not to repeat itself.
 */

const CAPACITY = 4096;

export class Interner<T> {
  #values: Map<string, T> | null = new Map();
  #hits = 0;

  /** The value known by this key, or the one that `make` makes now. Equal keys must mean equal values. */
  get(key: string, make: () => T): T {
    const values = this.#values;
    if (values === null) return make();
    const known = values.get(key);
    if (known !== undefined) {
      this.#hits++;
      return known;
    }
    const value = make();
    if (values.size < CAPACITY) values.set(key, value);
    else if (this.#hits < CAPACITY) this.#values = null;
    return value;
  }
}
