/**
 * Takes the place of `bun:test` in the copy. The harness keeps the tests, so that each test can run once for every mutant
 * that the test reaches. A test that runs alone also gets the `beforeAll` and `afterAll` of its groups.
 */
export { expect, jest, mock, setSystemTime, spyOn } from "bun:test";

type Body = (...args: unknown[]) => unknown;

interface Group {
  readonly name: string;
  readonly above: Group | null;
  readonly beforeAll: Body[];
  readonly beforeEach: Body[];
  readonly afterEach: Body[];
  readonly afterAll: Body[];
}

export interface Kept {
  /** The file, the groups, the name, and the number among tests of the same name. */
  readonly id: string;
  run(): Promise<void>;
}

let kept: Kept[] = [];
let counts = new Map<string, number>();
let group: Group = newGroup("", null);

/** The tests of a file. @param file the name of the file in the tests' ids @throws the error of the file */
export async function testsOf(file: string, path: string): Promise<readonly Kept[]> {
  kept = [];
  counts = new Map();
  group = newGroup(file, null);
  await import(path);
  return kept;
}

function keep(name: string, body: Body): void {
  const within = group;
  const path = `${pathOf(within)} > ${name}`;
  const nth = (counts.get(path) ?? 0) + 1;
  counts.set(path, nth);
  kept.push({ id: nth === 1 ? path : `${path} (${nth})`, run: () => runIn(within, body) });
}

async function runIn(within: Group, body: Body): Promise<void> {
  const groups = groupsOf(within);
  const inwards = [
    ...groups.map(({ beforeAll }) => beforeAll),
    ...groups.map(({ beforeEach }) => beforeEach),
  ];
  const outwards = groups.toReversed();
  try {
    for (const before of inwards.flat()) await before();
    await body();
  } finally {
    for (const { afterEach } of outwards) for (const after of afterEach) await after();
    for (const { afterAll } of outwards) for (const after of afterAll) await after();
  }
}

function enter(name: string, body: Body, args: readonly unknown[]): void {
  const outer = group;
  group = newGroup(name, outer);
  try {
    body(...args);
  } finally {
    group = outer;
  }
}

/** A row that is no list is the only argument, as in bun:test. */
function argumentsOf(row: unknown): readonly unknown[] {
  return Array.isArray(row) ? row : [row];
}

function newGroup(name: string, above: Group | null): Group {
  return { name, above, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
}

/** The groups around a test, the outermost first. */
function groupsOf(within: Group): readonly Group[] {
  return within.above === null ? [within] : [...groupsOf(within.above), within];
}

function pathOf(within: Group): string {
  return groupsOf(within)
    .map(({ name }) => name)
    .join(" > ");
}

const nothing = (): void => undefined;
const skipped = Object.assign(nothing, { each: () => nothing });

export const test = Object.assign((name: string, body: Body) => keep(name, body), {
  each:
    (rows: readonly unknown[]) =>
    (name: string, body: Body): void => {
      for (const row of rows) keep(name, () => body(...argumentsOf(row)));
    },
  skip: skipped,
  todo: skipped,
  if: (applies: boolean) => (applies ? test : skipped),
  skipIf: (applies: boolean) => (applies ? skipped : test),
});
export const it = test;

export const describe = Object.assign((name: string, body: Body) => enter(name, body, []), {
  each:
    (rows: readonly unknown[]) =>
    (name: string, body: Body): void => {
      for (const row of rows) enter(name, body, argumentsOf(row));
    },
  skip: skipped,
  if: (applies: boolean) => (applies ? describe : skipped),
  skipIf: (applies: boolean) => (applies ? skipped : describe),
});

export const beforeAll = (body: Body) => group.beforeAll.push(body);
export const beforeEach = (body: Body) => group.beforeEach.push(body);
export const afterEach = (body: Body) => group.afterEach.push(body);
export const afterAll = (body: Body) => group.afterAll.push(body);
export const setDefaultTimeout = nothing;
