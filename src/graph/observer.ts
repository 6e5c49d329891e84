/**
 * Who is told what an engine does: it may count, time and remember that (inspect/statistics.ts does).
 *
 * Invariants: an observer changes nothing, uses no engine while it is told something, and does not throw.
 */
import type { Cause, Reason } from "./cause.ts";
import type { Slot } from "./slot.ts";

export interface EngineObserver {
  /**
   * A function of a node returned, or threw.
   * @param where "apply", "run", or the handler's name
   */
  called(slot: Slot, where: string, cause: Cause, durationMs: number): void;
  /** A node was to be recomputed; the state of its slot says how that ended. */
  recomputed(slot: Slot, reason: Reason, durationMs: number): void;
  /** A run is over: every slot has the state that it ended with. */
  ran(slots: Iterable<Slot>): void;
}
