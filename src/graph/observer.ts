/**
 * An observer: the engine calls the observer for everything that it does. The observer in inspect/statistics.ts counts, times and
 * remembers.
 *
 * Invariants: an observer changes nothing, uses no engine during a call, and does not throw.
 */
import type { Cause, Reason } from "./cause.ts";
import type { Slot } from "./slot.ts";

export interface EngineObserver {
  /**
   * A function of a node returned, or threw.
   * @param where "apply", "run", or the handler's name
   */
  called(slot: Slot, where: string, cause: Cause, durationMs: number): void;
  /** A node needed a recompute; the state of its slot is the outcome. */
  recomputed(slot: Slot, reason: Reason, durationMs: number): void;
  /** A run is over: every slot has its final state. */
  ran(slots: Iterable<Slot>): void;
}
