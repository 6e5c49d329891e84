/**
 * The engine: keeps the data of a graph of nodes up to date.
 *
 * Invariants
 * - Nodes run in topological order, each at most once a run; the topology never changes.
 * - A node is valid (updated, unchanged) exactly when its data are what a recompute would give. Otherwise it is stale
 *   or canceled, nothing after it runs, and `pending` holds the reason of the recompute that will make it valid.
 * - Changes that a node was told of and did not take in (canceled, threw) turn into its `pending` recompute, so
 *   tracked changes never outlive a run: they move into the RunResult, and the node gets an empty set.
 * - After a handler gave up half way or a function threw (`torn`), the data may hold what no later node has
 *   seen. The recompute then starts from initial data, and its answer counts as "anything may have changed".
 */
import { type Cause, type Reason, type RecomputeRecord, reasonChain } from "./cause.ts";
import { GraphError, type RunError } from "./errors.ts";
import {
  type AnyHandler,
  type GraphNode,
  type InputNode,
  type Reading,
  type RunNode,
  unchanged,
} from "./node.ts";
import { RunResult } from "./result.ts";
import { connect, type Edge, reason, type Slot, type State } from "./slot.ts";

export interface Clock {
  /** Milliseconds since the epoch: the time of causes. */
  now(): number;
  /** Milliseconds from any fixed point, never going back: durations. */
  elapsed(): number;
}

export interface EngineOptions {
  readonly clock?: Clock;
  /** How many recomputes to remember; default 256. */
  readonly history?: number;
  /** A function of a node that takes longer is told to `log`; default 500, as in OVN. */
  readonly computeLogThresholdMs?: number;
  readonly log?: (message: string) => void;
}

export interface PushOptions {
  /** What to call this change in reasons. */
  readonly cause?: string;
  /** The batch is the whole content: it is applied to initial data. This also heals an input whose `apply` threw. */
  readonly reset?: boolean;
}

const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

export class Engine {
  readonly #slots: readonly Slot[];
  readonly #byNode = new Map<GraphNode, Slot>();
  readonly #clock: Clock;
  readonly #historySize: number;
  readonly #history: RecomputeRecord[] = [];
  readonly #log: ((message: string) => void) | undefined;
  /** See EngineOptions; may be changed at any time. */
  computeLogThresholdMs: number;
  #seq = 0;
  #runs = 0;
  #remembered = 0;
  #running = false;
  #allowRecompute = true;
  #errors: RunError[] = [];
  #slow: string[] = [];

  /** @throws GraphError cycle, duplicate-name, unknown-input */
  constructor(outputs: readonly GraphNode[], options: EngineOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#historySize = options.history ?? 256;
    this.#log = options.log;
    this.computeLogThresholdMs = options.computeLogThresholdMs ?? 500;
    this.#slots = connect(outputs, this.#cause("engine", "first run"));
    for (const slot of this.#slots) this.#byNode.set(slot.node, slot);
  }

  /** Hands a batch to an input node; it is applied in the next run, in the order of the pushes. */
  push<B>(node: InputNode<unknown, unknown, B>, batch: NoInfer<B>, options: PushOptions = {}): Cause {
    const slot = this.#idleSlot(node);
    const cause = this.#cause(node.name, options.cause ?? "update");
    slot.pushes.push({ batch, cause, reset: options.reset ?? false });
    return cause;
  }

  /** The outside that a run node asks may have changed: its `run` is called in the next run. */
  poke(node: RunNode<unknown, unknown>, label: string): Cause {
    const slot = this.#idleSlot(node);
    slot.poke = this.#cause(node.name, label);
    return slot.poke;
  }

  /** Forces a recompute of every node, from initial data, in the next run. */
  recompute(label: string): Cause {
    this.#assertIdle();
    const cause = this.#cause("engine", label);
    for (const slot of this.#slots) {
      if (slot.node.kind === "input") continue;
      slot.pending = reason(slot.node.name, "forced recompute", cause);
      slot.torn = true;
    }
    return cause;
  }

  /** Something waits for a run: pushes, pokes, or nodes that are not valid. */
  get needsRun(): boolean {
    return this.#slots.some(
      (slot) => slot.pushes.length > 0 || slot.poke !== undefined || slot.pending !== undefined,
    );
  }

