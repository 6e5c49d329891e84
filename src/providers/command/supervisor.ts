/**
 * The life of a provider's command: started, introduced, watched, ended, and started again.
 *
 * Invariants: at most one process at a time. Whatever ends it is told by its reason, and the next one comes after 1 s,
 * then after twice as long each time, up to a minute; one that worked for a while starts that anew, and so does `renew`.
 * After `stop` none is started.
 */
import { fail } from "../../result.ts";
import { clipWords } from "../../text/cut.ts";
import { Ending } from "../ending.ts";
import { type Child, costOf, startChild } from "./child.ts";
import { stateOfFiles } from "./program-files.ts";
import {
  type Incoming,
  type InitializeParams,
  type Introduction,
  parseIntroduction,
  parseLine,
  request,
} from "./wire.ts";

/** In milliseconds. */
export interface Limits {
  readonly initialize: number;
  /** Without a word, while questions are open. */
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
  /** Not running, and why. */
  | { readonly kind: "down"; readonly reason: string }
  | { readonly kind: "stopped" };

export interface SupervisorOptions {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits: Limits;
  initialize(): InitializeParams;
  /** It works, and says this of itself. */
  onReady(introduction: Introduction): void;
  /** @returns whether it was asked for */
  onMessage(message: Incoming): boolean;
  /** The process is gone, with all that was said to it. */
  onGone(reason: string): void;
  onRoom(): void;
  isAnswerOpen(): boolean;
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
  #timer: ReturnType<typeof setTimeout> | null = null;
  #watch: ReturnType<typeof setTimeout> | null = null;
  #heardAt = 0;
  #readyAt = 0;
  /** Why the process is ended by us. */
  #verdict: string | null = null;
  #shutdownId: number | null = null;
  /** The process was asked to end, and this is to be done when it has; null: it was not. */
  #onEnded: (() => void) | null = null;
  #endTimers: readonly ReturnType<typeof setTimeout>[] = [];
  /** Of the program's files, when the process was started from them. */
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

  /** Does nothing when it was started before. */
  start(): void {
    if (this.#phase.kind === "idle") this.#start();
  }

  /** @returns the number of the request, to which the answer comes as a message */
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

  /** Somebody wants what is there now: a command that is down is started, and one whose files are others is started anew. */
  renew(): void {
    const { argv, environment, log } = this.#options;
    const child = this.#child;
    if (this.#phase.kind === "stopped" || this.#phase.kind === "idle" || this.#onEnded !== null) return;
    if (child === null) {
      this.#startAnew();
      return;
    }
    if (stateOfFiles(argv, environment) === this.#files) return;
    log("info", "the command's files are others: it is started anew");
    const wasReady = this.#phase.kind === "ready";
    this.#phase = { kind: "down", reason: "its files are others, and it is being started anew" };
    this.#clear();
    this.#endInOrder(child, wasReady, () => {
      this.#options.onGone("its files are others");
      this.#startAnew();
    });
  }

  #startAnew(): void {
    this.#clear();
    this.#restartMs = this.#options.limits.restartFirst;
    this.#start();
  }

  /** @param onEnded called when the process is gone, unless somebody else wants to know of that by then */
  #endInOrder(child: Child, wasReady: boolean, onEnded: () => void): void {
    const { terminateAfter, killAfter } = this.#options.limits;
    if (this.#onEnded === null) {
      this.#endTimers = [
        setTimeout(() => child.signal("SIGTERM"), terminateAfter),
        setTimeout(() => child.signal("SIGKILL"), killAfter),
      ];
    }
    this.#onEnded = onEnded;
    if (wasReady) {
      this.#shutdownId = this.nextId();
      child.write(request(this.#shutdownId, "shutdown", {}));
    } else if (this.#shutdownId === null) child.end();
  }

  /** It is ended at once, told of, and started again. */
  endFor(verdict: string): void {
    this.#verdict ??= verdict;
    this.#child?.signal("SIGKILL");
  }

  #start(): void {
    const { argv, environment, limits, log } = this.#options;
    this.#phase = { kind: "starting" };
    this.#verdict = null;
    this.#files = stateOfFiles(argv, environment);
    this.#nextId = FIRST_ID;
    this.#child = startChild({
      argv,
      environment,
      onLine: (line) => this.#hear(line),
      onStderr: (line) => log("info", line),
      onRoom: () => this.#options.onRoom(),
      onEnd: (how) => this.#ended(this.#verdict ?? how),
    });
    this.#child.write(request(INITIALIZE, "initialize", this.#options.initialize()));
    this.#timer = setTimeout(
      () => this.endFor(`it did not answer initialize within ${limits.initialize / 1000} s`),
      limits.initialize,
    );
  }

  /** @returns what it has cost that nobody asked for */
  #hear(line: string): number {
    this.#heardAt = performance.now();
    const wasAsked = this.#verdict === null && this.#understand(line);
    return wasAsked ? 0 : costOf(line);
  }

  /** @returns whether it was asked for */
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
    // What it still says is asked of the next one, or of nobody.
    if (this.#onEnded !== null) return false;
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
    this.#readyAt = performance.now();
    this.#options.onReady(introduction.value);
  }

  #ended(how: string): void {
    const reason = clipWords(how);
    this.#child = null;
    this.#shutdownId = null;
    this.#clear();
    for (const timer of this.#endTimers) clearTimeout(timer);
    const onEnded = this.#onEnded;
    this.#onEnded = null;
    if (onEnded !== null) {
      onEnded();
      return;
    }
    const { restartFirst, restartLast, silence } = this.#options.limits;
    const worked = this.#phase.kind === "ready" && performance.now() - this.#readyAt > silence;
    if (worked) this.#restartMs = restartFirst;
    const wait = this.#restartMs;
    this.#restartMs = Math.min(wait * 2, restartLast);
    this.#phase = { kind: "down", reason };
    this.#options.log("warn", `the command is down: ${reason}; it is started again in ${wait / 1000} s`);
    this.#options.onGone(reason);
    this.#timer = setTimeout(() => this.#start(), wait);
  }

  #watchSilence(): void {
    if (this.#watch !== null || this.#phase.kind !== "ready") return;
    this.#heardAt = Math.max(this.#heardAt, performance.now());
    const { silence } = this.#options.limits;
    const look = () => {
      this.#watch = null;
      if (!this.#options.isAnswerOpen()) return;
      const left = this.#heardAt + silence - performance.now();
      if (left <= 0) this.endFor(`it said nothing for ${silence / 1000} s, with questions open`);
      else this.#watch = setTimeout(afterReading, left);
    };
    // What has come by now, while we had no time, is heard first.
    const afterReading = () => setImmediate(look);
    this.#watch = setTimeout(afterReading, silence);
  }

  #clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#watch !== null) clearTimeout(this.#watch);
    this.#timer = null;
    this.#watch = null;
  }
}
