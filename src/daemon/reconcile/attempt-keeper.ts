/**
 * Sends the changes of ports to the database and keeps the attempts: everything that enters the graph by its input `attempt`.
 *
 * Invariants: a change is submitted at most once, because its port is in flight from the same turn on. Nothing is submitted
 * without the lock. A port stays in flight while the database has not said whether its change was committed; the rows of a
 * database in sync then tell (rule T5).
 */

import type { Environment } from "ovsdb-jsonrpc";
import type { Cause, Engine } from "../../graph/index.ts";
import type { Logger } from "../../log/log.ts";
import {
  type Attempt,
  afterCommit,
  afterLoss,
  afterRefusal,
  answeredAnew,
  askedAgain,
  doubted,
  sent,
  settled,
  stayed,
} from "../../plug/attempt.ts";
import { lportOfChange, misplacedOf } from "../../plug/change.ts";
import { withLeaving } from "../../plug/change-advice.ts";
import { isDone } from "../../plug/done.ts";
import type { PlugGraph } from "../../plug/graph.ts";
import type { AttemptBatch } from "../../plug/nodes/input-nodes.ts";
import { type Ground, lapsedGround } from "../../plug/still-so.ts";
import type { Ports } from "../ports/ports.ts";
import { Relapses } from "../ports/relapses.ts";
import {
  type Conclusion,
  LATE_MS,
  type Outcome,
  Transactor,
  type TransactorOptions,
  type Work,
} from "./transactor.ts";

export interface AttemptKeeperOptions {
  readonly environment: Environment;
  readonly log: Logger;
  readonly engine: Engine;
  readonly graph: PlugGraph;
  readonly ports: Ports;
  readonly transact: TransactorOptions["transact"];
  /** The name of the lock that transactions assert; null: no lock is held. */
  lock(): string | null;
  /** Whether the rows in the graph are up to date with the database. */
  isInSync(): boolean;
  push(batch: AttemptBatch, label: string): void;
  /** Called when changes of these ports have an outcome, before the outcome enters the graph. */
  concluded(lports: readonly string[]): void;
  /** Called when an interface with another owner was removed (rule U7). */
  onMisplaced?(): void;
  /** Called when a change was committed, with the cause of its decision. */
  onCommitted?(cause: Cause): void;
}

type Doubt = Extract<Outcome, { readonly kind: "unknown" }>;

const NONE: ReadonlySet<string> = new Set();

const ENDED: Pick<Ground, "lapse" | "rules"> = {
  rules: "U3",
  lapse: "vifplugd is ending, and takes in no more what the databases say",
};

const NOT_ANSWERED = `no answer within ${LATE_MS / 1000} s`;

export class AttemptKeeper {
  readonly #options: AttemptKeeperOptions;
  readonly #transactor: Transactor;
  readonly #doubts = new Map<string, Doubt>();
  readonly #relapses: Relapses;
  /** Ports in flight whose provider has another answer. */
  readonly #answeredMeanwhile = new Set<string>();
  /** The attempts that were pushed since the last run, which the graph does not know yet. */
  readonly #pushed = new Map<string, Attempt | undefined>();
  #inFlight = 0;
  #isStopped = false;
  #onQuiet: (() => void) | null = null;

