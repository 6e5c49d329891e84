/** Chooses the tests for each mutant, and runs them. */
import type { SurveyedTest, Trial } from "./messages.ts";
import type { Mutant } from "./mutants.ts";
import type { Outcome, Survey, TestProcess } from "./process.ts";
import type { TestFile } from "./unit-tests.ts";

export type Verdict =
  | { readonly kind: "killed"; readonly by: string }
  | { readonly kind: "survived"; readonly tests: number };

/** How many times more often than without a mutant the tests may reach its place, before the mutant counts as running in circles. */
const HIT_FACTOR = 100;
const HITS_AT_LEAST = 10_000;
/** How many times longer than without a mutant a test may take; large, because the machine may be busy. */
const BOUND_FACTOR = 20;
const BOUND_AT_LEAST_MS = 5000;

export interface Bench {
  readonly survey: Survey;
  readonly files: readonly TestFile[];
  /** The longest time of all tests for a mutant together, as measured without a mutant. */
  readonly budgetMs: number;
  start(): Promise<TestProcess>;
}

/** Tries one mutant after the other. A process of tests lasts for as long as mutants leave nothing behind. */
export class Trials {
  readonly #bench: Bench;
  #process: TestProcess | null = null;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async try(number: number, mutant: Mutant): Promise<Verdict> {
    const { survey } = this.#bench;
    const coming = survey.tests.filter(({ hits }) => hits.some(([hit]) => hit === number));
    const verdict = await this.#put(number, coming, false);
    if (verdict.kind === "killed" || !survey.atLoad.has(number)) return verdict;
    // A mutant that the loading of files reaches needs a process that loads the files anew.
    const loading = new Set(
      this.#bench.files.filter(({ loads }) => loads.has(mutant.file)).map(({ file }) => file),
    );
    return this.#put(
      number,
      survey.tests.filter(({ file }) => loading.has(file)),
      true,
    );
  }

  async end(): Promise<void> {
    await this.#process?.end();
    this.#process = null;
  }

  async #put(number: number, candidates: readonly SurveyedTest[], isAtLoad: boolean): Promise<Verdict> {
    const tests = quickest(candidates, this.#bench.budgetMs);
    if (tests.length === 0) return { kind: "survived", tests: 0 };
    const trial = trialOf(number, tests, isAtLoad);
    let outcome = await this.#attempt(trial, isAtLoad);
    // An earlier mutant may have left behind what ended the process or failed the test, so a new process tries again.
    const isInDoubt = (ended: Outcome) =>
      (ended.kind === "ended" && ended.how === "left") || (ended.kind === "noticed" && !ended.isClean);
    if (!isAtLoad && isInDoubt(outcome)) outcome = await this.#attempt(trial, true);
    if (outcome.kind === "survived") return { kind: "survived", tests: tests.length };
    if (outcome.kind === "ended") return { kind: "killed", by: `the process ${outcome.how}` };
    return { kind: "killed", by: `${outcome.test}: ${outcome.failure}` };
  }

  async #attempt(trial: Trial, inNewProcess: boolean): Promise<Outcome> {
    if (inNewProcess) await this.end();
    this.#process ??= await this.#bench.start();
    const outcome = await this.#process.attempt(trial);
    const lasts = outcome.kind === "survived" || (outcome.kind === "noticed" && outcome.isClean);
    if (inNewProcess || !lasts) await this.end();
    return outcome;
  }
}

/** The quickest tests first, as many as fit into the budget, and at least one. */
function quickest(tests: readonly SurveyedTest[], budgetMs: number): readonly SurveyedTest[] {
  const sorted = tests.toSorted((a, b) => a.milliseconds - b.milliseconds);
  let sum = 0;
  return sorted.filter(({ milliseconds }, index) => {
    sum += milliseconds;
    return index === 0 || sum <= budgetMs;
  });
}

function trialOf(number: number, tests: readonly SurveyedTest[], isAtLoad: boolean): Trial {
  const hits = tests.map((test) => test.hits.find(([hit]) => hit === number)?.[1] ?? 0);
  const most = Math.max(...hits) * HIT_FACTOR * tests.length;
  return {
    kind: "trial",
    mutant: number,
    hitLimit: isAtLoad ? Number.MAX_SAFE_INTEGER : Math.max(HITS_AT_LEAST, most),
    tests: tests.map(({ file, id, milliseconds }) => ({
      file,
      id,
      boundMs: Math.ceil(BOUND_AT_LEAST_MS + BOUND_FACTOR * milliseconds),
    })),
  };
}
