/**
 * The lock of the chassis (docs/rules.md, "two daemons"): without it nothing is written. Which one is wanted follows from
 * the graph, and whether it is held goes back into the graph with what else the session knows.
 */
import type { LockState } from "../../plug/nodes/activity-node.ts";

/** What a session can do about locks. */
export interface Locking {
  lock(name: string): void;
  unlock(name: string): void;
  holds(name: string): boolean;
}

export interface ChassisLock {
  readonly state: LockState;
  /** The lock that is to be held from now on; null: none. */
  want(name: string | null): void;
}

/** Holds the lock that is wanted, as soon as it is to be had. */
export function takeLock(session: Locking): ChassisLock {
  let wanted: string | null = null;
  return {
    get state(): LockState {
      if (wanted === null) return { kind: "none" };
      return { kind: "asked", name: wanted, held: session.holds(wanted) };
    },
    want(name) {
      if (name === wanted) return;
      if (wanted !== null) session.unlock(wanted);
      wanted = name;
      if (name !== null) session.lock(name);
    },
  };
}

/** Takes none, because whatever is decided, nothing will be written. */
export function takeNoLock(): ChassisLock {
  return { state: { kind: "not-needed" }, want: () => {} };
}
