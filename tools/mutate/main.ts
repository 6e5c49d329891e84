/**
 * `npm run mutate -- FILE_OR_FOLDER...`: makes one thing after the other wrong in the sources, and says which of that no
 * unit test notices. Exit code 1 when fewer are noticed than the goal.
 *
 *   --only FILE:LINE  nothing but what is on that line
 *   --list            shows the mutants, and runs nothing
 *   --sample N        so many of them, chosen by --seed S
 *   --goal PERCENT    95 unless given
 *   --tests FOLDER    the tests below test/FOLDER alone (again for more): quicker, and more survive
 *   --budget SECONDS  of undisturbed tests that a mutant is put to at most, quickest first
 *   --cases N         of a random test, at most
 *   --jobs N          processes at the same time
 *   --killed          tells of those that are noticed too, and by which test
 *
 * All mutants of a file are compiled into a copy of it at once, behind a switch (switched.ts). One undisturbed run of the
 * tests says which test comes by which mutant (worker.ts); then each mutant is switched on for those tests alone.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { random } from "../../test/support/random.ts";
import { countOf, numberOf, readArguments } from "../arguments.ts";
import { undoAtExit } from "../cleanup.ts";
import { copySources } from "../copy.ts";
import { type Equivalent, isEquivalent, outdated, readEquivalents } from "./equivalent.ts";
import { diffOf, type Mutant, mutantsOf } from "./mutants.ts";
import { TestProcess } from "./process.ts";
import { switched } from "./switched.ts";
import { Trials } from "./trials.ts";
import { testsBelow, unitTests } from "./unit-tests.ts";

const ROOT = join(import.meta.dir, "../..");
const TOOL = "tools/mutate";
const TELL_EVERY = 50;

const { values, files } = readArguments("mutate", () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      list: { type: "boolean", default: false },
      sample: { type: "string" },
      seed: { type: "string", default: "1" },
      goal: { type: "string", default: "95" },
      tests: { type: "string", multiple: true },
      budget: { type: "string", default: "10" },
      cases: { type: "string", default: "15" },
      jobs: { type: "string", default: String(availableParallelism()) },
      killed: { type: "boolean", default: false },
    },
  });
  const files = filesOf([...positionals, ...values.only.map((place) => place.replace(/:\d+$/, ""))]);
  if (files.length === 0) throw new Error("name the files or folders to be mutated, for instance src/plug");
  const empty = values.tests?.find((folder) => testsBelow(ROOT, folder).length === 0);
  if (empty !== undefined) throw new Error(`--tests ${empty}: there are no tests below test/${empty}`);
  const counts = {
    sample: values.sample === undefined ? null : countOf("--sample", values.sample, 1),
    seed: countOf("--seed", values.seed, 0),
    goal: numberOf("--goal", values.goal, 0),
    budget: numberOf("--budget", values.budget, 0),
    cases: countOf("--cases", values.cases, 1),
    jobs: countOf("--jobs", values.jobs, 1),
  };
  return { values: { ...values, ...counts }, files };
});

type Numbered = readonly [number: number, mutant: Mutant];

const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
const all = files.flatMap((file) => mutantsOf(file, sources.get(file) ?? "")).map(numbered);
const equivalents = readEquivalents();
const [equivalent, others] = parted(all, ([, mutant]) => isEquivalent(mutant, equivalents));
const chosen = sample(others.filter(isAsked));
const stale = outdated(
  equivalents,
  new Set(files),
  all.map(([, mutant]) => mutant),
);

if (values.list) {
  for (const [, mutant] of chosen) show(mutant, "");
  console.log(`${chosen.length} mutants in ${files.length} files`);
} else {
  process.exitCode = (await run()) ? 0 : 1;
}

/** Prints what survives, and the sum; true when the goal is reached. */
async function run(): Promise<boolean> {
  const copy = await copySources("vifplugd-mutate-");
  const remove = () => rmSync(copy, { recursive: true, force: true });
  const keepCopy = undoAtExit(remove);
  compileInto(copy);
  const environment = { SEED: String(values.seed), CASES: String(values.cases), SHRINK: "0" };
  const start = () => TestProcess.start(copy, environment);

  const tests = unitTests(copy, new Set(chosen.map(([, { file }]) => file)), values.tests);
  const first = await start();
  const survey = await first.survey(tests.map(({ file }) => file));
  await first.end();
  for (const { file, failure } of survey.unloaded) console.error(`left out: ${file} (${failure})`);
  for (const { id, failure } of survey.tests) {
    if (failure !== null)
      console.error(
        `left out, as it fails undisturbed, or when it is run again in another order: ${id} (${failure})`,
      );
  }
  const passing = survey.tests.filter(({ failure }) => failure === null);
  const seconds = passing.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1000;
  console.error(
    `${chosen.length} mutants; ${passing.length} tests in ${tests.length} files, ${seconds.toFixed(0)} s`,
  );

  const bench = {
    survey: { ...survey, tests: passing },
    files: tests,
    budgetMs: values.budget * 1000,
    start,
  };
  const counts = { killed: 0, survived: 0 };
  const queue = chosen[Symbol.iterator]();
  await Promise.all(Array.from({ length: values.jobs }, work));
  remove();
  keepCopy();
  return conclude(counts);

  async function work(): Promise<void> {
    const trials = new Trials(bench);
    for (const [number, mutant] of queue) {
      const verdict = await trials.try(number, mutant);
      counts[verdict.kind]++;
      const { killed, survived } = counts;
      if ((killed + survived) % TELL_EVERY === 0)
        console.error(`so far ${killed} killed, ${survived} survived`);
      if (verdict.kind === "killed") {
        if (values.killed) show(mutant, `  killed by ${verdict.by}`);
      } else {
        show(mutant, verdict.tests === 0 ? "  no test comes by" : `  survived ${verdict.tests} tests`);
      }
    }
    await trials.end();
  }
}

