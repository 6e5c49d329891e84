/**
 * The chosen mutant, for which the switched files ask (switched.ts). This file is a part of the copy in which the tests run.
 *
 * A mutant that the tests reach far more often than the same place without the mutant runs in circles; its code throws.
 */

let chosen = -1;
let left = Number.POSITIVE_INFINITY;
let hits: Map<number, number> | null = null;

/** The mutated code asks here whether the mutant is chosen. */
export function __mutant(number: number): boolean {
  if (hits !== null) hits.set(number, (hits.get(number) ?? 0) + 1);
  if (number !== chosen) return false;
  if (--left < 0) throw new RunsInCircles();
  return true;
}

export class RunsInCircles extends Error {
  override name = "RunsInCircles";
}

/** Chooses a mutant until the next call. @param number null: no mutant */
export function choose(number: number | null, limit = Number.POSITIVE_INFINITY): void {
  chosen = number ?? -1;
  left = limit;
}

/** Begins to count the mutants that tests reach. @returns a function that ends the count */
export function countHits(): () => ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  hits = counted;
  return () => {
    hits = null;
    return counted;
  };
}
