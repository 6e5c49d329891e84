/**
 * The engine: keeps the data of a graph of nodes up to date.
 *
 * Invariants
 * - Nodes run in topological order, each at most once a run; the topology never changes.
 * - A node is valid (updated, unchanged) exactly when its data are what a recompute would give. Otherwise it is stale
 *   or canceled, no node after it runs, and `pending` tells of the recompute that will make it valid.
 * - A change that a node could not take in (it was canceled, it threw) becomes its `pending` recompute. So tracked
 *   changes never outlive their run: `#settle` moves them into the result, and nothing else clears them.
 * - After a handler gave up half way or a function threw, the node is `torn`: its data may hold what no node after it
 *   has seen. Its recompute then starts from initial data and counts as "anything may have changed".
 */
import type { Cause, Reason, RecomputeRecord } from "./cause.ts";
import {
  type AnyHandler,
  type GraphNode,
  type InputNode,
  type Reading,
  type RunNode,
  unchanged,
} from "./node.ts";
import { type RunError, RunResult } from "./result.ts";
import { connect, type Edge, GraphError, type Slot, type State } from "./slot.ts";
import { Counters } from "./stats.ts";

export interface EngineOptions {
  /** Milliseconds since the epoch: the time of causes. */
  now?: () => number;
  /** Milliseconds since any moment, never going back: durations. */
  elapsed?: () => number;
  /** How many recomputes `history` remembers; default 256. */
  history?: number;
  /** Function calls that take longer are told to `log`; default 500, as in OVN. */
  computeLogThresholdMs?: number;
  /** Must not throw. */
  log?: (message: string) => void;
}

const defaults: Required<EngineOptions> = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  history: 256,
  computeLogThresholdMs: 500,
  log: () => {},
};

export interface PushOptions {
  /** What reasons call this change. */
  readonly cause?: string;
  /** The batch is the whole content, to be applied to initial data. It also heals an input whose `apply` threw. */
  readonly reset?: boolean;
}

export class Engine {
  /** May be changed at any time. */
  readonly options: Required<EngineOptions>;
  readonly #outputs: readonly GraphNode[];
  readonly #slots: ReadonlyMap<GraphNode, Slot>;
  readonly #history: RecomputeRecord[] = [];
  #errors: RunError[] = [];
  #seq = 0;
  #runs = 0;
  #needsRun = true;
  #running = false;
  #allowRecompute = true;

  /** @throws GraphError cycle, duplicate-name, unknown-input */
  constructor(outputs: readonly GraphNode[], options: EngineOptions = {}) {
    this.options = { ...defaults, ...options };
    this.#outputs = outputs;
    this.#slots = connect(outputs, this.#cause("engine", "first run"));
  }

  /** Hands a batch to an input node. Batches are applied by the next run, in the order of their pushes. */
  push<B>(node: InputNode<unknown, unknown, B>, batch: NoInfer<B>, options: PushOptions = {}): Cause {
    const cause = this.#cause(node.name, options.cause ?? "update");
    this.#slot(node).pushes.push({ batch, cause, reset: options.reset ?? false });
    return cause;
  }

  /** What a run node asks may have changed: the next run calls its `run`. */
  poke(node: RunNode<unknown, unknown>, label: string): Cause {
    const cause = this.#cause(node.name, label);
    this.#slot(node).poke = cause;
    return cause;
  }

  /** Makes the next run recompute every node from initial data. */
  recompute(label: string): Cause {
    const cause = this.#cause("engine", label);
    for (const slot of this.#slots.values()) {
      if (slot.node.kind === "input") continue;
      slot.pending = slot.reason("forced recompute", cause);
      slot.torn = true;
    }
    return cause;
  }

  /** Something was asked for since the last run. (Whether nodes were left behind is in that run's result.) */
  get needsRun(): boolean {
    return this.#needsRun;
  }

