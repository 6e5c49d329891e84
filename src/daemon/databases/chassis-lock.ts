/**
 * The lock of the chassis (docs/rules.md, "two daemons"): nothing is written without the lock. The graph names the wanted lock;
 * the state of the lock enters the graph together with the state of the session.
 */
import type { LockState } from "../../plug/nodes/activity-node.ts";

/** The part of a session that locks and unlocks. */
export interface Locking {
  lock(name: string): void;
  unlock(name: string): void;
  holds(name: string): boolean;
}

export interface ChassisLock {
  readonly state: LockState;
  /** Sets the lock to hold from now on; null: no lock. */
  want(name: string | null): void;
}

/** Holds the wanted lock as soon as the server gives it. */
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

/** Takes no lock: for programs that never write. */
export function takeNoLock(): ChassisLock {
  return { state: { kind: "not-needed" }, want: () => {} };
}
