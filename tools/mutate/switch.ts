/**
 * Which mutant is chosen, as the switched files ask (switched.ts). Part of the copy that the tests run in.
 *
 * A mutant that is come by far more often than the same place was undisturbed runs in circles; its code throws.
 */

let chosen = -1;
let left = Number.POSITIVE_INFINITY;
let hits: Map<number, number> | null = null;

/** Asked by the mutated code. */
export function __mutant(number: number): boolean {
  if (hits !== null) hits.set(number, (hits.get(number) ?? 0) + 1);
  if (number !== chosen) return false;
  if (--left < 0) throw new RunsInCircles();
  return true;
}

export class RunsInCircles extends Error {
  override name = "RunsInCircles";
}

/** Chooses a mutant until the next call; null chooses none. */
export function choose(number: number | null, limit = Number.POSITIVE_INFINITY): void {
  chosen = number ?? -1;
  left = limit;
}

/** Begins to count which mutants are come by; the answer ends it. */
export function countHits(): () => ReadonlyMap<number, number> {
  const counted = new Map<number, number>();
  hits = counted;
  return () => {
    hits = null;
    return counted;
  };
}
