/**
 * The interfaces in place of our logical ports, as far as the provider knows them: from the call to arrange what is in place,
 * and from committed changes. In a plan, and while the daemon stands by, the provider knows none.
 *
 * Invariant: a logical port has at most one interface here, and a name is here only while a logical port has it.
 */

export interface Placed {
  readonly name: string;
  /** The network device of the interface at that time; null: no device had the name, or it belonged to another function. */
  readonly ifindex: number | null;
}

export class InPlace {
  readonly #byLport = new Map<string, Placed>();
  /** The number of logical ports with this interface: two for a moment, when the interface changes hands. */
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name);
  }

  of(lport: string): Placed | null {
    return this.#byLport.get(lport) ?? null;
  }

  /** @param placed null: the logical port has no interface */
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