  /**
   * Brings every node up to date.
   * @param options.allowRecompute false: a node that would have to be recomputed is canceled, and everything after
   * it; the next run in which recomputes are allowed makes up for it
   */
  run(options: { readonly allowRecompute?: boolean } = {}): RunResult {
    this.#assertIdle();
    this.#running = true;
    this.#runs++;
    this.#allowRecompute = options.allowRecompute ?? true;
    this.#errors = [];
    try {
      for (const slot of this.#slots) this.#step(slot);
    } finally {
      this.#running = false;
    }
    const result = this.#settle();
    for (const message of this.#slow.splice(0)) this.#log?.(message);
    return result;
  }

  /** The data of a node as of the last run. They are up to date if the node is `valid`. */
  data<D>(node: GraphNode<D, unknown>): Reading<D> {
    // The slot was made from this very node's `data`, so the value is a D.
    return this.#slot(node).context.data as Reading<D>;
  }

  state(node: GraphNode): State {
    return this.#slot(node).state;
  }

  /** The remembered recomputes, oldest first. */
  history(): readonly RecomputeRecord[] {
    const oldest = this.#remembered % this.#historySize;
    return [...this.#history.slice(oldest), ...this.#history.slice(0, oldest)];
  }

  #step(slot: Slot): void {
    if (slot.node.kind === "input") {
      this.#applyPushes(slot);
      return;
    }
    const blocker = slot.edges.find((edge) => !isValid(edge.from));
    const changed = slot.edges.some((edge) => edge.from.state === "updated");
    const need = slot.pending ?? (changed ? needFromInputs(slot) : undefined);
    if (blocker !== undefined) this.#block(slot, blocker);
    else if (need !== undefined) this.#recompute(slot, need);
    else if (slot.poke !== undefined) this.#ask(slot, slot.poke);
    else if (changed) this.#handle(slot);
    else slot.state = "unchanged";
  }

  /** An input's step: applies what was pushed. */
  #applyPushes(slot: Slot): void {
    const { node, context, pushes } = slot;
    if (pushes.length === 0) {
      slot.state = slot.pending === undefined ? "unchanged" : "stale";
      return;
    }
    slot.pushes = [];
    slot.ran = true;
    slot.tracked = true;
    let state: State = "unchanged";
    const started = this.#clock.elapsed();
    for (const push of pushes) {
      if (slot.pending !== undefined && !push.reset) continue;
      context.cause = push.cause;
      if (push.reset) {
        context.data = node.data();
        slot.pending = undefined;
        this.#loseTrack(slot, reason(node.name, "its whole content was replaced", push.cause));
        state = "updated";
      }
      try {
        const answer = node.apply?.(push.batch, context);
        if (answer === undefined || answer.kind === "unchanged") continue;
        state = "updated";
        if (answer.kind === "unhandled") {
          this.#loseTrack(slot, reason(node.name, answer.reason, answer.cause ?? push.cause));
        }
      } catch (error) {
        this.#fail(slot, "apply", error, reason(node.name, "its apply threw", push.cause));
      }
    }
    const ms = this.#clock.elapsed() - started;
    slot.counters.compute++;
    slot.counters.time(ms);
    this.#noteSlow(ms, node.name, "apply", context.cause.label);
    this.#answer(slot, slot.pending === undefined ? state : "stale");
  }

  #loseTrack(slot: Slot, why: Reason): void {
    slot.tracked = false;
    slot.because = why;
  }