function conclude({ killed, survived }: { killed: number; survived: number }): boolean {
  for (const entry of stale) console.log(`equivalent.yaml: no such mutant any more: ${described(entry)}`);
  const listed = equivalent.filter(isAsked).length;
  const percent = (100 * killed) / Math.max(1, killed + survived);
  console.log(
    `${killed} killed, ${survived} survived (${percent.toFixed(1)} % killed), ` +
      `${listed} equivalent (listed in ${TOOL}/equivalent.yaml)`,
  );
  return percent >= values.goal && stale.length === 0;
}

/** Every mutated file with its mutants behind the switch; tests get the harness for bun:test. */
function compileInto(copy: string): void {
  for (const [file, ofFile] of Map.groupBy(chosen, ([, { file }]) => file)) {
    const switchFile = join(copy, TOOL, "switch.ts");
    const source = sources.get(file) ?? "";
    const text = switched(source, ofFile, `import { __mutant } from ${JSON.stringify(switchFile)}; `);
    writeFileSync(join(copy, file), text);
  }
  const harness = JSON.stringify(join(copy, TOOL, "harness.ts"));
  for (const file of new Bun.Glob("test/**/*.ts").scanSync({ cwd: copy })) {
    const path = join(copy, file);
    const text = readFileSync(path, "utf8");
    if (text.includes('"bun:test"')) writeFileSync(path, text.replaceAll('"bun:test"', harness));
  }
}

function show(mutant: Mutant, note: string): void {
  const { file, line, place } = mutant;
  const diff = diffOf(mutant, sources.get(file) ?? "");
  console.log(`${file}:${line} ${place}${note}\n${diff}\n`);
}

function described({ file, in: place, was, becomes }: Equivalent): string {
  return `${file} ${place}: ${was} -> ${becomes}`;
}

function filesOf(places: readonly string[]): readonly string[] {
  const found = places.flatMap((place) => {
    const path = normalize(place).replace(/\/$/, "");
    const stats = statSync(join(ROOT, path), { throwIfNoEntry: false });
    if (stats === undefined) throw new Error(`${place}: no such file or folder`);
    if (!stats.isDirectory()) return [path];
    return [...new Bun.Glob("**/*.ts").scanSync({ cwd: join(ROOT, path) })].map((name) => join(path, name));
  });
  return [...new Set(found)].filter((file) => !file.endsWith(".gen.ts")).sort();
}

function isAsked([, { file, line }]: Numbered): boolean {
  return values.only.length === 0 || values.only.includes(`${file}:${line}`);
}

function sample(mutants: readonly Numbered[]): readonly Numbered[] {
  const size = values.sample ?? mutants.length;
  if (size >= mutants.length) return mutants;
  const { int } = random(values.seed);
  const pool = [...mutants];
  const picked = Array.from({ length: size }, () => pool.splice(int(pool.length), 1)).flat();
  return picked.sort(([a], [b]) => a - b);
}

function numbered(mutant: Mutant, number: number): Numbered {
  return [number, mutant];
}

function parted<T>(items: readonly T[], isFirst: (item: T) => boolean): [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}
