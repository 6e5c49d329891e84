/**
 * Runs the graph and does what its outputs say: the only place where decisions become effects.
 *
 * Data flow: observed data are pushed to an input (intake.ts). One run follows for everything that was pushed in one turn of the
 * event loop. Statuses with a change go to the database as one transaction (attempt-keeper.ts), and its outcome is pushed.
 *
 * Invariant: a run never happens inside another run.
 */

import {
  type Cause,
  type Engine,
  type GraphNode,
  type InputNode,
  type RunError,
  type RunResult,
  Statistics,
  type Verification,
} from "../../graph/index.ts";
import { type PlugGraph, plugGraph } from "../../plug/graph.ts";
import type { LportStatus } from "../../plug/lport-status.ts";
import type { Obstacle } from "../../plug/obstacle.ts";
import { obstacleOf } from "../../plug/readiness.ts";
import type { TableBatch } from "../../plug/rows.ts";
import type { Changes, DatabaseName } from "../../plug/tables.ts";
import { messageOf, stackOf } from "../../result.ts";
import { VERSION } from "../../version.ts";
import type { Standing } from "../ports/arrangements.ts";
import { Ports } from "../ports/ports.ts";
import { AttemptKeeper } from "./attempt-keeper.ts";
import { Confirmations } from "./confirmations.ts";
import { Departures } from "./departures.ts";
import { type AnyChanges, HEALED, Intake } from "./intake.ts";
import { OtherChassisRows } from "./other-chassis.ts";
import type { ReconcilerOptions } from "./reconciler-options.ts";
import { type Source, shadowCheck } from "./shadow-check.ts";

/** The limit on runs until the graph is at rest: a run may call for another run (for changes in flight), but not for many. */
const MAX_RUNS_TO_REST = 10;

/** The delay before the run after a failed run, in milliseconds. */
const RUN_AGAIN_MS = 1000;

export class Reconciler {
  readonly graph: PlugGraph;
  readonly engine: Engine;
  readonly statistics: Statistics;
  readonly ports: Ports;
  readonly departures: Departures;
  readonly otherChassis: OtherChassisRows;
  readonly #options: ReconcilerOptions;
  readonly #intake: Intake;
  readonly #attempts: AttemptKeeper;
  readonly #confirmations: Confirmations;
  #scheduled = false;
  #stopped = false;
  #again: (() => void) | null = null;
  #fault: RunError | null = null;
  /** Ports of a run that named another Southbound: the next run decides them, knowing that this Southbound is not in sync (U3). */
  #unsent: ReadonlyMap<string, Cause | null> = NOTHING;

