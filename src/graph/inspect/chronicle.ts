/**
 * The engine that the program uses: one that remembers what it did. How long the calls of each node's functions took,
 * and the last recomputes with their reasons; slow calls are told to a log.
 */
import type { Cause, Reason } from "../cause.ts";
import { PropagationEngine } from "../engine.ts";
import type { Answer, AnyFunction, GraphNode } from "../node.ts";
import type { RunResult } from "../result.ts";
import type { Edge, Slot } from "../slot.ts";
import { Times } from "./times.ts";

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

export interface RecomputeRecord {
  /** The engine run it happened in, counted from 1. */
  readonly run: number;
  readonly time: number;
  /** "canceled": it was needed, but not allowed. */
  readonly outcome: "updated" | "unchanged" | "failed" | "canceled";
  readonly durationMs: number;
  readonly reason: Reason;
}

/** How often what was done with one node. */
export class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
}

interface Watched {
  readonly slot: Slot;
  readonly times: Times;
  counters: Counters;
  /** What happened in this run: nothing, a function was called, or it was to be recomputed. */
  event: "none" | "call" | "renewal";
}

export class Engine extends PropagationEngine {
  /** May be changed at any time. */
  readonly options: Required<EngineOptions>;
  readonly #watched: ReadonlyMap<Slot, Watched>;
  readonly #history: RecomputeRecord[] = [];
  #runs = 0;

  /** @throws GraphError cycle, duplicate-name, unknown-input */
  constructor(outputs: readonly GraphNode[], options: EngineOptions = {}) {
    const all = { ...defaults, ...options };
    super(outputs, () => all.now());
    this.options = all;
    this.#watched = new Map(Array.from(this.slots.values(), (slot) => [slot, watch(slot)]));
  }

  /** The remembered recomputes, oldest first. */
  get history(): readonly RecomputeRecord[] {
    return this.#history;
  }

  isValid(node: GraphNode): boolean {
    return this.slots.get(node)?.isValid ?? false;
  }

  /** In topological order. */
  get watched(): Iterable<Watched> {
    return this.#watched.values();
  }

  override run(options: { readonly allowRecompute?: boolean } = {}): RunResult {
    this.#runs++;
    const result = super.run(options);
    for (const watched of this.#watched.values()) count(watched);
    return result;
  }

  protected override renew(slot: Slot, reason: Reason): void {
    const { elapsed, now, history } = this.options;
    const started = elapsed();
    super.renew(slot, reason);
    this.#of(slot).event = "renewal";
    const outcome = slot.state === "stale" ? "failed" : slot.state;
    this.#history.push({ run: this.#runs, time: now(), outcome, durationMs: elapsed() - started, reason });
    if (this.#history.length > history) this.#history.shift();
  }

  protected override call(
    slot: Slot,
    f: AnyFunction,
    where: string,
    cause: Cause,
    edge?: Edge,
  ): Answer | undefined {
    const { elapsed, computeLogThresholdMs, log } = this.options;
    const started = elapsed();
    const answer = super.call(slot, f, where, cause, edge);
    const ms = elapsed() - started;
    const watched = this.#of(slot);
    watched.times.time(ms);
    watched.event = "call";
    if (ms > computeLogThresholdMs) {
      log(`node: ${slot.node.name}, ${where} (${cause.label}) took ${Math.round(ms)}ms`);
    }
    return answer;
  }

  #of(slot: Slot): Watched {
    const watched = this.#watched.get(slot);
    if (watched === undefined) throw new RangeError(`node ${slot.node.name} is not in this graph`);
    return watched;
  }
}

function watch(slot: Slot): Watched {
  return { slot, times: new Times(), counters: new Counters(), event: "none" };
}

/** Counts what happened in a run. */
function count(watched: Watched): void {
  const { slot, counters, event } = watched;
  if (slot.state === "canceled") counters.cancel++;
  if (slot.state === "updated") counters.updated++;
  if (event === "none") return;
  if (event === "renewal" && slot.state !== "canceled") counters.recompute++;
  if (event === "call" && slot.state !== "stale") counters.compute++;
  watched.event = "none";
}
