/**
 * The engine: keeps the data of a graph of nodes up to date.
 *
 * Invariants
 * - Nodes run in topological order, each at most once a run; the topology never changes.
 * - A node is valid (updated, unchanged) exactly when its data are equal to those of a recompute. Otherwise the node is stale
 *   or canceled, no later node runs, and `pending` is the reason of the recompute that will make the node valid.
 * - A change that a node could not take in (the node was canceled, or threw) becomes its `pending` recompute. So tracked
 *   changes never outlive their run: `#settle` moves them into the result, and no other code clears them.
 * - When a handler gives up half way or a function throws, the data of the node are dirty: they may contain changes that no
 *   later node has seen. The recompute then starts from initial data, and counts as "anything may have changed".
 */
import type { Cause, Reason } from "./cause.ts";
import type { AnyFunction, GraphNode, HandlerResult, InputNode, Reading, RunNode } from "./node.ts";
import type { EngineObserver } from "./observer.ts";
import { type RunError, RunResult } from "./result.ts";
import { connect, type Edge, GraphError, type Slot } from "./slot.ts";

export interface EngineOptions {
  /** Milliseconds since the epoch: the time of causes. */
  readonly now?: () => number;
  /** Milliseconds of a clock that never goes back, for the durations that the observer gets. */
  readonly elapsed?: () => number;
  readonly observer?: EngineObserver;
}

export interface PushOptions {
  /** The name of this change in reasons. */
  readonly label?: string;
  /** True: the batch is the whole content, and is applied to initial data. It also repairs an input whose `apply` threw. */
  readonly reset?: boolean;
}

const NO_TIME = () => 0;

export class Engine {
  readonly outputs: readonly GraphNode[];
  /** In topological order; for inspection. */
  readonly slots: ReadonlyMap<GraphNode, Slot>;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #observer: EngineObserver | undefined;
  #errors: RunError[] = [];
  #seq = 0;
  #needsRun = true;
  #running = false;
  #allowRecompute = true;

  /** @throws GraphError cycle, duplicate-name, unknown-input */
  constructor(outputs: readonly GraphNode[], options: EngineOptions = {}) {
    this.#now = options.now ?? NO_TIME;
    this.#elapsed = options.elapsed ?? NO_TIME;
    this.#observer = options.observer;
    this.outputs = outputs;
    this.slots = connect(outputs, this.#cause("engine", "first run"));
  }

  /** Hands a batch to an input node. Batches are applied by the next run, in the order of their pushes. */
  push<B>(node: InputNode<unknown, unknown, B>, batch: NoInfer<B>, options: PushOptions = {}): Cause {
    const cause = this.#cause(node.name, options.label ?? "update");
    this.#slot(node).pushes.push({ batch, cause, reset: options.reset ?? false });
    return cause;
  }

  /** Tells that the source of a run node may have changed: the next run calls its `run`. */
  poke(node: RunNode<unknown, unknown>, label: string): Cause {
    const cause = this.#cause(node.name, label);
    this.#slot(node).poke = cause;
    return cause;
  }

  /** Makes the next run recompute every node; each later node then assumes that anything may have changed. */
  recompute(label: string): Cause {
    const cause = this.#cause("engine", label);
    for (const slot of this.slots.values()) {
      if (slot.node.kind === "input") continue;
      slot.pending = slot.reason("forced recompute", cause);
      if (slot.dirty === "nothing") slot.dirty = "changes";
    }
    return cause;
  }

  /** True: a push, poke or recompute waits for a run. The result of the last run says whether nodes are canceled. */
  get needsRun(): boolean {
    return this.#needsRun;
  }

  /**
   * Brings every node up to date.
   * @param options.allowRecompute false: a node that needs a recompute is canceled, with all nodes that depend on it, until the
   * next run that allows recomputes
   */
  run(options: { readonly allowRecompute?: boolean } = {}): RunResult {
    this.#assertIdle();
    this.#running = true;
    this.#needsRun = false;
    this.#allowRecompute = options.allowRecompute ?? true;
    for (const slot of this.slots.values()) {
      if (slot.node.kind === "input") this.#applyPushes(slot);
      else this.#step(slot);
    }
    this.#running = false;
    return this.#settle();
  }

  /** Whether the data of the node are equal to those of a recompute. */
  isValid(node: GraphNode): boolean {
    return this.#slot(node).isValid;
  }

  /** The data of a node, up to date if the node is valid. */
  data<D>(node: GraphNode<D, unknown>): Reading<D> {
    // The slot holds what this very node's `data` made, so it is a D.
    return this.#slot(node).context.data as Reading<D>;
  }

  #applyPushes(slot: Slot): void {
    const { node, context, pushes } = slot;
    slot.state = slot.pending === undefined ? "unchanged" : "stale";
    if (pushes.length > 0) slot.untracked = undefined;
    for (const { batch, cause, reset } of pushes) {
      // After a failed batch only the whole content makes sense, and no later batch.
      if (slot.pending !== undefined && !reset) continue;
      if (reset) {
        slot.pending = undefined;
        slot.untracked = slot.reason("its content was replaced", cause);
        context.data = node.data();
        context.cause = cause;
      }
      const result = this.#call(slot, (own) => node.apply?.(batch, own), "apply", cause);
      if (result === undefined) continue;
      if (result.kind !== "unchanged" || reset) slot.state = "updated";
      if (result.kind === "unhandled") slot.untracked = slot.reason(result.reason, cause);
    }
    if (pushes.length > 0) slot.pushes = [];
  }

