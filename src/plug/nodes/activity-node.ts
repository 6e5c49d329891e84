/**
 * Node `activity`: whether this daemon may ask providers and write, and if not, why. The daemon may while it is in sync with
 * the local database and holds the lock of the chassis, so that exactly one of several daemons on a chassis writes.
 *
 * The name of the chassis may change in this very run, while the daemon still holds the lock of the former name. So the node
 * compares the name of the lock too.
 */
import { unchanged, updated } from "../../graph/index.ts";
import { lockName } from "../lock-name.ts";
import type { Obstacle } from "../obstacle.ts";
import type { Current } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

/** The state of the session with the local database: input `local_session`. */
export interface LocalSession {
  /** True while the rows of the session are those of the database. */
  readonly synced: boolean;
  readonly lock: LockState;
}

export type LockState =
  | { readonly kind: "none" }
  | { readonly kind: "asked"; readonly name: string; readonly held: boolean }
  /** The program only computes (`plan`), and writes nothing. */
  | { readonly kind: "not-needed" };

export const notConnected: LocalSession = { synced: false, lock: { kind: "none" } };

/** The obstacle that keeps this daemon from asking and writing; null: there is none. */
export type Activity = Obstacle | null;

interface Inputs {
  readonly localSession: { readonly data: { readonly current: LocalSession } };
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
}

export function decideActivity({
  inputs,
  data,
}: {
  readonly inputs: Inputs;
  readonly data: Current<Activity>;
}) {
  const name = inputs.localChassis.data.current.chassis?.name ?? null;
  const next = obstacleTo(inputs.localSession.data.current, name);
  const { current } = data;
  if (next?.code === current?.code && next?.reason === current?.reason) return unchanged;
  data.current = next;
  return updated;
}

export const activityLocalSessionHandler = decideActivity;
export const activityLocalChassisHandler = decideActivity;

export function obstacleTo({ synced, lock }: LocalSession, chassis: string | null): Activity {
  if (!synced) {
    return { code: "local-database", reason: "the local Open_vSwitch database is not connected" };
  }
  if (chassis === null) {
    const reason = "no chassis name is known: set external_ids:system-id in Open_vSwitch";
    return { code: "chassis-name", reason };
  }
  if (lock.kind === "not-needed") return null;
  const wanted = lockName(chassis);
  if (lock.kind === "none" || lock.name !== wanted) {
    const reason = `the chassis is ${chassis} now, whose lock has not been asked for yet`;
    return { code: "incomplete", reason };
  }
  return lock.held ? null : { code: "lock", reason: `another vifplugd holds the lock ${wanted}` };
}

/** Output `lock`: the name of the lock that this daemon has to hold; null: no lock. */
export function nameLock({
  inputs,
  data,
}: {
  readonly inputs: Pick<Inputs, "localChassis">;
  readonly data: Current<string | null>;
}) {
  const { chassis } = inputs.localChassis.data.current;
  const name = chassis === null ? null : lockName(chassis.name);
  if (name === data.current) return unchanged;
  data.current = name;
  return updated;
}

export const lockLocalChassisHandler = nameLock;
