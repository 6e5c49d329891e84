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
import type { Answer, AnyFunction, GraphNode, InputNode, Reading, RunNode } from "./node.ts";
import { type RunError, RunResult } from "./result.ts";
import { connect, type Edge, GraphError, type Push, type Slot } from "./slot.ts";

export interface EngineOptions {
  /** Milliseconds since the epoch: the time of causes. */
  now?: () => number;
  /** Milliseconds since any moment, never going back: durations. */
  elapsed?: () => number;
  /** How many recomputes `history` remembers; default 256. */
  history?: number;
  /** Function calls that take longer are told to `log`, which must not throw; default 500, as in OVN. */
  computeLogThresholdMs?: number;
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
  readonly outputs: readonly GraphNode[];
  /** In topological order; for inspection. */
  readonly slots: ReadonlyMap<GraphNode, Slot>;
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
    this.outputs = outputs;
    this.slots = connect(outputs, this.#cause("engine", "first run"));
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

  /** Makes the next run recompute every node, and tell the nodes after it that anything may have changed. */
  recompute(label: string): Cause {
    const cause = this.#cause("engine", label);
    for (const slot of this.slots.values()) {
      if (slot.node.kind === "input") continue;
      slot.pending = slot.reason("forced recompute", cause);
      slot.isForced = true;
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
    this.#allowRecompute = options.allowRecompute ?? true;
    this.#runs++;
    for (const slot of this.slots.values()) {
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
    if (reset) {
      slot.pending = undefined;
      slot.context.data = slot.node.data();
    }
    const { cause: before } = slot.context;
    const answer = this.#call(slot, "apply", cause, (own) => slot.node.apply?.(batch, own));
    if (answer === undefined) return;
    if (answer.kind === "unchanged" && !reset) {
      slot.context.cause = before;
      return;
    }
    slot.state = "updated";
    if (answer.kind !== "unhandled" && !reset) return;
    slot.tracked = false;
    const why = answer.kind === "unhandled" ? answer.reason : "its content was replaced";
    slot.because = slot.reason(why, cause);
  }

  #step(slot: Slot): void {
    let blocker: Slot | undefined;
    let changed: Edge | undefined;
    let need = slot.pending;
    for (const edge of slot.edges) {
      if (!edge.from.isValid) blocker = edge.from;
      if (edge.from.state !== "updated" || edge.noop !== undefined) continue;
      changed = edge;
      if (edge.handler === undefined) need ??= slot.reasonOf(edge, "no handler for");
      else if (!edge.from.tracked) need ??= slot.reasonOf(edge, "untracked change of");
    }
    if (blocker !== undefined && changed !== undefined) {
      need ??= slot.reasonOf(changed, `${blocker.name} was not valid at a change of`);
    }
    if (blocker !== undefined) slot.cancel(need);
    else if (need !== undefined) this.#recompute(slot, need);
    else if (slot.poke !== undefined) this.#runNode(slot, slot.reason("poked", slot.poke), "compute");
    else if (changed !== undefined) this.#handle(slot);
    else slot.state = "unchanged";
  }

  #recompute(slot: Slot, reason: Reason): void {
    const { elapsed, now, history } = this.options;
    const started = elapsed();
    if (this.#allowRecompute) this.#runNode(slot, reason, "recompute");
    else slot.cancel(reason);
    const outcome = slot.state === "stale" ? "failed" : slot.state;
    this.#history.push({ run: this.#runs, time: now(), outcome, durationMs: elapsed() - started, reason });
    if (this.#history.length > history) this.#history.shift();
  }

  #runNode(slot: Slot, reason: Reason, counter: "recompute" | "compute"): void {
    const { node, context, torn } = slot;
    const anything = torn || slot.isForced;
    slot.counters[counter]++;
    // What a run node was told may not be told again, so it keeps its data.
    if (torn && node.kind !== "run") context.data = node.data();
    if (torn) context.changes = node.changes?.();
    const answer = this.#call(slot, "run", reason.cause, (own) => node.run?.(own));
    if (answer === undefined) return;
    slot.state = anything || answer.kind !== "unchanged" ? "updated" : "unchanged";
    slot.tracked = node.changes === undefined || (!anything && answer.kind === "updated" && answer.tracked);
    slot.because = reason;
    slot.torn = false;
    slot.isForced = false;
    slot.pending = undefined;
    slot.poke = undefined;
  }

  /** Tells the node of every input that was updated. */
  #handle(slot: Slot): void {
    const { context } = slot;
    let { cause } = context;
    let state: Slot["state"] = "unchanged";
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
  #call(slot: Slot, name: string, cause: Cause, f: AnyFunction, edge?: Edge): Answer | undefined {
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
      if (ms > computeLogThresholdMs) {
        log(`node: ${slot.name}, ${name} (${cause.label}) took ${Math.round(ms)}ms`);
      }
    }
  }

  #settle(): RunResult {
    const updated = new Map<GraphNode, unknown>();
    let ran = false;
    let canceled = false;
    for (const slot of this.slots.values()) {
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

  /** Whatever is asked of the engine starts here. */
  #cause(source: string, label: string): Cause {
    this.#assertIdle();
    this.#needsRun = true;
    return { seq: ++this.#seq, time: this.options.now(), source, label, key: undefined };
  }

  #slot(node: GraphNode): Slot {
    const slot = this.slots.get(node);
    if (slot === undefined) throw new GraphError("unknown-node", `node ${node.name} is not in this graph`);
    return slot;
  }

  #assertIdle(): void {
    if (this.#running)
      throw new GraphError("busy", "a node's function used its engine; it has its context alone");
  }
}
