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
import { describe, type Graph } from "./describe.ts";
import {
  type AnyHandler,
  type GraphNode,
  type InputNode,
  type Reading,
  type RunNode,
  unchanged,
} from "./node.ts";
import { type RunError, RunResult } from "./result.ts";
import { connect, type Edge, GraphError, type Push, reasonFor, type Slot, type State } from "./slot.ts";

export interface EngineOptions {
  /** Milliseconds since the epoch: the time of causes. */
  readonly now?: () => number;
  /** Milliseconds since any moment, never going back: durations. */
  readonly elapsed?: () => number;
  /** How many recomputes `history` remembers; default 256. */
  readonly history?: number;
  /** Function calls that take longer are told to `log`; default 500, as in OVN. */
  readonly computeLogThresholdMs?: number;
  readonly log?: (message: string) => void;
}

export interface PushOptions {
  /** What reasons call this change. */
  readonly cause?: string;
  /** The batch is the whole content, to be applied to initial data. It also heals an input whose `apply` threw. */
  readonly reset?: boolean;
}

export class Engine {
  /** May be changed at any time. */
  computeLogThresholdMs: number;
  readonly #outputs: readonly GraphNode[];
  readonly #slots: ReadonlyMap<GraphNode, Slot>;
  readonly #historySize: number;
  readonly #log: (message: string) => void;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #history: RecomputeRecord[] = [];
  #seq = 0;
  #runs = 0;
  #running = false;
  #waiting = true;
  #allowRecompute = true;
  #errors: RunError[] = [];
  #slow: string[] = [];

  /** @throws GraphError cycle, duplicate-name, unknown-input */
  constructor(outputs: readonly GraphNode[], options: EngineOptions = {}) {
    this.#now = options.now ?? Date.now;
    this.#elapsed = options.elapsed ?? (() => performance.now());
    this.#historySize = options.history ?? 256;
    this.#log = options.log ?? (() => {});
    this.computeLogThresholdMs = options.computeLogThresholdMs ?? 500;
    this.#outputs = outputs;
    this.#slots = connect(outputs, this.#cause("engine", "first run"));
  }

  /** Hands a batch to an input node. Batches are applied by the next run, in the order of their pushes. */
  push<B>(node: InputNode<unknown, unknown, B>, batch: NoInfer<B>, options: PushOptions = {}): Cause {
    const cause = this.#request(node.name, options.cause ?? "update");
    this.#slot(node).pushes.push({ batch, cause, reset: options.reset ?? false });
    return cause;
  }

  /** What a run node asks may have changed: the next run calls its `run`. */
  poke(node: RunNode<unknown, unknown>, label: string): Cause {
    const cause = this.#request(node.name, label);
    this.#slot(node).poke = cause;
    return cause;
  }

  /** Makes the next run recompute every node from initial data. */
  recompute(label: string): Cause {
    const cause = this.#request("engine", label);
    for (const slot of this.#slots.values()) {
      if (slot.node.kind === "input") continue;
      slot.pending = reasonFor(slot.node, "forced recompute", cause);
      slot.torn = true;
    }
    return cause;
  }

  /** Something was asked for since the last run. (Whether nodes were left behind is in that run's result.) */
  get needsRun(): boolean {
    return this.#waiting;
  }

