/**
 * The interfaces that are in place for our logical ports, as far as the provider was told: when it was to arrange what is
 * in place, or when a port's change was committed. A plan, or a daemon that stands by, is told of none.
 *
 * Invariant: one name per logical port, and a name only while it is some port's.
 */
export class InPlace {
  readonly #byLport = new Map<string, string>();
  /** How many logical ports have it: two for a moment, when it changes hands. */
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name);
  }

  /** @param name null: the logical port has none */
  set(lport: string, name: string | null): void {
    const before = this.#byLport.get(lport);
    if (before === name) return;
    if (before !== undefined) {
      this.#byLport.delete(lport);
      this.#count(before, -1);
    }
    if (name === null) return;
    this.#byLport.set(lport, name);
    this.#count(name, 1);
  }

  #count(name: string, by: number): void {
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
