/**
 * Random tests that can be repeated and that fail small: a seeded generator, and a shrinker for lists of steps.
 *
 * A case is plain data made by `generate`; `failure` runs it from scratch and says what is wrong. `SEED=n` repeats
 * the cases of an earlier run; `CASES=n` tries at most so many; `SHRINK=0` leaves a case that fails as large as it is.
 */

export interface Random {
  /** An integer from 0 to `below` - 1. */
  int(below: number): number;
  pick<T>(choices: readonly [T, ...T[]] | readonly T[]): T;
  chance(probability: number): boolean;
  /** A list of `length` made items. */
  list<T>(length: number, make: (index: number) => T): T[];
}

/** Mulberry32: 32 bits of state, good enough to choose test cases. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  }
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    chance: (probability) => next() < probability,
    list: (length, make) => Array.from({ length }, (_, index) => make(index)),
    pick(choices) {
      const chosen = choices[int(choices.length)];
      if (chosen === undefined) throw new RangeError("nothing to pick from");
      return chosen;
    },
  };
}

/** The seed to use: SEED from the environment, or a new one. */
export function chooseSeed(): number {
  const given = Number(process.env.SEED);
  return Number.isSafeInteger(given) && given > 0 ? given : 1 + Math.floor(Math.random() * 0x7fffffff);
}

/** How many cases to try of so many: CASES from the environment, if that is fewer. */
function limited(cases: number): number {
  const given = Number(process.env.CASES);
  return Number.isSafeInteger(given) && given > 0 ? Math.min(given, cases) : cases;
}

const shrinks = (): boolean => process.env.SHRINK !== "0";

/** The list without parts that `fails` does not need: no single item of the answer can be left out. */
export function shrinkList<T>(items: readonly T[], fails: (fewer: readonly T[]) => boolean): readonly T[] {
  const shrinking = shorter(items);
  for (let step = shrinking.next(); ; step = shrinking.next(fails(step.value)))
    if (step.done === true) return step.value;
}

/** As {@link shrinkList}, where the answer takes turns of the event loop. */
export async function shrinkListSlowly<T>(
  items: readonly T[],
  fails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  const shrinking = shorter(items);
  for (let step = shrinking.next(); ; step = shrinking.next(await fails(step.value)))
    if (step.done === true) return step.value;
}

/** Yields lists to try and is told whether they fail; returns the shortest one that does. */
function* shorter<T>(items: readonly T[]): Generator<readonly T[], readonly T[], boolean> {
  let smallest = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; ) {
    let removed = false;
    for (let at = 0; at < smallest.length; ) {
      const fewer = [...smallest.slice(0, at), ...smallest.slice(at + size)];
      if (yield fewer) {
        smallest = fewer;
        removed = true;
      } else {
        at += size;
      }
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!removed) break;
  }
  return smallest;
}

export interface Property<Case> {
  /** How many random cases to try. */
  readonly cases: number;
  readonly seed?: number;
  generate(random: Random): Case;
  /** What is wrong, or undefined. Must depend on the case alone. */
  failure(one: Case): string | undefined;
  /** A smaller case that still fails. */
  shrink(one: Case, fails: (smaller: Case) => boolean): Case;
  format(one: Case): string;
}

export interface Counterexample<Case> {
  readonly seed: number;
  readonly case: Case;
  readonly message: string;
}

/** The smallest failing case that is found, or undefined if no case fails. */
export function findCounterexample<Case>(property: Property<Case>): Counterexample<Case> | undefined {
  const seed = property.seed ?? chooseSeed();
  for (let index = 0; index < limited(property.cases); index++) {
    const one = property.generate(random(seed + index));
    if (property.failure(one) === undefined) continue;
    const fails = (smaller: Case) => property.failure(smaller) !== undefined;
    const smallest = shrinks() ? property.shrink(one, fails) : one;
    const message = [
      `case ${index} of seed ${seed} fails (repeat it with SEED=${seed + index}):`,
      property.format(smallest),
      property.failure(smallest),
    ].join("\n");
    return { seed: seed + index, case: smallest, message };
  }
  return undefined;
}

/** @throws Error with the smallest failing case */
export function checkProperty<Case>(property: Property<Case>): void {
  const counterexample = findCounterexample(property);
  if (counterexample !== undefined) throw new Error(counterexample.message);
}

/** As {@link checkProperty}, for cases that are lists and take turns of the event loop; single items are left out. */
export async function checkListProperty<Item>(property: {
  readonly cases: number;
  generate(random: Random): readonly Item[];
  failure(items: readonly Item[]): Promise<string | undefined>;
}): Promise<void> {
  const seed = chooseSeed();
  for (let index = 0; index < limited(property.cases); index++) {
    let items = property.generate(random(seed + index));
    if ((await property.failure(items)) === undefined) continue;
    for (let at = shrinks() ? items.length - 1 : -1; at >= 0; at--) {
      const fewer = items.toSpliced(at, 1);
      if ((await property.failure(fewer)) !== undefined) items = fewer;
    }
    const steps = items.map((item) => JSON.stringify(item)).join("\n");
    const what = await property.failure(items);
    throw new Error(
      `case ${index} of seed ${seed} fails (repeat it with SEED=${seed + index}):\n${steps}\n${what}`,
    );
  }
}