  /**
   * Brings every node up to date.
   * @param options.allowRecompute false: a node that needs a recompute is canceled, with all that depends on it, and
   * the next run that allows recomputes makes up for it
   */
  run(options: { readonly allowRecompute?: boolean } = {}): RunResult {
    this.#assertIdle();
    this.#running = true;
    this.#needsRun = false;
    this.#runs++;
    this.#allowRecompute = options.allowRecompute ?? true;
    for (const slot of this.#slots.values()) {
      if (slot.node.kind === "input") this.#applyPushes(slot);
      else this.#step(slot);
    }
    this.#running = false;
    return this.#settle();
  }

  /** A node's data. They are up to date if the node is valid. */
  data<D>(node: GraphNode<D, unknown>): Reading<D> {
    // The slot holds what this very node's `data` made, so it is a D.
    return this.#slot(node).context.data as Reading<D>;
  }

  isValid(node: GraphNode): boolean {
    return this.#slot(node).isValid;
  }

  /** The remembered recomputes, oldest first. */
  get history(): readonly RecomputeRecord[] {
    return this.#history;
  }

  /** For inspection: the places of all nodes, in topological order. */
  get slots(): readonly Readonly<Slot>[] {
    return [...this.#slots.values()];
  }

  clearStats(): void {
    for (const slot of this.#slots.values()) slot.counters = new Counters();
  }

  /**
   * An engine of the same nodes that has seen nothing, to be filled and given to `verify`. Its run nodes keep the
   * answers that this engine's got: what they ask is outside, and a second question may have another answer.
   */
  scratch(): Engine {
    const scratch = new Engine(this.#outputs, { now: this.options.now });
    for (const slot of scratch.#slots.values()) {
      if (slot.node.kind !== "run") continue;
      slot.context.data = this.#slot(slot.node).context.data;
      slot.edges = [];
      slot.pending = undefined;
    }
    return scratch;
  }

  #applyPushes(slot: Slot): void {
    slot.state = slot.pending === undefined ? "unchanged" : "stale";
    if (slot.pushes.length === 0) return;
    slot.tracked = true;
    slot.counters.compute++;
    for (const push of slot.pushes.splice(0)) {
      // What follows a failed batch makes no sense without it; only the whole content does.
      if (push.reset || slot.pending === undefined) this.#apply(slot, push);
    }
  }

  #apply(slot: Slot, { batch, cause, reset }: Slot["pushes"][number]): void {
    const { node, context } = slot;
    if (reset) {
      context.data = node.data();
      slot.pending = undefined;
    }
    const answer = this.#call(slot, "apply", cause, (own) => node.apply?.(batch, own) ?? unchanged);
    if (answer === undefined || (answer.kind === "unchanged" && !reset)) return;
    slot.state = "updated";
    if (answer.kind !== "unhandled" && !reset) return;
    slot.tracked = false;
    slot.because = slot.reason(
      answer.kind === "unhandled" ? answer.reason : "its content was replaced",
      cause,
    );
  }

  #step(slot: Slot): void {
    let blocker: Slot | undefined;
    let changed: Edge | undefined;
    let need = slot.pending;
    for (const edge of slot.edges) {
      if (!edge.from.isValid) blocker = edge.from;
      if (edge.from.state !== "updated" || edge.noop !== undefined) continue;
      changed = edge;
      if (edge.handler === undefined) need ??= reasonOf(slot, edge, "no handler for");
      else if (!edge.from.tracked) need ??= reasonOf(slot, edge, "untracked change of");
    }
    if (blocker !== undefined) {
      if (changed !== undefined)
        need ??= reasonOf(slot, changed, `blocked by ${blocker.name} at a change of`);
      this.#cancel(slot, need);
    } else if (need !== undefined) {
      this.#recompute(slot, need);
    } else if (slot.poke !== undefined) {
      slot.counters.compute++;
      this.#runNode(slot, slot.reason("poked", slot.poke));
    } else if (changed !== undefined) {
      this.#handle(slot);
    } else {
      slot.state = "unchanged";
    }
  }