  /**
   * Brings every node up to date.
   * @param options.allowRecompute false: a node that needs a recompute is canceled, with all that depends on it, and
   * the next run that allows recomputes makes up for it
   */
  run(options: { readonly allowRecompute?: boolean } = {}): RunResult {
    this.#assertIdle();
    this.#running = true;
    this.#waiting = false;
    this.#runs++;
    this.#allowRecompute = options.allowRecompute ?? true;
    for (const slot of this.#slots.values()) {
      if (slot.node.kind === "input") this.#applyPushes(slot);
      else this.#step(slot);
    }
    this.#running = false;
    const result = this.#settle();
    for (const message of this.#slow.splice(0)) this.#log(message);
    return result;
  }

  /** A node's data. They are up to date when its state is updated or unchanged. */
  data<D>(node: GraphNode<D, unknown>): Reading<D> {
    // The slot holds what this very node's `data` made, so it is a D.
    return this.#slot(node).context.data as Reading<D>;
  }

  /** The node's data are what a recompute of it would give. */
  isValid(node: GraphNode): boolean {
    return isValid(this.#slot(node));
  }

  /** The remembered recomputes, oldest first. */
  get history(): readonly RecomputeRecord[] {
    return this.#history;
  }

  /** All nodes, in topological order. */
  get nodes(): readonly GraphNode[] {
    return [...this.#slots.keys()];
  }

  /** Nodes and edges as plain data, with live states and counters. */
  graph(): Graph {
    return describe(this.#slots.values(), true);
  }

  /**
   * An engine of the same nodes that has seen nothing, to be filled and given to `verify`. Its run nodes keep the
   * answers that this engine's got: what they ask is outside, and a second question may have another answer.
   */
  scratch(): Engine {
    const scratch = new Engine(this.#outputs, { now: this.#now });
    for (const slot of scratch.#slots.values()) {
      if (slot.node.kind !== "run") continue;
      slot.context.data = this.#slot(slot.node).context.data;
      slot.edges = [];
      slot.pending = undefined;
    }
    return scratch;
  }

  clearStats(): void {
    for (const slot of this.#slots.values()) slot.counters.clear();
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

  #apply(slot: Slot, { batch, cause, reset }: Push): void {
    const { node, context } = slot;
    if (reset) {
      context.data = node.data();
      slot.pending = undefined;
    }
    const answer = this.#call(slot, "apply", cause, (own) => node.apply?.(batch, own) ?? unchanged);
    if (answer === undefined || (answer.kind === "unchanged" && !reset)) return;
    slot.state = "updated";
    if (reset || answer.kind === "unhandled") {
      const text = answer.kind === "unhandled" ? answer.reason : "its whole content was replaced";
      slot.tracked = false;
      slot.because = reasonFor(node, text, cause);
    }
  }

  #step(slot: Slot): void {
    let blocker: Slot | undefined;
    let told: Edge | undefined;
    let need = slot.pending;
    for (const edge of slot.edges) {
      if (!isValid(edge.from)) blocker = edge.from;
      if (edge.from.state !== "updated" || edge.noop !== undefined) continue;
      told = edge;
      need ??= whyNotHandled(slot.node, edge);
    }
    if (blocker !== undefined) {
      const missed = `it could not be told of a change while ${blocker.node.name} was ${blocker.state}`;
      if (told !== undefined) need ??= reasonFor(slot.node, missed, told.from.context.cause, told);
      this.#cancel(slot, need);
    } else if (need !== undefined) this.#recompute(slot, need);
    else if (slot.poke !== undefined) this.#runNode(slot, reasonFor(slot.node, "poked", slot.poke));
    else if (told !== undefined) this.#handle(slot);
    else slot.state = "unchanged";
  }

  #cancel(slot: Slot, pending: Reason | undefined): void {
    slot.pending = pending;
    slot.state = "canceled";
    slot.counters.cancel++;
  }

  #recompute(slot: Slot, reason: Reason): void {
    const started = this.#elapsed();
    if (this.#allowRecompute) {
      slot.counters.recompute++;
      this.#runNode(slot, reason);
    } else {
      this.#cancel(slot, reason);
    }
    const durationMs = this.#elapsed() - started;
    const outcome = slot.state === "stale" ? "failed" : slot.state;
    this.#history.push({ run: this.#runs, time: this.#now(), outcome, durationMs, reason });
    if (this.#history.length > this.#historySize) this.#history.shift();
  }

  #runNode(slot: Slot, reason: Reason): void {
    const { node, context, torn } = slot;
    if (torn) {
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

  #handle(slot: Slot): void {
    const { node, context } = slot;
    let state: State = "unchanged";
    let { cause } = context;
    for (const edge of slot.edges) {
      if (edge.from.state !== "updated" || edge.handler === undefined) continue;
      context.input = edge.from.context;
      const answer = this.#call(slot, edge.handlerName, edge.from.context.cause, edge.handler, edge);
      if (answer === undefined) return;
      if (answer.kind === "unhandled") {
        slot.torn = true;
        this.#recompute(slot, reasonFor(node, answer.reason, answer.cause ?? context.cause, edge));
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
    const { node, context } = slot;
    slot.ran = true;
    context.cause = cause;
    const started = this.#elapsed();
    try {
      return f(context);
    } catch (error) {
      slot.state = "stale";
      slot.torn = true;
      slot.pending = reasonFor(node, `its ${name} threw`, cause, edge);
      this.#errors.push({ node: node.name, where: name, error, cause });
      return undefined;
    } finally {
      const ms = this.#elapsed() - started;
      slot.counters.time(ms);
      if (ms > this.computeLogThresholdMs) {
        this.#slow.push(`node: ${node.name}, ${name} (${cause.label}) took ${Math.round(ms)}ms`);
      }
    }
  }

  #settle(): RunResult {
    const updated = new Map<GraphNode, unknown>();
    let ran = false;
    let canceled = false;
    for (const slot of this.#slots.values()) {
      if (!isValid(slot)) canceled = true;
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

  #request(source: string, label: string): Cause {
    this.#assertIdle();
    this.#waiting = true;
    return this.#cause(source, label);
  }

  #cause(source: string, label: string): Cause {
    return { seq: ++this.#seq, time: this.#now(), source, label, key: undefined };
  }

  #slot(node: GraphNode): Slot {
    const slot = this.#slots.get(node);
    if (slot === undefined) throw new GraphError("unknown-node", `node ${node.name} is not in this graph`);
    return slot;
  }

  #assertIdle(): void {
    if (this.#running)
      throw new GraphError("busy", "a node's function used its engine; it may use its context only");
  }
}

function isValid(slot: Slot): boolean {
  return slot.state === "updated" || slot.state === "unchanged";
}

/** Why `node` cannot be told of the update of an input; undefined if it has a handler for it. */
function whyNotHandled(node: GraphNode, edge: Edge): Reason | undefined {
  const { from } = edge;
  if (edge.handler !== undefined && from.tracked) return undefined;
  const text =
    edge.handler === undefined ? `no handler for ${from.node.name}` : `untracked change of ${from.node.name}`;
  return reasonFor(node, text, from.context.cause, edge);
}