  constructor(options: AttemptKeeperOptions) {
    this.#options = options;
    const { environment } = options;
    this.#relapses = new Relapses({ environment, over: (lport) => this.#stayed(lport) });
    this.#transactor = new Transactor({
      transact: options.transact,
      timer: (milliseconds, call) => environment.timer(milliseconds, call),
      late: (works) => this.#late(works),
      isOurs: (lock) => options.lock() === lock,
      // A run that is scheduled is scheduled in the same way, and comes first.
      decided: () => new Promise((resolve) => environment.soon(resolve)),
      lapsedGround: (change) =>
        this.#isStopped ? ENDED : lapsedGround(options.engine, options.graph, change),
      report: (outcomes) => this.#conclude(outcomes),
    });
  }

  /** Call this first after a run: the graph knows all pushed attempts. */
  ran(): void {
    this.#pushed.clear();
  }

  get byLport(): ReadonlyMap<string, Attempt> {
    const { engine, graph } = this.#options;
    return engine.data(graph.inputs.attempt);
  }

  /** The number of changes in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Nothing is sent again from now on, because the graph takes no more from the databases. */
  stop(): void {
    this.#isStopped = true;
    this.#relapses.stop();
  }

  /** Settles when no change is in flight. */
  async quiet(): Promise<void> {
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onQuiet = resolve));
  }

  /**
   * Sends the changes of the decided ports as one transaction.
   * @param decided the ports, with the cause of each decision
   * @returns the ports whose changes were sent
   */
  submit(decided: ReadonlyMap<string, Cause | null>): ReadonlySet<string> {
    const { engine, graph, ports } = this.#options;
    const lock = this.#options.lock();
    if (lock === null) return NONE;
    const attempts = this.byLport;
    const statuses = engine.data(graph.plug);
    const advice = engine.data(graph.advice);
    const works: Work[] = [];
    const batch: AttemptBatch[number][] = [];
    for (const [lport, cause] of decided) {
      const { change = null, reason = null } = statuses.get(lport) ?? {};
      const basis = advice.get(lport);
      if (change === null || basis === undefined) continue;
      const all = withLeaving(basis, change);
      works.push({ change, reason, advice: all, cause });
      batch.push({ lport, attempt: sent(change, all, attempts.get(lport)) });
      ports.sent(lport, all);
    }
    if (works.length === 0) return NONE;
    this.#inFlight += works.length;
    // Sent first, so that the transaction does not wait for the run that notes it.
    void this.#transactor.submit(works, lock);
    this.#push(batch, "sent to the database");
    return new Set(batch.map(({ lport }) => lport));
  }

  /** Tries a port again, after its back-off. */
  askAgain(lport: string): void {
    this.#push([{ lport, attempt: askedAgain(this.byLport.get(lport)) }], "tried again");
  }

  /** Notes that providers have another answer for these ports. */
  answersChanged(lports: readonly string[]): void {
    const batch: AttemptBatch[number][] = [];
    for (const lport of lports) {
      const attempt = this.#pushed.has(lport) ? this.#pushed.get(lport) : this.byLport.get(lport);
      // A port in flight is not decided again before its change has an outcome.
      if (attempt?.phase === "in-flight") this.#answeredMeanwhile.add(lport);
      else batch.push({ lport, attempt: answeredAnew(attempt) });
    }
    if (batch.length > 0) this.#push(batch, "answered by its provider");
  }

  /** Forgets earlier writes and refusals of ports that have stayed in place for a while. */
  settle(lports: readonly string[]): void {
    const attempts = this.byLport;
    const batch = lports.flatMap((lport) => {
      const attempt = attempts.get(lport);
      const isOver = attempt !== undefined && attempt.phase !== "in-flight";
      return isOver ? [{ lport, attempt: settled(attempt) }] : [];
    });
    if (batch.length > 0) this.#push(batch, "in place for a while");
  }

  /** Forgets the attempts of ports that are neither wanted nor in place. */
  forget(lports: Iterable<string>): void {
    const { engine, graph } = this.#options;
    const attempts = this.byLport;
    const statuses = engine.data(graph.plug);
    const batch: AttemptBatch[number][] = [];
    for (const lport of lports) {
      const attempt = attempts.get(lport);
      if (attempt === undefined || attempt.phase === "in-flight" || statuses.has(lport)) continue;
      batch.push({ lport, attempt: null });
    }
    if (batch.length > 0) this.#push(batch, "nothing to decide any more");
  }

  /** Call this after a run: ends the doubts about changes whose outcome the rows tell. */
  settleDoubts(): void {
    if (this.#doubts.size === 0 || !this.#options.isInSync()) return;
    const { engine, graph } = this.#options;
    const present = {
      interfaces: engine.data(graph.observed).byName,
      bridges: engine.data(graph.inputs.bridge),
    };
    this.#endDoubts("seen in the database", ({ work, error, otherwise }) =>
      isDone(work.change, present) ? { kind: "committed", work } : { kind: otherwise, work, error },
    );
  }

  /** Ends all doubts: the outcome of these changes will never be known. */
  giveUpDoubts(): void {
    this.#endDoubts("given up", ({ work, error }) => ({ kind: "lost", work, error }));
  }

  #endDoubts(label: string, judge: (doubt: Doubt) => Conclusion): void {
    const doubts = [...this.#doubts.values()];
    this.#doubts.clear();
    const attempts = this.byLport;
    const conclusions = doubts.map(judge);
    this.#options.concluded(conclusions.map(({ work }) => lportOfChange(work.change)));
    this.#options.ports.ended(conclusions);
    const batch = conclusions.map((conclusion) => this.#concluded(conclusion, attempts));
    if (batch.length > 0) this.#push(batch, label);
    this.#tellAnswered(batch.map(({ lport }) => lport));
  }

  /** Called when the removal of an interface with another owner does not count any more. */
  #stayed(lport: string): void {
    const attempt = this.byLport.get(lport);
    if (attempt?.sentAway === undefined) return;
    // An attempt in flight or failed is kept; the time begins again.
    if (attempt.phase === "idle") this.#push([{ lport, attempt: stayed(attempt) }], "its own for a while");
    else this.#relapses.begin(lport, attempt.sentAway.times);
  }

  /** Tells new answers that arrived while these ports were in flight. */
  #tellAnswered(lports: readonly string[]): void {
    this.answersChanged(lports.filter((lport) => this.#answeredMeanwhile.delete(lport)));
  }

  #push(batch: AttemptBatch, label: string): void {
    for (const { lport, attempt } of batch) this.#pushed.set(lport, attempt ?? undefined);
    this.#options.push(batch, label);
  }

  #late(works: readonly Work[]): void {
    const lports = works.map(({ change }) => lportOfChange(change));
    this.#options.log.warn(
      `the local database has not answered a transaction for ${LATE_MS / 1000} s, and ${someOf(lports)} ` +
        "cannot be decided before it does; look at ovsdb-server",
      "transaction late",
    );
    const attempts = this.byLport;
    const batch = lports.map((lport) => ({ lport, attempt: doubted(attempts.get(lport), NOT_ANSWERED) }));
    this.#push(batch, "not answered by the database");
  }

  #conclude(outcomes: readonly Outcome[]): void {
    const attempts = this.byLport;
    const known = outcomes.filter((outcome) => outcome.kind !== "unknown");
    this.#options.concluded(known.map(({ work }) => lportOfChange(work.change)));
    this.#options.ports.ended(known);
    const batch = outcomes.map((outcome) => {
      if (outcome.kind !== "unknown") return this.#concluded(outcome, attempts);
      const lport = lportOfChange(outcome.work.change);
      this.#doubts.set(lport, outcome);
      return { lport, attempt: doubted(attempts.get(lport), outcome.error) };
    });
    this.#inFlight -= outcomes.length;
    this.#push(batch, "answered by the database");
    this.#tellAnswered(
      batch.filter(({ attempt }) => attempt?.phase !== "in-flight").map(({ lport }) => lport),
    );
    if (this.#inFlight === 0) this.#onQuiet?.();
  }

  #concluded(outcome: Conclusion, attempts: ReadonlyMap<string, Attempt>): AttemptBatch[number] {
    const { change } = outcome.work;
    const lport = lportOfChange(change);
    this.#options.ports.concluded(outcome);
    const attempt = attemptAfter(outcome, attempts.get(lport));
    const { cause } = outcome.work;
    if (outcome.kind === "committed" && cause !== null) this.#options.onCommitted?.(cause);
    if (outcome.kind === "committed" && misplacedOf(change) !== null) {
      this.#relapses.begin(lport, attempt.sentAway?.times ?? 1);
      this.#options.onMisplaced?.();
    }
    return { lport, attempt };
  }
}

function someOf(lports: readonly string[]): string {
  const [first = ""] = lports;
  if (lports.length === 1) return `logical port ${first}`;
  return `${lports.length} logical ports (${first}, …)`;
}

function attemptAfter(outcome: Conclusion, before: Attempt | undefined): Attempt {
  const { change } = outcome.work;
  switch (outcome.kind) {
    case "committed":
      return afterCommit(change, before);
    case "refused":
      return afterRefusal(change, outcome.error, before);
    case "lost":
      return afterLoss(before);
  }
}
