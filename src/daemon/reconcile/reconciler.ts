/**
 * Runs the graph and does what its outputs say: the one place where decisions become effects.
 *
 * Data flow: `push` hands what was observed to an input; one run follows for all that was pushed in the same turn of
 * the event loop; statuses with a change go to the database as one transaction (attempts.ts), whose outcome comes back as
 * a push.
 *
 * Invariant: a run never happens inside another.
 */

import type { Environment, Uuid } from "ovsdb-jsonrpc";
import {
  type Cause,
  type Engine,
  type GraphNode,
  type InputNode,
  type RunResult,
  Statistics,
  type Verification,
} from "../../graph/index.ts";
import type { Logger } from "../../log/log.ts";
import { type PlugGraph, plugGraph } from "../../plug/graph.ts";
import type { LportStatus } from "../../plug/lport-status.ts";
import type { MonitorScope } from "../../plug/monitor-scope.ts";
import type { AttemptBatch, TableInputs } from "../../plug/nodes/input-nodes.ts";
import { obstacleOf } from "../../plug/readiness.ts";
import { asInserts, type TableBatch } from "../../plug/rows.ts";
import type { PlugSettings } from "../../plug/settings.ts";
import type { SouthboundTarget } from "../../plug/southbound-target.ts";
import { type Changes, type DatabaseName, keysOf, TABLE_KEYS, tables } from "../../plug/tables.ts";
import type { ProviderRegistry } from "../../providers/registry.ts";
import type { Recorder } from "../../record/recorder.ts";
import { VERSION } from "../../version.ts";
import type { Standing } from "../ports/arrangements.ts";
import { Ports } from "../ports/ports.ts";
import { AttemptKeeper } from "./attempt-keeper.ts";
import { Confirmations } from "./confirmations.ts";
import { Departures, type Inquiry } from "./departures.ts";
import { OtherChassisRows } from "./other-chassis.ts";
import { type Source, shadowCheck } from "./shadow-check.ts";
import type { TransactorOptions } from "./transactor.ts";

/** Who sees to what the graph's outputs say, besides the ports' changes; told when one is another than before. */
export interface Outputs {
  lock(name: string | null): void;
  southboundTarget(target: SouthboundTarget): void;
  condition(condition: MonitorScope): void;
  /** To be asked of the Southbound, whose replies come back by `replied`. */
  inquiries(inquiries: readonly Inquiry[]): void;
  /** Chassis rows to be asked of the Southbound, whose replies come back by `replied`. */
  otherChassis(rows: readonly Uuid[]): void;
}

export interface ReconcilerOptions {
  readonly environment: Environment;
  readonly registry: ProviderRegistry;
  readonly settings: PlugSettings;
  readonly log: Logger;
  /** Notes everything that enters the graph. */
  readonly recorder: Recorder | null;
  readonly transact: TransactorOptions["transact"];
  /** The name of the lock that transactions assert, or null while there is none. */
  lock(): string | null;
  /** Whether the rows that were pushed are those that the local database has now. */
  isInSync(): boolean;
  /** What the graph's outputs say is to be so. */
  readonly outputs: Outputs;
  /** A port is asked for again because its time has come. */
  onRetry?(): void;
  /** An interface that had become somebody else's is gone (rule U7). */
  onMisplaced?(): void;
  /** A change was committed, and this is what made its port be decided. */
  onCommitted?(cause: Cause): void;
  /** After every run, when its effects have been started. */
  onRun?(): void;
}

/** By table. */
type AnyChanges = Readonly<Record<string, TableBatch<object>>>;

/** A run can call for another one (what it submitted is in flight), but not for many. */
const MAX_RUNS_TO_REST = 10;

/** How long to wait before a run that is to make up for one that failed. */
const RUN_AGAIN_MS = 1000;

export class Reconciler {
  readonly graph: PlugGraph;
  readonly engine: Engine;
  readonly statistics: Statistics;
  readonly ports: Ports;
  readonly departures: Departures;
  readonly otherChassis: OtherChassisRows;
  readonly #options: ReconcilerOptions;
  readonly #attempts: AttemptKeeper;
  readonly #confirmations: Confirmations;
  #scheduled = false;
  #stopped = false;
  #again: (() => void) | null = null;