  constructor(options: ReconcilerOptions) {
    const { registry, settings, log, environment } = options;
    const { now, elapsed } = environment;
    this.#options = options;
    this.graph = plugGraph(options.recorder?.observe(registry) ?? registry, settings);
    this.statistics = new Statistics({ now, log: (message) => log.info(message) });
    this.engine = this.graph.engine({ now, elapsed, observer: this.statistics });
    this.#intake = new Intake({
      engine: this.engine,
      graph: this.graph,
      recorder: options.recorder,
      isClosed: () => this.#stopped,
      entered: () => this.schedule(),
    });
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
      isHeldUp: () => this.obstacle !== null,
    });
    const { engine, graph, ports } = this;
    registry.onUnregister((type) => ports.releaseOf(type));
    this.#attempts = new AttemptKeeper({
      environment,
      log,
      engine,
      graph,
      ports,
      transact: (operations) => options.transact(operations),
      lock: () => options.lock(),
      isInSync: () => options.isInSync(),
      push: (batch, label) => this.#intake.pushAttempts(batch, label),
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
    const push = (lports: ReadonlySet<string>, label: string) =>
      this.push(graph.inputs.confirmed, lports, label);
    this.#confirmations = new Confirmations({ engine, graph, push });
  }

  /** Pushes observed data to an input of the graph, and schedules a run. */
  push<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>, label: string): void {
    this.#intake.push(node, batch, label);
  }

  /** `push` for the changed rows of a table. */
  pushRows<Row>(
    node: InputNode<unknown, unknown, TableBatch<Row>>,
    batch: NoInfer<TableBatch<Row>>,
    label: string,
  ): void {
    this.#intake.pushRows(node, batch, label);
  }

  /** `push` for the changes of one message of a server. */
  pushTables<D extends DatabaseName>(database: D, changes: Changes<D> & AnyChanges, label: string): void {
    this.#intake.pushTables(database, changes, label);
  }

  /** Schedules one run at the end of the current turn of the event loop. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#options.environment.soon(() => this.#run());
  }

  get statuses(): ReadonlyMap<string, LportStatus> {
    return this.engine.data(this.graph.plug);
  }

  /** What a node of the graph threw that has not been recomputed since; null: every node is up to date. */
  get fault(): RunError | null {
    return this.#fault;
  }

  /** The first obstacle to a complete pass, or null. */
  get obstacle(): Obstacle | null {
    if (this.#fault === null) return obstacleOf(this.engine, this.graph);
    const { node, where, error } = this.#fault;
    const what = `an internal error in node ${node} (${where}): ${messageOf(error)}`;
    const reason = `${what}; vifplugd tries again every second; please report the error (vifplugd bugreport)`;
    return { code: "internal-error", reason };
  }

  /** Confirms the unplug of all ports that are due now (rule U6). @returns the number of ports */
  confirmUnplug(): number {
    return this.#confirmations.give();
  }

  /** Recomputes every node, now. */
  recompute(reason: string): void {
    this.#options.recorder?.recompute(reason);
    this.engine.recompute(reason);
    this.#run();
  }

  /**
   * Compares the data of every node with a recompute from the sources. A difference is logged and repaired: an input that
   * differs takes its whole content from its source, and every node is recomputed.
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
    if (verification.differences.length > 0) {
      this.#intake.heal(verification, source);
      this.recompute(HEALED);
    }
    return verification;
  }

  /** Notes that providers have another answer for these logical ports. */
  answersChanged(lports: readonly string[]): void {
    this.#attempts.answersChanged(lports);
  }

  /** The number of changes in flight. */
  get inFlight(): number {
    return this.#attempts.inFlight;
  }

  /** Ends all decisions. Settles when no change is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.ports.stopTimers();
    this.#attempts.stop();
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
      this.#options.log.error(
        `internal error, please report it: node ${node}: ${where} threw, the node will be recomputed: ${stackOf(error)}`,
      );
      this.#options.onInternalError?.();
    }
    const [fault = null] = result.errors;
    if (fault !== null || !result.canceled) this.#fault = fault;
    this.#follow(result);
    this.#attendProviders();
    if (result.canceled) this.#runAgainLater();
    this.#options.onRun?.();
  }

  /** Attends the providers while ports are decided here. */
  #attendProviders(): void {
    const { engine, graph } = this;
    if (engine.data(graph.activity).current !== null) return;
    const local = engine.data(graph.localChassis).current;
    const chassis = local.chassis?.name ?? null;
    this.#options.registry.attend({ vifplugd: VERSION, chassis, bridge: local.bridgeName });
  }

  /** Schedules a run that recomputes a node which threw: no other event may call for a run. */
  #runAgainLater(): void {
    if (this.#again !== null) return;
    this.#again = this.#options.environment.timer(RUN_AGAIN_MS, () => {
      this.#again = null;
      this.schedule();
    });
  }

  #follow(result: RunResult): void {
    const { graph, engine } = this;
    const { outputs } = this.#options;
    if (result.isUpdated(graph.lock)) outputs.lock(engine.data(graph.lock).current);
    const isRetargeted = result.isUpdated(graph.southboundTarget);
    if (isRetargeted) {
      outputs.southboundTarget(engine.data(graph.southboundTarget).current);
    }
    if (result.isUpdated(graph.monitorScope)) outputs.condition(engine.data(graph.monitorScope).current);
    const statuses = this.statuses;
    const advice = engine.data(graph.advice);
    const decided = this.#changedIn(result, graph.plug);
    const answered = this.#changedIn(result, graph.advice);
    const due = this.#unsent.size === 0 ? decided : new Map([...this.#unsent, ...decided]);
    this.#unsent = isRetargeted ? due : NOTHING;
    if (this.#unsent.size > 0) this.schedule();
    const sent = this.#attempts.submit(isRetargeted ? NOTHING : due);
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
    const isComplete = this.obstacle === null;
    this.ports.arrangements.follow(
      this.#options.lock() === null ? null : this.#standing(isComplete),
      advice,
      answered.keys(),
    );
    this.#attempts.forget(lports.keys());
    const gone = [...lports.keys()].filter((lport) => !statuses.has(lport) && !advice.has(lport));
    if (gone.length > 0) this.#options.registry.forget(gone);
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

  /** The tracked changes of a node; every port, with null as its cause, where all data may have changed. */
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

const NOTHING: ReadonlyMap<string, null> = new Map();
