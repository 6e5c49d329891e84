/**
 * A provider that is a program of its own, in any language. `answer` looks in a table of the program's answers; the table also
 * notes the questions that the program gets next. docs/providers.md has the protocol.
 *
 * Invariants: the graph never waits for the program. An open question is not sent a second time to the same process. The
 * outbox decides when a message goes to the program.
 */

import { clipWords } from "../../text/cut.ts";
import { type Answer, broken, parseAnswer } from "../answer.ts";
import type { Ending } from "../ending.ts";
import type { Description, HostedProvider, ProviderState, Surroundings } from "../hosted.ts";
import type {
  OptionsSchema,
  PrepareInput,
  ProviderHost,
  ProviderOptions,
  WantedInterface,
} from "../provider.ts";
import { Changes } from "./changes.ts";
import { type StartChild, startChild } from "./child.ts";
import { Outbox } from "./outbox.ts";
import { type Entry, Questions } from "./questions.ts";
import { LIMITS, type Limits, Supervisor } from "./supervisor.ts";
import { realTime, type Time } from "./time.ts";
import { type Incoming, type Introduction, outcome, ParamsMaker, PROTOCOL } from "./wire.ts";

/** The port is `waiting` when its answer takes longer, in milliseconds. */
export const LATE_MS = 2000;

export interface CommandOptions {
  readonly type: string;
  readonly argv: readonly string[];
  readonly options: ProviderOptions;
  /** Checks the options against the schema that the program declares; null: the options have no fault. */
  checkOptions(schema: OptionsSchema): string | null;
  readonly limits?: Partial<Limits & { readonly late: number; readonly left: number }>;
  readonly time?: Time;
  readonly startChild?: StartChild;
}

/**
 * The limit on questions that were asked anew before their answer, in UTF-16 code units: they are kept, because their answers may
 * still come. About 60,000 usual questions.
 */
const MAX_LEFT = 32 << 20;

/** From this number of questions at once, the log has a line about them. */
const VOLLEY = 100;

export class CommandProvider implements HostedProvider {
  readonly type: string;
  readonly #options: CommandOptions;
  readonly #time: Time;
  readonly #lateMs: number;
  readonly #maxLeft: number;
  readonly #params = new ParamsMaker();
  readonly #questions: Questions;
  readonly #supervisor: Supervisor;
  readonly #outbox: Outbox;
  #host: ProviderHost | null = null;
  #surroundings: Surroundings = { vifplugd: "", chassis: null, bridge: null };
  readonly #changes: Changes;
  #maintainedOptions: readonly string[] = [];
  #changed = new Set<string>();
  #isAllChanged = false;
  #isTurnPlanned = false;
  /** Why the program refuses its options; then the program is not started again. */
  #refusal: string | null = null;
  #cancelLate: (() => void) | null = null;

