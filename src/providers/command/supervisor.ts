/**
 * The life of a provider's command: the supervisor starts, initializes, watches and ends the process, and starts it again.
 *
 * Invariants: at most one process runs at a time. The log has the reason of each end. The next process starts after 1 s, then
 * after twice as long each time, up to a minute; a process that worked for a while, and `renew`, set the delay back to 1 s.
 * After `stop` no process starts.
 */
import { fail } from "../../result.ts";
import { clipWords } from "../../text/cut.ts";
import { Ending } from "../ending.ts";
import { type Child, costOf, type StartChild } from "./child.ts";
import { stateOfFiles } from "./program-files.ts";
import type { Time } from "./time.ts";
import {
  type Incoming,
  type InitializeParams,
  type Introduction,
  parseIntroduction,
  parseLine,
  request,
} from "./wire.ts";

/** Durations in milliseconds. */
export interface Limits {
  readonly initialize: number;
  /** How long the command may write nothing while questions are open. */
  readonly silence: number;
  readonly restartFirst: number;
  readonly restartLast: number;
  readonly terminateAfter: number;
  readonly killAfter: number;
}

export const LIMITS: Limits = {
  initialize: 5000,
  silence: 10_000,
  restartFirst: 1000,
  restartLast: 60_000,
  terminateAfter: 2000,
  killAfter: 5000,
};

export type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly introduction: Introduction }
  /** No process runs, for this reason. */
  | { readonly kind: "down"; readonly reason: string }
  | { readonly kind: "stopped" };

export interface SupervisorOptions {
  readonly argv: readonly string[];
  readonly time: Time;
  /** The environment variables of vifplugd. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly startChild: StartChild;
  readonly limits: Limits;
  initialize(): InitializeParams;
  /** Called when the command has answered `initialize`. */
  onReady(introduction: Introduction): void;
  /** Takes a message of the command. @returns whether the message answers a question */
  onMessage(message: Incoming): boolean;
  /** Called when the process has ended; messages that it did not read are lost. */
  onGone(reason: string): void;
  onRoom(): void;
  /** The number of questions that have no answer. */
  openAnswers(): number;
  log(level: "warn" | "info" | "debug", message: string): void;
}

const INITIALIZE = 0;
const FIRST_ID = 1;

