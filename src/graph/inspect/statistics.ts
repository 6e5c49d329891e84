/**
 * An observer that remembers what an engine did: how often and how long each node's functions were called, and the
 * last recomputes with their reasons; slow calls are told to a log.
 */
import type { Cause, Reason } from "../cause.ts";
import type { GraphNode } from "../node.ts";
import type { EngineObserver } from "../observer.ts";
import type { Slot } from "../slot.ts";
import { type TimeStats, Times } from "./times.ts";

export interface StatisticsOptions {
  /** Milliseconds since the epoch: the time of recomputes. */
  now?: () => number;
  /** How many recomputes `history` remembers; default 256. */
  history?: number;
  /** Function calls that take longer are told to `log`, which must not throw; default 500, as in OVN. */
  computeLogThresholdMs?: number;
  log?: (message: string) => void;
}

const defaults: Required<StatisticsOptions> = {
  now: () => 0,
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
class Counters {
  recompute = 0;
  compute = 0;
  cancel = 0;
  updated = 0;
}

export type NodeStats = Readonly<Counters> & TimeStats;

interface Watched {
  readonly times: Times;
  counters: Counters;
  /** What happened in this run: nothing, a function was called, or the node was to be recomputed. */
  event: "none" | "call" | "recompute";
}

export class Statistics implements EngineObserver {
  /** May be changed at any time. */
  readonly options: Required<StatisticsOptions>;
  readonly #watched = new Map<GraphNode, Watched>();
  readonly #history: RecomputeRecord[] = [];
  #runs = 1;

  constructor(options: StatisticsOptions = {}) {
    this.options = { ...defaults, ...options };
  }

  /** The remembered recomputes, oldest first. */
  get history(): readonly RecomputeRecord[] {
    return this.#history;
  }

  /** As of now; a copy. */
  of(node: GraphNode): NodeStats {
    const { counters, times } = this.#of(node);
    return { ...counters, ...times, histogram: [...times.histogram] };
  }

  /** Sets the counters of every node to zero, and forgets how long the calls of its functions took. */
  clear(): void {
    for (const watched of this.#watched.values()) watched.counters = new Counters();
    this.clearTimes();
  }

  /** Forgets how long the calls of every node's functions took, or of that one's; its counters stay. */
  clearTimes(name?: string): void {
    for (const [node, { times }] of this.#watched) {
      if (name === undefined || node.name === name) times.clear();
    }
  }

  called({ node }: Slot, where: string, cause: Cause, durationMs: number): void {
    const { computeLogThresholdMs, log } = this.options;
    const watched = this.#of(node);
    watched.times.time(durationMs);
    watched.event = "call";
    if (durationMs > computeLogThresholdMs) {
      log(`node: ${node.name}, ${where} (${cause.label}) took ${Math.round(durationMs)}ms`);
    }
  }

  recomputed({ node, state }: Slot, reason: Reason, durationMs: number): void {
    const { now, history } = this.options;
    this.#of(node).event = "recompute";
    const outcome = state === "stale" ? "failed" : state;
    this.#history.push({ run: this.#runs, time: now(), outcome, durationMs, reason });
    if (this.#history.length > history) this.#history.shift();
  }

  ran(slots: Iterable<Slot>): void {
    this.#runs++;
    for (const slot of slots) count(this.#of(slot.node), slot);
  }

  #of(node: GraphNode): Watched {
    const known = this.#watched.get(node);
    if (known !== undefined) return known;
    const watched: Watched = { times: new Times(), counters: new Counters(), event: "none" };
    this.#watched.set(node, watched);
    return watched;
  }
}

/** Counts what happened in a run. */
function count(watched: Watched, { state }: Slot): void {
  const { counters, event } = watched;
  if (state === "canceled") counters.cancel++;
  if (state === "updated") counters.updated++;
  if (event === "recompute" && state !== "canceled") counters.recompute++;
  if (event === "call" && state !== "stale") counters.compute++;
  watched.event = "none";
}