  /** An input is not valid, so the node cannot run; what it would have been told of now is made up for later. */
  #block(slot: Slot, blocker: Edge): void {
    for (const edge of slot.edges) {
      if (edge.from.state !== "updated" || edge.noop !== undefined) continue;
      slot.pending ??= reason(
        slot.node.name,
        `${edge.from.node.name} changed while ${blocker.from.node.name} was ${blocker.from.state}`,
        edge.from.context.cause,
        edge,
      );
    }
    slot.state = "canceled";
    slot.counters.cancel++;
  }

  #recompute(slot: Slot, why: Reason): void {
    slot.pending = why;
    if (!this.#allowRecompute) {
      slot.state = "canceled";
      slot.counters.cancel++;
      this.#remember(slot, why, "canceled", 0);
      return;
    }
    slot.counters.recompute++;
    slot.context.cause = why.cause;
    const ms = this.#callRun(slot, why);
    this.#remember(
      slot,
      why,
      slot.state === "stale" || slot.state === "canceled" ? "failed" : slot.state,
      ms,
    );
  }

  /** A poked run node's step. */
  #ask(slot: Slot, cause: Cause): void {
    slot.counters.compute++;
    slot.context.cause = cause;
    this.#callRun(slot, reason(slot.node.name, "poked", cause));
  }

  /** Calls `run` and takes its answer. */
  #callRun(slot: Slot, why: Reason): number {
    const { node, context, torn } = slot;
    if (torn) {
      context.data = node.data();
      context.changes = node.changes?.();
    }
    slot.ran = true;
    slot.torn = true;
    const started = this.#clock.elapsed();
    try {
      const answer = node.run?.(context) ?? unchanged;
      slot.torn = false;
      slot.pending = undefined;
      slot.poke = undefined;
      slot.tracked = node.changes === undefined || (answer.kind === "updated" && answer.tracked && !torn);
      slot.because = why;
      this.#answer(slot, torn ? "updated" : answer.kind);
    } catch (error) {
      this.#fail(slot, "run", error, reason(node.name, "its run threw", why.cause));
    }
    const ms = this.#clock.elapsed() - started;
    slot.counters.time(ms);
    this.#noteSlow(ms, node.name, "recompute", why.text);
    return ms;
  }

  /** Some inputs changed, and each has a handler that can be told exactly what. */
  #handle(slot: Slot): void {
    const { context, counters } = slot;
    let state: State = "unchanged";
    let cause = context.cause;
    let total = 0;
    slot.ran = true;
    slot.tracked = true;
    counters.compute++;
    for (const edge of slot.edges) {
      if (edge.from.state !== "updated" || edge.handler === undefined) continue;
      context.input = edge.from.context;
      context.cause = edge.from.context.cause;
      const started = this.#clock.elapsed();
      const answer = this.#callHandler(slot, edge, edge.handler);
      const ms = this.#clock.elapsed() - started;
      total += ms;
      this.#noteSlow(ms, slot.node.name, edge.handlerName ?? edge.key, "compute");
      if (answer === undefined) return;
      if (answer.kind === "unhandled") {
        counters.compute--;
        slot.torn = true;
        const why = reason(slot.node.name, answer.reason, answer.cause ?? context.cause, edge);
        this.#recompute(slot, why);
        return;
      }
      if (answer.kind === "updated") {
        state = "updated";
        cause = context.cause;
      }
    }
    context.cause = cause;
    counters.time(total);
    this.#answer(slot, state);
  }

  #callHandler(slot: Slot, edge: Edge, handler: AnyHandler): ReturnType<AnyHandler> | undefined {
    try {
      return handler(slot.context);
    } catch (error) {
      const name = edge.handlerName ?? edge.key;
      this.#fail(slot, name, error, reason(slot.node.name, "its handler threw", slot.context.cause, edge));
      return undefined;
    }
  }

  #answer(slot: Slot, state: State): void {
    slot.state = state;
    if (state === "updated") slot.counters.updated++;
  }

  #fail(slot: Slot, where: string, error: unknown, why: Reason): void {
    slot.state = "stale";
    slot.pending = why;
    slot.torn = true;
    this.#errors.push({ node: slot.node.name, where, error, cause: why.cause });
  }

  #remember(slot: Slot, why: Reason, outcome: RecomputeRecord["outcome"], ms: number): void {
    this.#history[this.#remembered++ % this.#historySize] = {
      run: this.#runs,
      time: this.#clock.now(),
      node: slot.node.name,
      outcome,
      ms,
      chain: reasonChain(why),
      cause: why.cause,
    };
  }

  #noteSlow(ms: number, node: string, what: string, why: string): void {
    if (ms <= this.computeLogThresholdMs) return;
    this.#slow.push(`node: ${node}, ${what} (${why}) took ${Math.round(ms)}ms`);
  }

  /** Moves the tracked changes of this run into its result: the one place where they are cleared. */
  #settle(): RunResult {
    const updatedNodes = new Map<GraphNode, unknown>();
    let ran = false;
    let canceled = false;
    for (const slot of this.#slots) {
      if (!isValid(slot)) canceled = true;
      if (slot.state === "updated")
        updatedNodes.set(slot.node, slot.tracked ? slot.context.changes : undefined);
      if (!slot.ran) continue;
      ran = true;
      slot.ran = false;
      slot.context.changes = slot.node.changes?.();
    }
    return new RunResult(ran, canceled, this.#errors, updatedNodes);
  }

  #cause(source: string, label: string): Cause {
    return { seq: ++this.#seq, time: this.#clock.now(), source, label, key: undefined };
  }

  #slot(node: GraphNode): Slot {
    const slot = this.#byNode.get(node);
    if (slot === undefined) throw new GraphError("unknown-node", `node ${node.name} is not in this graph`);
    return slot;
  }

  #idleSlot(node: GraphNode): Slot {
    this.#assertIdle();
    return this.#slot(node);
  }

  #assertIdle(): void {
    if (this.#running)
      throw new GraphError("busy", "a node's function called its engine; it may only use its context");
  }
}

function isValid(slot: Slot): boolean {
  return slot.state === "updated" || slot.state === "unchanged";
}

/** The first updated input whose changes no handler can be told of. */
function needFromInputs(slot: Slot): Reason | undefined {
  for (const edge of slot.edges) {
    if (edge.from.state !== "updated" || edge.noop !== undefined) continue;
    const { name } = edge.from.node;
    if (edge.handler === undefined) {
      return reason(slot.node.name, `no handler for ${name}`, edge.from.context.cause, edge);
    }
    if (!edge.from.tracked) {
      return reason(slot.node.name, `anything may have changed in ${name}`, edge.from.context.cause, edge);
    }
  }
  return undefined;
}