  constructor(options: CommandOptions) {
    this.type = options.type;
    this.#options = options;
    const { time = realTime } = options;
    this.#time = time;
    this.#lateMs = options.limits?.late ?? LATE_MS;
    this.#maxLeft = options.limits?.left ?? MAX_LEFT;
    this.#questions = new Questions({
      onUnsent: (entry) => this.#enqueue(entry),
      release: (params, output) => this.#outbox.notify("release", outcome(params, output)),
      onChanged: (lports) => this.#noteChanged(lports),
    });
    this.#changes = new Changes({
      time,
      isKnown: (lport) => this.#questions.isKnown(lport),
      askAgain: (lport) => this.#askAgain(lport),
      beginRound: () => this.#beginRound(),
    });
    this.#supervisor = new Supervisor({
      argv: options.argv,
      time,
      variables: process.env,
      startChild: options.startChild ?? startChild,
      limits: { ...LIMITS, ...options.limits },
      initialize: () => ({
        protocol: PROTOCOL,
        ...this.#surroundings,
        type: options.type,
        options: options.options,
      }),
      onReady: (introduction) => this.#introduced(introduction),
      onMessage: (message) => this.#hear(message),
      onGone: () => this.#gone(),
      onRoom: () => this.#flush(),
      openAnswers: () => this.#questions.awaited.size,
      log: (level, message) => this.#host?.log(level, message),
    });
    this.#outbox = new Outbox(time, this.#supervisor, this.#questions);
  }

  get maintainedOptions(): readonly string[] {
    return this.#maintainedOptions;
  }

  init(host: ProviderHost): void {
    this.#host = host;
  }

  /** Starts the program, which nobody needed before. */
  attend(surroundings: Surroundings): void {
    if (this.#refusal !== null) return;
    this.#surroundings = surroundings;
    this.#supervisor.start();
  }

  state(): ProviderState {
    if (this.#refusal !== null) return { state: "failed", reason: this.#refusal };
    const { phase } = this.#supervisor;
    if (phase.kind === "ready") return { state: "ready" };
    if (phase.kind === "down") return { state: "failed", reason: `the command is down: ${phase.reason}` };
    const reason =
      phase.kind === "idle"
        ? "the daemon starts the command when the daemon holds the lock"
        : "the command has not answered initialize yet";
    return { state: "starting", reason };
  }

  describe(): Description | null {
    const { phase } = this.#supervisor;
    return phase.kind === "ready" ? phase.introduction : null;
  }

  askAnew(): void {
    this.#questions.nextRound();
  }

  /** Starts the program anew when its files have changed; the known answers hold meanwhile. */
  async renewed(): Promise<CommandProvider | null> {
    // The refusal stopped the program for good, but a changed program may accept the options.
    if (this.#refusal !== null) return new CommandProvider(this.#options);
    this.#supervisor.renew();
    return null;
  }

  run(): boolean {
    const changed = this.#isAllChanged;
    this.#isAllChanged = false;
    return changed;
  }

  answer(input: PrepareInput): Answer {
    return this.#questions.prepare(this.#params.params(input), this.#time.elapsed(), (entry) =>
      this.#awaiting(entry),
    );
  }

  arrange(input: PrepareInput): void {
    this.#outbox.notify("arrange", this.#params.params(input));
  }

  finish(input: PrepareInput, output: WantedInterface | null): void {
    this.#outbox.finish(outcome(this.#params.params(input), output));
    if (input.operation === "remove")
      this.#questions.removed(input.lport.name, input.interface?.name ?? null);
    this.#plan();
  }

  release(input: PrepareInput, output: WantedInterface | null): void {
    if (!this.#questions.release(input.lport.name, input.interface?.name ?? null)) return;
    this.#outbox.notify("release", outcome(this.#params.params(input), output));
  }

  forget(lports: readonly string[]): void {
    for (const lport of lports) this.#questions.forget(lport);
    this.#plan();
  }

  destroy(): Ending {
    this.#cancelLate?.();
    this.#changes.forget();
    this.#outbox.close();
    this.#host = null;
    return this.#supervisor.stop();
  }

  #awaiting({ isLate }: Entry): Answer {
    const reason = this.#whyNoAnswer(isLate);
    return isLate || this.#refusal !== null
      ? { kind: "not-ready", reason }
      : { kind: "not-ready", reason, awaited: true };
  }

  #whyNoAnswer(isLate: boolean): string {
    const state = this.state();
    if (state.state === "failed") return state.reason;
    if (!isLate) return "the command has been asked and has not answered yet";
    return `the command has not answered within ${this.#lateMs / 1000} s`;
  }

  #introduced(introduction: Introduction): void {
    const { optionsSchema, maintainedOptions } = introduction;
    const fault = optionsSchema === null ? null : this.#options.checkOptions(optionsSchema);
    if (fault !== null) {
      this.#refusal = clipWords(fault);
      this.#host?.log("warn", this.#refusal);
      this.#supervisor.stop();
      // The ports that were asked about already wait for the same reason.
      this.#beginRound();
    } else {
      this.#maintainedOptions = maintainedOptions;
      // Another process may answer differently: every question is asked again, and the known answers hold meanwhile.
      this.#changes.forget();
      this.#outbox.begin();
      this.#beginRound();
      this.#plan();
    }
  }

  /** @returns whether the message answers a question */
  #hear(message: Incoming): boolean {
    switch (message.kind) {
      case "result":
      case "error":
        return this.#answered(message);
      case "changed":
        this.#changes.note(message.lports);
        return false;
      case "log":
        this.#host?.log(message.level, message.message);
        return false;
    }
  }

  /** @returns the number of questions that are asked again */
  #beginRound(): number {
    // The graph has not begun to ask again for the previous round.
    if (this.#isAllChanged) return 0;
    this.#questions.nextRound();
    this.#wakeAll();
    return this.#questions.size;
  }

  #askAgain(lport: string): void {
    this.#questions.askAgain(lport, this.#time.elapsed());
  }

  #endForLeavingQuestions(): void {
    const { count, length } = this.#questions.superseded;
    if (length <= this.#maxLeft) return;
    const size = `${length.toLocaleString("en")} characters`;
    this.#supervisor.endFor(`it has left ${count} questions of ${size} without an answer`);
  }

  /** @returns whether a question has this number */
  #answered(message: Extract<Incoming, { kind: "result" | "error" }>): boolean {
    const { id } = message;
    const known = this.#questions.answered(id, this.#time.elapsed(), ({ operation }) =>
      message.kind === "error"
        ? broken(`the command answered with an error: ${message.message}`)
        : parseAnswer(operation, message.result),
    );
    if (!known) {
      this.#host?.log(
        "warn",
        `the command answered ${id}, but no question has this id: the answer is left out`,
      );
      return false;
    }
    this.#outbox.answered(id);
    return true;
  }

  #gone(): void {
    this.#outbox.lost();
    this.#questions.lost();
  }

  #noteChanged(lports: readonly string[]): void {
    for (const lport of lports) this.#changed.add(lport);
    this.#plan();
  }

  #wakeAll(): void {
    this.#isAllChanged = true;
    this.#host?.wake();
  }

  #enqueue(entry: Entry): void {
    this.#outbox.put(entry);
    this.#plan();
    this.#watchDeadlines();
  }

  /** Joins everything of one turn: the program gets the questions together, and the graph is woken once. */
  #plan(): void {
    if (this.#isTurnPlanned) return;
    this.#isTurnPlanned = true;
    this.#time.soon(() => {
      this.#isTurnPlanned = false;
      this.#endForLeavingQuestions();
      this.#flush();
      if (this.#changed.size === 0) return;
      const lports = [...this.#changed];
      this.#changed.clear();
      this.#host?.wake(lports);
    });
  }

  #flush(): void {
    const asked = this.#outbox.flush();
    if (asked >= VOLLEY) this.#host?.log("info", `asked about ${asked} logical ports at once`);
  }

  #watchDeadlines(): void {
    if (this.#cancelLate !== null) return;
    const [oldest] = this.#questions.awaited;
    const next = oldest === undefined || oldest.isLate ? this.#nextDeadline() : oldest.since;
    if (next === null) return;
    const left = next + this.#lateMs - this.#time.elapsed();
    this.#cancelLate = this.#time.timer(Math.max(0, left), () => {
      this.#cancelLate = null;
      this.#questions.late(this.#time.elapsed(), this.#lateMs);
      this.#watchDeadlines();
    });
  }

  /** The start of the oldest question that is not late yet; null: no such question is open. */
  #nextDeadline(): number | null {
    for (const { isLate, since } of this.#questions.awaited) if (!isLate) return since;
    return null;
  }
}
