/**
 * Runs tests in the copy, in one process of `bun test`: first without a mutant, to see which test reaches which mutant, then
 * with one mutant after the other, as the tool asks (messages.ts). The worker itself is a test, because `expect` works in tests
 * only.
 */
import { test } from "bun:test";
import { join } from "node:path";
import * as v from "valibot";
import { type Kept, testsOf } from "./harness.ts";
import { Order, type Report, type SurveyedTest, type Trial } from "./messages.ts";
import { choose, countHits } from "./switch.ts";

const ROOT = join(import.meta.dir, "../..");
/** The longest time of a test in a survey, in milliseconds. A longer test is no unit test. */
const SURVEY_BOUND_MS = 120_000;
const ALL_DAY = 86_400_000;

const loaded = new Map<string, Promise<readonly Kept[]>>();

function load(file: string): Promise<readonly Kept[]> {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const tests = testsOf(file, join(ROOT, file));
  loaded.set(file, tests);
  return tests;
}

function report(what: Report): void {
  process.send?.(what);
}

/** The failure of a test; null: the test passes. */
async function failureOf(run: () => Promise<void>, boundMs: number): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it has not ended in ${boundMs} ms`), boundMs);
  });
  try {
    return await Promise.race([run().then(() => null), late]);
  } catch (error) {
    return firstLine(error);
  } finally {
    clearTimeout(timer);
  }
}

function firstLine(error: unknown): string {
  const [line = ""] = String(error).split("\n");
  return line.slice(0, 200);
}

/**
 * Runs every test twice, the second time in the opposite order. A test that needs another test before it, or that passes only
 * once, would fail whatever the mutant.
 */
async function survey(files: readonly string[]): Promise<void> {
  const endOfLoading = countHits();
  const unloaded: { file: string; failure: string }[] = [];
  for (const file of files) {
    try {
      await load(file);
    } catch (error) {
      unloaded.push({ file, failure: firstLine(error) });
    }
  }
  const atLoad = [...endOfLoading().keys()];
  const able = files.filter((file) => unloaded.every((other) => other.file !== file));
  const tests = await Promise.all(able.map(async (file) => (await load(file)).map((one) => ({ file, one }))));
  const once: SurveyedTest[] = [];
  for (const { file, one } of tests.flat()) once.push(await surveyed(file, one));
  for (const { one } of tests.flat().reverse()) {
    const first = once.pop();
    if (first === undefined) continue;
    const { failure } = first.failure === null ? await surveyed(first.file, one) : first;
    report({ kind: "surveyed test", test: { ...first, failure } });
  }
  report({ kind: "surveyed", atLoad, unloaded });
}

async function surveyed(file: string, { id, run }: Kept): Promise<SurveyedTest> {
  report({ kind: "running", boundMs: SURVEY_BOUND_MS });
  const end = countHits();
  const started = performance.now();
  const failure = await failureOf(run, SURVEY_BOUND_MS);
  const milliseconds = performance.now() - started;
  return { file, id, milliseconds, failure, hits: [...end()] };
}

async function attempt({ mutant, hitLimit, tests }: Trial): Promise<void> {
  choose(mutant, hitLimit);
  for (const { file, id, boundMs } of tests) {
    report({ kind: "running", boundMs });
    let found: Kept | undefined;
    let failure: string | null;
    try {
      found = (await load(file)).find((one) => one.id === id);
      // A test that is missing with a mutant is no failure.
      failure = found === undefined ? null : await failureOf(found.run, boundMs);
    } catch (error) {
      failure = `${file} cannot be loaded: ${firstLine(error)}`;
    }
    if (failure === null) continue;
    choose(null);
    const isClean = found !== undefined && (await failureOf(found.run, boundMs)) === null;
    report({ kind: "tried", noticed: { test: id, failure }, isClean });
    return;
  }
  choose(null);
  report({ kind: "tried", noticed: null, isClean: true });
}

test(
  "runs what it is told",
  async () => {
    const end = Promise.withResolvers<void>();
    process.on("disconnect", () => end.resolve());
    process.on("message", (message: unknown) => {
      const order = v.parse(Order, message);
      (order.kind === "survey" ? survey(order.files) : attempt(order)).catch(end.reject);
    });
    report({ kind: "ready" });
    await end.promise;
  },
  ALL_DAY,
);
