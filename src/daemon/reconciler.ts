/**
 * Runs the graph and does what its outputs say: the one place where decisions become effects.
 *
 * Data flow: `push` hands what was observed to an input; one run follows for all that was pushed in the same turn of
 * the event loop; verdicts with a change go to the transactor as one transaction; outcomes and due retries come back
 * as pushes to the input `attempt`.
 *
 * Invariants: a run never happens inside another; a change is submitted at most once, because its port is in flight
 * from the same turn on; nothing is submitted without the lock.
 */
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import type { Cause, Engine, GraphNode, InputNode, RunResult, Verification } from "../graph/index.ts";
import type { Logger } from "../log/log.ts";
import { withLeaving } from "../plug/answers.ts";
import { type Attempt, afterCommit, askedAgain, nonceOf, sent } from "../plug/attempt.ts";
import { lportOfChange } from "../plug/change.ts";
import type { MonitoredCondition } from "../plug/condition.ts";
import { type PlugGraph, plugGraph } from "../plug/graph.ts";
import type { AttemptBatch } from "../plug/nodes/inputs.ts";
import type { LocalChassis } from "../plug/nodes/local-chassis.ts";
import { asInserts, type TableBatch } from "../plug/rows.ts";
import type { PlugSettings } from "../plug/settings.ts";
import type { Verdict } from "../plug/verdict.ts";
import type { ProviderRegistry } from "../providers/registry.ts";
import type { Recorder } from "../record/recorder.ts";
import { Confirmations } from "./confirmations.ts";
import { Ports } from "./ports.ts";
import { type Enter, type Source, shadowCheck } from "./shadow-check.ts";
import { type Outcome, Transactor, type Work } from "./transactor.ts";

export interface ReconcilerOptions {
  readonly registry: ProviderRegistry;
  readonly settings: PlugSettings;
  readonly log: Logger;
  /** Notes everything that enters the graph. */
  readonly recorder: Recorder | null;
  transact(
    operations: readonly Operation[],
  ): Promise<{ readonly ok: true } | { readonly ok: false; readonly error: TransactError }>;
  /** The name of the lock that transactions assert, or null while there is none. */
  lock(): string | null;
  onLocalChassis(local: LocalChassis): void;
  onCondition(condition: MonitoredCondition): void;
  /** A port is asked for again because its time has come. */
  onRetry?(): void;
  /** After every run, when its effects have been started. */
  onRun?(): void;
}

/** A run can call for another one (what it submitted is in flight), but not for many. */
const MAX_RUNS_TO_REST = 10;

/** How long to wait before a run that is to make up for one that failed. */
const RUN_AGAIN_MS = 1000;

export class Reconciler {
  readonly graph: PlugGraph;
  readonly engine: Engine;
  readonly ports: Ports;
  readonly #options: ReconcilerOptions;
  readonly #transactor: Transactor;
  readonly #confirmations: Confirmations;
  #scheduled = false;
  #stopped = false;
  #again: ReturnType<typeof setTimeout> | null = null;
  #inFlight = 0;
  #onQuiet: (() => void) | null = null;

  constructor(options: ReconcilerOptions) {
    const { registry, settings, log } = options;
    this.#options = options;
    this.graph = plugGraph(options.recorder?.observe(registry) ?? registry, settings);
    this.engine = this.graph.engine({ log: (message) => log.info(message) });
    const attemptInput = this.graph.inputs.attempt.name;
    this.ports = new Ports({ log, attemptInput, due: (lport) => this.#askAgain(lport) });
    this.#transactor = new Transactor({
      transact: (operations) => options.transact(operations),
      report: (outcomes) => this.#conclude(outcomes),
    });
    const { engine, graph } = this;
    const push = (lports: ReadonlySet<string>, cause: string) =>
      this.push(graph.inputs.confirmed, lports, cause);
    this.#confirmations = new Confirmations({ engine, graph, push });
  }

