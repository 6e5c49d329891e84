/**
 * The interfaces that are in place for our logical ports, as far as the provider was told: when it was to arrange what is
 * in place, or when a port's change was committed. A plan, or a daemon that stands by, is told of none.
 *
 * Invariant: one interface per logical port, and a name only while it is some port's.
 */

export interface Placed {
  readonly name: string;
  /** Of the network device that it was then; null: there was none of that name, or it was not the function's. */
  readonly ifindex: number | null;
}

export class InPlace {
  readonly #byLport = new Map<string, Placed>();
  /** How many logical ports have it: two for a moment, when it changes hands. */
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name);
  }

  of(lport: string): Placed | null {
    return this.#byLport.get(lport) ?? null;
  }

  /** @param placed null: the logical port has none */
  set(lport: string, placed: Placed | null): void {
    const before = this.#byLport.get(lport);
    if (before !== undefined) {
      this.#byLport.delete(lport);
      this.#count(before.name, -1);
    }
    if (placed === null) return;
    this.#byLport.set(lport, placed);
    this.#count(placed.name, 1);
  }

  #count(name: string, by: number): void {
    const count = (this.#counts.get(name) ?? 0) + by;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
  }
}