  #step(slot: Slot): void {
    let blocker: Slot | undefined;
    let changed: Edge | undefined;
    let need = slot.pending;
    for (const edge of slot.edges) {
      if (!edge.from.isValid) blocker = edge.from;
      if (edge.from.state !== "updated" || typeof edge.handler === "object") continue;
      changed = edge;
      if (edge.handler === undefined) need ??= slot.reasonOf(edge, "no handler for");
      else if (edge.from.untracked !== undefined) need ??= slot.reasonOf(edge, "untracked change of");
    }
    if (blocker !== undefined && changed !== undefined) {
      need ??= slot.reasonOf(changed, `${blocker.node.name} was not valid at a change of`);
    }
    if (blocker !== undefined) slot.cancel(need);
    else if (need !== undefined) this.#recompute(slot, need);
    else if (slot.poke !== undefined) this.#runNode(slot, slot.reason("poked", slot.poke));
    else if (changed !== undefined) this.#handle(slot);
    else slot.state = "unchanged";
  }

  /** Recomputes the node, if that is allowed. */
  #recompute(slot: Slot, reason: Reason): void {
    const started = this.#observer === undefined ? 0 : this.#elapsed();
    if (this.#allowRecompute) this.#runNode(slot, reason);
    else slot.cancel(reason);
    this.#observer?.recomputed(slot, reason, this.#elapsed() - started);
  }

  #runNode(slot: Slot, reason: Reason): void {
    const { node, context } = slot;
    const anything = slot.dirty !== "nothing";
    if (slot.dirty === "data") {
      // The source of a run node may not repeat its answers, so a run node keeps its data.
      if (node.kind !== "run") context.data = node.data();
      context.changes = node.changes?.();
    }
    if (anything) context.cause = reason.cause;
    const result = this.#call(slot, (own) => node.run?.(own), "run", reason.cause);
    if (result === undefined) return;
    slot.state = anything || result.kind !== "unchanged" ? "updated" : "unchanged";
    const tracked = node.changes === undefined || (!anything && result.kind === "updated" && result.tracked);
    slot.untracked = tracked ? undefined : reason;
    slot.dirty = "nothing";
    slot.pending = undefined;
    slot.poke = undefined;
  }

  /** Tells the node of every input that was updated. */
  #handle(slot: Slot): void {
    const { context } = slot;
    let state: Slot["state"] = "unchanged";
    for (const edge of slot.edges) {
      if (edge.from.state !== "updated" || typeof edge.handler !== "function") continue;
      context.input = edge.from.context;
      const result = this.#call(slot, edge.handler, edge.handlerName, edge.from.context.cause, edge);
      if (result === undefined) return;
      if (result.kind === "unhandled") {
        slot.dirty = "data";
        this.#recompute(slot, slot.reason(result.reason, result.cause ?? context.cause, edge));
        return;
      }
      if (result.kind === "updated") state = "updated";
    }
    slot.state = state;
    slot.untracked = undefined;
  }

  /** Calls a node's function. If it throws, the node is stale, its data are dirty, and there is no result. */
  #call(slot: Slot, f: AnyFunction, where: string, cause: Cause, edge?: Edge): HandlerResult | undefined {
    const started = this.#observer === undefined ? 0 : this.#elapsed();
    const result = this.#try(slot, f, where, cause, edge);
    this.#observer?.called(slot, where, cause, this.#elapsed() - started);
    return result;
  }

  #try(
    slot: Slot,
    f: AnyFunction,
    where: string,
    cause: Cause,
    edge: Edge | undefined,
  ): HandlerResult | undefined {
    const { context } = slot;
    const { cause: before } = context;
    slot.ran = true;
    context.cause = cause;
    try {
      const result = f(context);
      if (result?.kind === "unchanged") context.cause = before;
      return result;
    } catch (error) {
      slot.state = "stale";
      slot.dirty = "data";
      slot.pending = slot.reason(`its ${where} threw`, cause, edge);
      this.#errors.push({ node: slot.node.name, where, error, cause });
      return undefined;
    }
  }

  #settle(): RunResult {
    const updated = new Map<GraphNode, unknown>();
    let canceled = false;
    for (const slot of this.slots.values()) {
      const { node, context, untracked } = slot;
      if (!slot.isValid) canceled = true;
      if (slot.state === "updated") updated.set(node, untracked === undefined ? context.changes : undefined);
      if (slot.ran) context.changes = node.changes?.();
      slot.ran = false;
    }
    this.#observer?.ran(this.slots.values());
    return new RunResult(updated, canceled, this.#errors.splice(0));
  }

  /** The cause of a push, a poke or a recompute. */
  #cause(source: string, label: string): Cause {
    this.#assertIdle();
    this.#needsRun = true;
    return { seq: ++this.#seq, time: this.#now(), source, label, key: undefined };
  }

  #slot(node: GraphNode): Slot {
    const slot = this.slots.get(node);
    if (slot === undefined) throw new GraphError("unknown-node", `node ${node.name} is not in this graph`);
    return slot;
  }

  #assertIdle(): void {
    if (this.#running) throw new GraphError("busy", "a node's function may use its context, not its engine");
  }
}