  #cancel(slot: Slot, pending: Reason | undefined): void {
    slot.pending = pending;
    slot.state = "canceled";
    slot.counters.cancel++;
  }

  #recompute(slot: Slot, reason: Reason): void {
    const { elapsed, now, history } = this.options;
    const started = elapsed();
    if (this.#allowRecompute) {
      slot.counters.recompute++;
      this.#runNode(slot, reason);
    } else {
      this.#cancel(slot, reason);
    }
    const outcome = slot.state === "stale" ? "failed" : slot.state;
    this.#history.push({ run: this.#runs, time: now(), outcome, durationMs: elapsed() - started, reason });
    if (this.#history.length > history) this.#history.shift();
  }

  #runNode(slot: Slot, reason: Reason): void {
    const { node, context, torn } = slot;
    // What a run node was told may not be told again, so it keeps its data.
    if (torn && node.kind !== "run") {
      context.data = node.data();
      context.changes = node.changes?.();
    }
    const answer = this.#call(slot, "run", reason.cause, (own) => node.run?.(own) ?? unchanged);
    if (answer === undefined) return;
    slot.state = torn || answer.kind !== "unchanged" ? "updated" : "unchanged";
    slot.tracked = node.changes === undefined || (!torn && answer.kind === "updated" && answer.tracked);
    slot.because = reason;
    slot.torn = false;
    slot.pending = undefined;
    slot.poke = undefined;
  }

  /** Tells the node of every input that was updated. */
  #handle(slot: Slot): void {
    const { context } = slot;
    let state: State = "unchanged";
    let { cause } = context;
    for (const edge of slot.edges) {
      if (edge.from.state !== "updated" || edge.handler === undefined) continue;
      context.input = edge.from.context;
      const answer = this.#call(slot, edge.handlerName, edge.from.context.cause, edge.handler, edge);
      if (answer === undefined) return;
      if (answer.kind === "unhandled") {
        slot.torn = true;
        this.#recompute(slot, slot.reason(answer.reason, answer.cause ?? context.cause, edge));
        return;
      }
      if (answer.kind === "unchanged") continue;
      state = "updated";
      cause = context.cause;
    }
    context.cause = cause;
    slot.state = state;
    slot.tracked = true;
    slot.counters.compute++;
  }

  /** Calls a node's function. If it throws, the node is torn and stale, and there is no answer. */
  #call(
    slot: Slot,
    name: string,
    cause: Cause,
    f: AnyHandler,
    edge?: Edge,
  ): ReturnType<AnyHandler> | undefined {
    const { elapsed, computeLogThresholdMs, log } = this.options;
    const started = elapsed();
    slot.ran = true;
    slot.context.cause = cause;
    try {
      return f(slot.context);
    } catch (error) {
      slot.state = "stale";
      slot.torn = true;
      slot.pending = slot.reason(`its ${name} threw`, cause, edge);
      this.#errors.push({ node: slot.name, where: name, error, cause });
      return undefined;
    } finally {
      const ms = elapsed() - started;
      slot.counters.time(ms);
      if (ms > computeLogThresholdMs)
        log(`node: ${slot.name}, ${name} (${cause.label}) took ${Math.round(ms)}ms`);
    }
  }

  #settle(): RunResult {
    const updated = new Map<GraphNode, unknown>();
    let [ran, canceled] = [false, false];
    for (const slot of this.#slots.values()) {
      if (!slot.isValid) canceled = true;
      if (slot.state === "updated") {
        updated.set(slot.node, slot.tracked ? slot.context.changes : undefined);
        slot.counters.updated++;
      }
      if (!slot.ran) continue;
      ran = true;
      slot.ran = false;
      slot.context.changes = slot.node.changes?.();
    }
    return new RunResult(updated, ran, canceled, this.#errors.splice(0));
  }

  /** Every change enters here. */
  #cause(source: string, label: string): Cause {
    this.#assertIdle();
    this.#needsRun = true;
    return { seq: ++this.#seq, time: this.options.now(), source, label, key: undefined };
  }

  #slot(node: GraphNode): Slot {
    const slot = this.#slots.get(node);
    if (slot === undefined) throw new GraphError("unknown-node", `node ${node.name} is not in this graph`);
    return slot;
  }

  #assertIdle(): void {
    if (this.#running)
      throw new GraphError("busy", "a node's function used its engine; it has its context alone");
  }
}

function reasonOf(slot: Slot, edge: Edge, what: string): Reason {
  return slot.reason(`${what} ${edge.from.name}`, edge.from.context.cause, edge);
}
