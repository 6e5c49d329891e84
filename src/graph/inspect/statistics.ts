/**
 * An observer that counts and times the calls of each node's functions, remembers the last recomputes with their reasons, and
 * logs slow calls.
 */
import type { Cause, Reason } from "../cause.ts";
import type { GraphNode } from "../node.ts";
import type { EngineObserver } from "../observer.ts";
import type { Slot } from "../slot.ts";
import { type TimeStats, Times } from "./times.ts";

export interface StatisticsOptions {
  /** Milliseconds since the epoch: the time of recomputes. */
  now?: () => number;
  /** The number of recomputes that `history` remembers; default 256. */
  history?: number;
  /** The duration in milliseconds above which `log` gets a call; default 500, as in OVN. `log` must not throw. */
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
  /** The number of the run, counted from 1. */
  readonly run: number;
  readonly time: number;
  /** "canceled": the recompute was needed, but not allowed. */
  readonly outcome: "updated" | "unchanged" | "failed" | "canceled";
  readonly durationMs: number;
  readonly reason: Reason;
}

/** The counters of one node. */
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
  /** The event of this run: none, a call of a function, or a recompute. */
  event: "none" | "call" | "recompute";
}

export class Statistics implements EngineObserver {
  /** The options; they may change at any time. */
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

  /** A copy of the present statistics of a node. */
  of(node: GraphNode): NodeStats {
    const { counters, times } = this.#of(node);
    return { ...counters, ...times, histogram: [...times.histogram] };
  }

  /** Sets the counters of every node to zero, and forgets the durations of its calls. */
  clear(): void {
    for (const watched of this.#watched.values()) watched.counters = new Counters();
    this.clearTimes();
  }

  /** Forgets the durations of all calls, or of one node's calls; counters stay. */
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

/** Counts the event of a run. */
function count(watched: Watched, { state }: Slot): void {
  const { counters, event } = watched;
  if (state === "canceled") counters.cancel++;
  if (state === "updated") counters.updated++;
  if (event === "recompute" && state !== "canceled") counters.recompute++;
  if (event === "call" && state !== "stale") counters.compute++;
  watched.event = "none";
}