export class Supervisor {
  readonly #options: SupervisorOptions;
  #phase: Phase = { kind: "idle" };
  #child: Child | null = null;
  #nextId = FIRST_ID;
  #restartMs: number;
  #cancelTimer: (() => void) | null = null;
  #cancelWatch: (() => void) | null = null;
  #heardAt = 0;
  #readyAt = 0;
  /** Why vifplugd ends the process; null: vifplugd does not end the process. */
  #verdict: string | null = null;
  #shutdownId: number | null = null;
  /** Called when the process that was asked to end has ended; null: the process was not asked. */
  #onEnded: (() => void) | null = null;
  /** How many answers the process that was asked to end still owes. */
  #owed = 0;
  #cancelEnd: readonly (() => void)[] = [];
  /** The state of the program's files at the start of the process (program-files.ts). */
  #files = "";

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#restartMs = options.limits.restartFirst;
  }

  get phase(): Phase {
    return this.#phase;
  }

  get hasRoom(): boolean {
    return this.#phase.kind === "ready" && this.#child?.hasRoom === true;
  }

  /** Starts the process; does nothing after the first call. */
  start(): void {
    if (this.#phase.kind === "idle") this.#start();
  }

  /** @returns the number of the next request; its answer comes by `onMessage` with the same number */
  nextId(): number {
    return this.#nextId++;
  }

  send(text: string): void {
    this.#child?.write(text);
    this.#watchSilence();
  }

  /** Ends the process as the protocol says, and for good. */
  stop(): Ending {
    const wasReady = this.#phase.kind === "ready";
    this.#phase = { kind: "stopped" };
    this.#clear();
    const child = this.#child;
    if (child === null) return new Ending(Promise.resolve(), () => {});
    const done = new Promise<void>((resolve) => this.#endInOrder(child, wasReady, resolve));
    return new Ending(done, () => child.signal("SIGKILL"));
  }

  /** Starts a command that is down at once, and restarts a command whose files have changed. */
  renew(): void {
    const { argv, variables, log } = this.#options;
    const child = this.#child;
    if (this.#phase.kind === "stopped" || this.#phase.kind === "idle" || this.#onEnded !== null) return;
    if (child === null) {
      this.#startAnew();
      return;
    }
    if (stateOfFiles(argv, variables) === this.#files) return;
    log("info", "the files of the command have changed: the command is started anew");
    const wasReady = this.#phase.kind === "ready";
    this.#phase = { kind: "down", reason: "its files have changed, and the command is being started anew" };
    this.#clear();
    this.#endInOrder(child, wasReady, () => {
      this.#options.onGone("its files have changed");
      this.#startAnew();
    });
  }

  #startAnew(): void {
    this.#clear();
    this.#restartMs = this.#options.limits.restartFirst;
    this.#start();
  }

  /** @param onEnded called when the process has ended, unless a later call gave another function */
  #endInOrder(child: Child, wasReady: boolean, onEnded: () => void): void {
    const { time, limits } = this.#options;
    if (this.#onEnded === null) {
      this.#cancelEnd = [
        time.timer(limits.terminateAfter, () => child.signal("SIGTERM")),
        time.timer(limits.killAfter, () => child.signal("SIGKILL")),
      ];
    }
    this.#onEnded = onEnded;
    this.#owed = this.#options.openAnswers();
    if (wasReady) {
      this.#shutdownId = this.nextId();
      child.write(request(this.#shutdownId, "shutdown", {}));
    } else if (this.#shutdownId === null) child.end();
  }

  /** Ends the process at once. The log has the verdict, and another process starts later. */
  endFor(verdict: string): void {
    this.#verdict ??= verdict;
    this.#child?.signal("SIGKILL");
  }

  #start(): void {
    const { argv, time, variables, limits, log } = this.#options;
    this.#phase = { kind: "starting" };
    this.#verdict = null;
    this.#files = stateOfFiles(argv, variables);
    this.#nextId = FIRST_ID;
    this.#child = this.#options.startChild({
      argv,
      variables,
      onLine: (line) => this.#hear(line),
      onStderr: (line) => log("info", line),
      onRoom: () => this.#options.onRoom(),
      onEnd: (how) => this.#ended(this.#verdict ?? how),
    });
    this.#child.write(request(INITIALIZE, "initialize", this.#options.initialize()));
    this.#cancelTimer = time.timer(limits.initialize, () =>
      this.endFor(`it did not answer initialize within ${limits.initialize / 1000} s`),
    );
  }

  /** @returns the cost of a line that nobody asked for, else 0 */
  #hear(line: string): number {
    this.#heardAt = this.#options.time.elapsed();
    const wasAsked = this.#verdict === null && this.#understand(line);
    return wasAsked ? 0 : costOf(line);
  }

  /** @returns whether the line answers a question */
  #understand(line: string): boolean {
    const parsed = parseLine(line);
    if (!parsed.ok) {
      const { code, message } = parsed.error;
      if (code === "no-json") this.endFor(`it wrote ${message}`);
      else this.#options.log("warn", `the command wrote ${message}: it is left out`);
      return false;
    }
    const message = parsed.value;
    const isAnswer = message.kind === "result" || message.kind === "error";
    if (isAnswer && message.id === this.#shutdownId) {
      this.#shutdownId = null;
      this.#child?.end();
      return true;
    }
    // This process is ending: its questions go to the next process, or to none. Its answers are no flood all the same.
    if (this.#onEnded !== null) return isAnswer && this.#owed-- > 0;
    if (this.#phase.kind !== "starting" || !isAnswer || message.id !== INITIALIZE) {
      return this.#options.onMessage(message);
    }
    this.#introduced(message);
    return true;
  }

  #introduced(answer: Extract<Incoming, { kind: "result" | "error" }>): void {
    const introduction =
      answer.kind === "error"
        ? fail(`it refused to initialize: ${answer.message}`)
        : parseIntroduction(answer.result);
    if (!introduction.ok) {
      this.endFor(introduction.error);
      return;
    }
    this.#clear();
    this.#phase = { kind: "ready", introduction: introduction.value };
    this.#readyAt = this.#options.time.elapsed();
    this.#options.onReady(introduction.value);
  }

  #ended(how: string): void {
    const reason = clipWords(how);
    this.#child = null;
    this.#shutdownId = null;
    this.#clear();
    for (const cancel of this.#cancelEnd) cancel();
    const onEnded = this.#onEnded;
    this.#onEnded = null;
    if (onEnded !== null) {
      onEnded();
      return;
    }
    const { restartFirst, restartLast, silence } = this.#options.limits;
    const worked = this.#phase.kind === "ready" && this.#options.time.elapsed() - this.#readyAt > silence;
    if (worked) this.#restartMs = restartFirst;
    const wait = this.#restartMs;
    this.#restartMs = Math.min(wait * 2, restartLast);
    this.#phase = { kind: "down", reason };
    this.#options.log("warn", `the command is down: ${reason}; it is started again in ${wait / 1000} s`);
    this.#options.onGone(reason);
    this.#cancelTimer = this.#options.time.timer(wait, () => this.#start());
  }

  #watchSilence(): void {
    if (this.#cancelWatch !== null || this.#phase.kind !== "ready") return;
    this.#heardAt = Math.max(this.#heardAt, this.#options.time.elapsed());
    const { time, limits } = this.#options;
    const { silence } = limits;
    const look = () => {
      this.#cancelWatch = null;
      if (this.#options.openAnswers() === 0) return;
      const left = this.#heardAt + silence - this.#options.time.elapsed();
      if (left <= 0) this.endFor(`it said nothing for ${silence / 1000} s, with questions open`);
      else this.#cancelWatch = time.timer(left, afterReading);
    };
    // Output that arrived while this process was busy is read first.
    const afterReading = () => time.turn(look);
    this.#cancelWatch = time.timer(silence, afterReading);
  }

  #clear(): void {
    this.#cancelTimer?.();
    this.#cancelWatch?.();
    this.#cancelTimer = null;
    this.#cancelWatch = null;
  }
}
