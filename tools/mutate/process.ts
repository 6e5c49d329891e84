/** A process that runs tests in the copy (worker.ts). It gets one order at a time, and is ended when a test never ends. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { undoAtExit } from "../cleanup.ts";
import { type Order, Report, type SurveyedTest, type Trial } from "./messages.ts";

export interface Survey {
  readonly tests: readonly SurveyedTest[];
  readonly atLoad: ReadonlySet<number>;
  readonly unloaded: readonly { readonly file: string; readonly failure: string }[];
}

/** `ended`: the process hung, grew too large, or left by itself, and is gone. */
export type Outcome =
  | { readonly kind: "noticed"; readonly test: string; readonly failure: string; readonly isClean: boolean }
  | { readonly kind: "survived" }
  | { readonly kind: "ended"; readonly how: "hung" | "too large" | "left" };

const WATCH_MS = 250;
/** The time after a test's bound until the process is ended from outside: code that never gives way passes its bound, too. */
const GRACE_MS = 5000;
const LARGEST_BYTES = 2_000_000_000;
const START_MS = 120_000;

export class TestProcess {
  readonly #process: Bun.Subprocess<"ignore", "ignore", "ignore">;
  readonly #keepUndone: () => void;
  #listener: (report: Report) => void = () => undefined;
  #ended: "hung" | "too large" | null = null;

  /** @throws Error when the process ends before it is ready */
  static async start(copy: string, env: Readonly<Record<string, string>>): Promise<TestProcess> {
    const started = new TestProcess(copy, env);
    const ready = await started.#until(START_MS, (report) => (report.kind === "ready" ? true : null));
    if (ready === null) throw new Error("the process that runs the tests has not started");
    return started;
  }

  private constructor(copy: string, env: Readonly<Record<string, string>>) {
    this.#process = Bun.spawn([process.execPath, "test", "./tools/mutate/worker.ts"], {
      cwd: copy,
      env: { ...process.env, ...env, TMPDIR: copy },
      stdio: ["ignore", "ignore", "ignore"],
      ipc: (message) => this.#listener(v.parse(Report, message)),
    });
    this.#keepUndone = undoAtExit(() => this.#process.kill("SIGKILL"));
    void this.#process.exited.then(this.#keepUndone);
  }

  /** @throws Error when a test without a mutant ends the process */
  async survey(files: string[]): Promise<Survey> {
    const tests: SurveyedTest[] = [];
    this.#send({ kind: "survey", files });
    const survey = await this.#until(START_MS, (report): Survey | null => {
      if (report.kind === "surveyed test") tests.push(report.test);
      if (report.kind !== "surveyed") return null;
      return { tests, atLoad: new Set(report.atLoad), unloaded: report.unloaded };
    });
    if (survey !== null) return survey;
    throw new Error(`the tests end the process that runs them, after ${tests.at(-1)?.id ?? "none of them"}`);
  }

  async attempt(trial: Trial): Promise<Outcome> {
    this.#send(trial);
    const outcome = await this.#until(START_MS, (report): Outcome | null => {
      if (report.kind !== "tried") return null;
      const { noticed, isClean } = report;
      return noticed === null ? { kind: "survived" } : { kind: "noticed", ...noticed, isClean };
    });
    return outcome ?? { kind: "ended", how: this.#ended ?? "left" };
  }

  async end(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  #send(order: Order): void {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.send(order);
  }

  /** The first result of `answer` that is not null; null: the process ended before. */
  async #until<T>(firstBoundMs: number, answer: (report: Report) => T | null): Promise<T | null> {
    const { promise, resolve } = Promise.withResolvers<T | null>();
    let deadline = performance.now() + firstBoundMs;
    this.#listener = (report) => {
      if (report.kind === "running") deadline = performance.now() + report.boundMs + GRACE_MS;
      const answered = answer(report);
      if (answered !== null) resolve(answered);
    };
    const watch = setInterval(() => {
      if (performance.now() > deadline) this.#ended = "hung";
      else if (bytesOf(this.#process.pid) > LARGEST_BYTES) this.#ended = "too large";
      else return;
      this.#process.kill("SIGKILL");
    }, WATCH_MS);
    void this.#process.exited.then(() => resolve(null));
    const result = await promise;
    clearInterval(watch);
    return result;
  }
}

/** The memory of a process, in bytes; 0 where the system does not tell. */
function bytesOf(pid: number): number {
  try {
    const [, resident = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
    return Number(resident) * 4096;
  } catch {
    return 0;
  }
}