  constructor(options: ReconcilerOptions) {
    const { registry, settings, log, environment } = options;
    const { now, elapsed } = environment;
    this.#options = options;
    this.graph = plugGraph(options.recorder?.observe(registry) ?? registry, settings);
    this.statistics = new Statistics({ now, log: (message) => log.info(message) });
    this.engine = this.graph.engine({ now, elapsed, observer: this.statistics });
    const attemptInput = this.graph.inputs.attempt.name;
    this.ports = new Ports({
      log,
      environment,
      attemptInput,
      due: (lport) => {
        options.onRetry?.();
        this.#attempts.askAgain(lport);
      },
      stable: (lports) => this.#attempts.settle(lports),
      isHeldUp: () => obstacleOf(this.engine, this.graph) !== null,
    });
    const { engine, graph, ports } = this;
    registry.onUnregister((type) => ports.releaseOf(type));
    this.#attempts = new AttemptKeeper({
      environment,
      engine,
      graph,
      ports,
      transact: (operations) => options.transact(operations),
      lock: () => options.lock(),
      isInSync: () => options.isInSync(),
      push: (batch, cause) => this.#pushAttempts(batch, cause),
      concluded: (lports) => this.departures.concluded(lports),
      onMisplaced: () => options.onMisplaced?.(),
      onCommitted: (cause) => options.onCommitted?.(cause),
    });
    this.departures = new Departures({
      engine,
      graph,
      now,
      ask: (inquiries) => options.outputs.inquiries(inquiries),
      push: (batch, label) => this.push(graph.inputs.departure, batch, label),
    });
    this.otherChassis = new OtherChassisRows({
      engine,
      graph,
      ask: (rows) => options.outputs.otherChassis(rows),
      push: (batch, label) => this.push(graph.inputs.otherChassis, batch, label),
    });
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

  /** As `push`, for what one message of a server changed in the tables of its database. */
  pushTables<D extends DatabaseName>(database: D, changes: Changes<D> & AnyChanges, cause: string): void {
    const inputs: TableInputs = this.graph.inputs;
    for (const key of keysOf(database)) {
      this.pushRows<object>(inputs[key], changes[tables[key].table] ?? [], cause);
    }
  }

  #pushAttempts(batch: AttemptBatch, cause: string): void {
    const { attempt } = this.graph.inputs;
    this.#options.recorder?.pushAttempts(attempt.name, batch, cause);
    this.#enter(attempt, batch, cause);
  }

  #enter<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, cause: string): void {
    if (this.#stopped) return;
    this.engine.push(node, batch, { label: cause });
    this.schedule();
  }

  /** One run when the current turn of the event loop has been dealt with. */
  schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#options.environment.soon(() => this.#run());
  }

  get statuses(): ReadonlyMap<string, LportStatus> {
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
  verify(source: Source): Verification {
    const { engine, graph } = this;
    const check = () => shadowCheck(engine, graph, source);
    for (let runs = 0; engine.needsRun && runs < MAX_RUNS_TO_REST; runs++) this.#run();
    const verification = this.#options.recorder?.pause(check) ?? check();
    for (const { node, key } of verification.differences) {
      this.#options.log.error(
        `node ${node} differs from a recompute${key === undefined ? "" : ` in ${key}`}`,
      );
    }
    if (verification.differences.length > 0) this.#heal(verification, source);
    return verification;
  }

  #heal({ differences }: Verification, source: Source): void {
    const cause = "verify found a difference";
    const drifted = new Set(differences.map(({ node }) => node));
    const inputs: TableInputs = this.graph.inputs;
    for (const key of TABLE_KEYS) {
      const node = inputs[key];
      if (!drifted.has(node.name)) continue;
      const batch = asInserts(source(key));
      this.#options.recorder?.replaceRows(node.name, batch, cause);
      this.engine.push<TableBatch<object>>(node, batch, { label: cause, reset: true });
    }
    this.recompute(cause);
  }

  /** Providers have another answer about these logical ports than the one they gave. */
  answersChanged(lports: readonly string[]): void {
    if (!this.#stopped) this.#attempts.answersChanged(lports);
  }

  /** How many changes have been sent and not been answered. */
  get inFlight(): number {
    return this.#attempts.inFlight;
  }

  /** No more decisions; settles when the changes that are in flight have been answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.ports.stopTimers();
    this.#attempts.stopTimers();
    this.#again?.();
    await this.#attempts.quiet();
    this.#attempts.giveUpDoubts();
    this.ports.releaseAll();
  }

  #run(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#options.registry.runAll();
    this.engine.poke(this.graph.providerLookup, "before every decision");
    const result = this.engine.run();
    this.#attempts.ran();
    this.#options.recorder?.ran(this.#options.environment.now(), this.#options.registry);
    for (const { node, where, error } of result.errors) {
      this.#options.log.error(`node ${node}: ${where} threw, the node will be recomputed: ${stackOf(error)}`);
    }
    this.#follow(result);
    this.#attendProviders();
    if (result.canceled) this.#runAgainLater();
    this.#options.onRun?.();
  }

  /** As long as ports are decided here. */
  #attendProviders(): void {
    const { engine, graph } = this;
    if (engine.data(graph.activity).current !== null) return;
    const local = engine.data(graph.localChassis).current;
    const chassis = local.chassis?.name ?? null;
    this.#options.registry.attend({ vifplugd: VERSION, chassis, bridge: local.bridgeName });
  }

  /** A node that threw is recomputed in the next run, which nothing else may call for. */
  #runAgainLater(): void {
    if (this.#again !== null || this.#stopped) return;
    this.#again = this.#options.environment.timer(RUN_AGAIN_MS, () => {
      this.#again = null;
      this.schedule();
    });
  }

  #follow(result: RunResult): void {
    const { graph, engine } = this;
    const { outputs } = this.#options;
    if (result.isUpdated(graph.lock)) outputs.lock(engine.data(graph.lock).current);
    if (result.isUpdated(graph.southboundTarget)) {
      outputs.southboundTarget(engine.data(graph.southboundTarget).current);
    }
    if (result.isUpdated(graph.monitorScope)) outputs.condition(engine.data(graph.monitorScope).current);
    const statuses = this.statuses;
    const advice = engine.data(graph.advice);
    const decided = this.#changedIn(result, graph.plug);
    const answered = this.#changedIn(result, graph.advice);
    const sent = this.#attempts.submit(decided);
    this.departures.follow(result, sent);
    this.otherChassis.follow(result, decided.keys());
    const lports = new Map([...this.#changedIn(result, graph.inputs.attempt), ...answered, ...decided]);
    const attempts = this.#attempts.byLport;
    for (const [lport, cause] of lports) {
      this.ports.follow(lport, {
        status: statuses.get(lport),
        advice: advice.get(lport),
        attempt: attempts.get(lport),
        cause,
        isOther: decided.has(lport),
      });
    }
    const isComplete = obstacleOf(engine, graph) === null;
    this.ports.arrangements.follow(
      this.#options.lock() === null ? null : this.#standing(isComplete),
      advice,
      answered.keys(),
    );
    this.#attempts.forget(lports.keys());
    this.#attempts.settleDoubts();
    this.#confirmations.forget();
  }

  #standing(isComplete: boolean): Standing {
    const { byName } = this.engine.data(this.graph.observed);
    return {
      isComplete,
      providers: this.#options.registry.registered(),
      owned: () =>
        new Set([...byName.values()].filter(({ isOwned }) => isOwned).map(({ interface: { name } }) => name)),
    };
  }

  /** The tracked changes of a node, or every port (with no cause of its own) where anything may have changed. */
  #changedIn(
    result: RunResult,
    node: GraphNode<unknown, ReadonlyMap<string, Cause>>,
  ): ReadonlyMap<string, Cause | null> {
    if (!result.isUpdated(node)) return new Map();
    const tracked = result.changes(node);
    if (tracked !== undefined) return tracked;
    const every = new Set([
      ...this.statuses.keys(),
      ...this.ports.lports(),
      ...this.#attempts.byLport.keys(),
    ]);
    return new Map(Array.from(every, (lport) => [lport, null]));
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