  /** Hands what was observed to an input of the graph, and sees to a run. */
  push<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, cause: string): void {
    this.#options.recorder?.push(node.name, batch, cause);
    this.#enter(node, batch, cause);
  }

  /** As `push`, for the changed rows of a table. */
  pushRows<Row>(
    node: InputNode<unknown, unknown, TableBatch<Row>>,
    batch: NoInfer<TableBatch<Row>>,
    cause: string,
  ): void {
    if (batch.length === 0) return;
    this.#options.recorder?.pushRows(node.name, batch, cause);
    this.#enter(node, batch, cause);
  }

  #pushAttempts(batch: AttemptBatch, cause: string): void {
    const { attempt } = this.graph.inputs;
    this.#options.recorder?.pushAttempts(attempt.name, batch, cause);
    this.#enter(attempt, batch, cause);
  }

  #enter<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, cause: string): void {
    if (this.#stopped) return;
    this.engine.push(node, batch, { cause });
    this.schedule();
  }

  /** One run when the current turn of the event loop has been dealt with. */
  schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#run());
  }

  get verdicts(): ReadonlyMap<string, Verdict> {
    return this.engine.data(this.graph.plug);
  }

  /** Lets the ports go that are due to be unplugged now (rule U6); answers how many. */
  confirmUnplug(): number {
    return this.#confirmations.give();
  }

  /** Forces a recompute of every node, now. */
  recompute(reason: string): void {
    this.#options.recorder?.recompute(reason);
    this.engine.recompute(reason);
    this.#run();
  }

  /**
   * Compares what handlers kept up to date with what a recompute from the sources gives. A difference is told and
   * healed: an input that differs takes its whole content from its source, and every node is recomputed.
   */
  verify(sources: readonly Source[]): Verification {
    const { engine, graph } = this;
    const check = () => shadowCheck(engine, graph, sources);
    for (let runs = 0; engine.needsRun && runs < MAX_RUNS_TO_REST; runs++) this.#run();
    const verification = this.#options.recorder?.pause(check) ?? check();
    for (const { node, key } of verification.differences) {
      this.#options.log.error(
        `node ${node} differs from a recompute${key === undefined ? "" : ` in ${key}`}`,
      );
    }
    if (verification.differences.length > 0) this.#heal(verification, sources);
    return verification;
  }

  #heal({ differences }: Verification, sources: readonly Source[]): void {
    const cause = "verify found a difference";
    const drifted = new Set(differences.map(({ node }) => node));
    const enter: Enter = (node, rows) => {
      if (!drifted.has(node.name)) return;
      const batch = asInserts(rows);
      this.#options.recorder?.replaceRows(node.name, batch, cause);
      this.engine.push(node, batch, { cause, reset: true });
    };
    for (const give of sources) give(enter, this.graph.inputs);
    this.recompute(cause);
  }

  /** How many changes have been sent and not been answered. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** No more decisions; settles when the changes that are in flight have been answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.ports.stopRetries();
    if (this.#again !== null) clearTimeout(this.#again);
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onQuiet = resolve));
    this.ports.releaseAll();
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#options.registry.runAll();
    this.engine.poke(this.graph.providerLookup, "before every decision");
    const result = this.engine.run();
    this.#options.recorder?.ran(Date.now(), this.#options.registry);
    for (const { node, where, error } of result.errors) {
      this.#options.log.error(
        `node ${node}: ${where} threw, the node will be recomputed: ${describe(error)}`,
      );
    }
    this.#follow(result);
    if (result.canceled) this.#runAgainLater();
    this.#options.onRun?.();
  }

  /** A node that threw is recomputed in the next run, which nothing else may call for. */
  #runAgainLater(): void {
    if (this.#again !== null || this.#stopped) return;
    this.#again = setTimeout(() => {
      this.#again = null;
      this.schedule();
    }, RUN_AGAIN_MS);
  }

  #follow(result: RunResult): void {
    const { graph, engine } = this;
    if (result.isUpdated(graph.localChassis)) {
      this.#options.onLocalChassis(engine.data(graph.localChassis).current);
    }
    if (result.isUpdated(graph.condition)) this.#options.onCondition(engine.data(graph.condition).current);
    const verdicts = this.verdicts;
    const answers = engine.data(graph.answer);
    const decided = this.#changedIn(result, graph.plug);
    const answered = this.#changedIn(result, graph.answer);
    this.#submit(decided.keys());
    const lports = new Map([...this.#changedIn(result, graph.inputs.attempt), ...answered, ...decided]);
    for (const [lport, cause] of lports) {
      this.ports.follow(lport, verdicts.get(lport), answers.get(lport), cause, decided.has(lport));
    }
    this.#forget(lports.keys());
    this.#confirmations.forget();
  }

  /** The tracked changes of a node, or every port (with no cause of its own) where anything may have changed. */
  #changedIn(
    result: RunResult,
    node: GraphNode<unknown, ReadonlyMap<string, Cause>>,
  ): ReadonlyMap<string, Cause | null> {
    if (!result.isUpdated(node)) return new Map();
    const tracked = result.changes(node);
    if (tracked !== undefined) return tracked;
    const every = new Set([...this.verdicts.keys(), ...this.ports.lports(), ...this.#attempts.keys()]);
    return new Map(Array.from(every, (lport) => [lport, null]));
  }

  /** Attempts of ports that nobody wants and that are not there are forgotten. */
  #forget(lports: Iterable<string>): void {
    const attempts = this.#attempts;
    const batch: AttemptBatch[number][] = [];
    for (const lport of lports) {
      const attempt = attempts.get(lport);
      if (attempt === undefined || attempt.phase === "in-flight" || this.verdicts.has(lport)) continue;
      batch.push({ lport, attempt: null });
    }
    if (batch.length > 0) this.#pushAttempts(batch, "nothing to decide any more");
  }

  get #attempts() {
    return this.engine.data(this.graph.inputs.attempt);
  }

  #submit(lports: Iterable<string>): void {
    const lock = this.#options.lock();
    if (lock === null) return;
    const { engine, graph } = this;
    const attempts = this.#attempts;
    const answers = engine.data(graph.answer);
    const works: Work[] = [];
    const batch: AttemptBatch[number][] = [];
    for (const lport of lports) {
      const { change = null, reason = null } = this.verdicts.get(lport) ?? {};
      const basis = answers.get(lport);
      if (change === null || basis === undefined) continue;
      const all = withLeaving(basis, change);
      works.push({ change, reason, answers: all });
      batch.push({ lport, attempt: sent(change, all, attempts.get(lport)) });
      this.ports.sent(lport, basis);
    }
    if (works.length === 0) return;
    this.#inFlight += works.length;
    // First, so that the transaction is on its way before the run that only notes that it is.
    void this.#transactor.submit(works, lock);
    this.#pushAttempts(batch, "sent to the database");
  }

  #conclude(outcomes: readonly Outcome[]): void {
    const attempts = this.#attempts;
    const batch = outcomes.map((outcome) => {
      const lport = lportOfChange(outcome.work.change);
      this.ports.concluded(outcome);
      return { lport, attempt: attemptAfter(outcome, attempts.get(lport)) };
    });
    this.#inFlight -= outcomes.length;
    this.#pushAttempts(batch, "answered by the database");
    if (this.#inFlight === 0) this.#onQuiet?.();
  }

  #askAgain(lport: string): void {
    this.#options.onRetry?.();
    this.#pushAttempts([{ lport, attempt: askedAgain(this.#attempts.get(lport)) }], "tried again");
  }
}

/** A change that was not committed is decided on new answers, because its consultations have ended. */
function attemptAfter(outcome: Outcome, before: Attempt | undefined): Attempt {
  const { change } = outcome.work;
  switch (outcome.kind) {
    case "committed":
      return afterCommit(change, before);
    case "refused":
      return { phase: "failed", change, error: outcome.error, nonce: nonceOf(before) + 1 };
    case "lost":
      return { phase: "idle", nonce: nonceOf(before) + 1 };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
