/**
 * The status of one logical port: the state, the reason, and the change to write, if any; and the facts behind a status.
 * decide-status.ts decides it.
 *
 * Invariant: a status that carries a change is the only thing that leads to a write.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { clipWords } from "../text/cut.ts";
import { type Advice, inPlaceOf } from "./advice.ts";
import { type Attempt, nonceOf } from "./attempt.ts";
import type { OtherChassis, Unbound } from "./bound.ts";
import type { Change } from "./change.ts";
import type { Contests } from "./contest.ts";
import type { Intent } from "./intent.ts";
import type { ChassisIdentity } from "./lport.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { BridgeRef } from "./rows.ts";

export const PORT_STATES = [
  "plugged",
  "waiting",
  "pending",
  "foreign",
  "conflict",
  "incompatible",
  "no-provider",
  "error",
  "held",
] as const;
export type PortState = (typeof PORT_STATES)[number];

export interface LportStatus {
  readonly lport: string;
  readonly plugType: string;
  readonly state: PortState;
  /** The interface in place, else the wanted interface; null: neither is known. */
  readonly interface: string | null;
  readonly reason: string | null;
  /** The change to write now; null: nothing is to be written. */
  readonly change: Change | null;
  /** Only time may change this status: the port is tried again, with back-off. */
  readonly retry: boolean;
  /** How often others undid the desired state: the back-off starts from this number; absent: never. */
  readonly setbacks?: number;
  /** How often the providers were asked for another answer. */
  readonly tries: number;
  /** The port is plugged, and ovn-controller has not bound it here (rule P8); absent: the port is bound, or not plugged. */
  readonly unbound?: Unbound;
}

/** True when the interface is as the provider asked for, whatever ovs-vswitchd says: nothing waits to be written. */
export function isSettled({ state, retry }: LportStatus): boolean {
  return state === "plugged" || (state === "error" && !retry);
}

/** The facts that a status depends on. */
export interface StatusFacts {
  readonly intent: Intent;
  readonly advice: Advice | undefined;
  readonly attempt: Attempt | undefined;
  readonly chassis: ChassisFacts;
}

/** The facts that are the same for all logical ports. */
export interface ChassisFacts {
  readonly bridge: BridgeRef | null;
  /** The name that the integration bridge has to have. */
  readonly bridgeName: string;
  /** Null: no name is known. */
  readonly chassis: ChassisIdentity | null;
  /** Undefined: the Southbound has not been asked for the row, or has not answered. */
  otherChassis(row: Uuid): OtherChassis | undefined;
  readonly onRename: "replug" | "report";
  /** The reason why this daemon may not ask or write now, or null. */
  readonly notActive: string | null;
  /** Which logical port gets a claimed interface name, and which ports move with it. */
  readonly contests: Pick<Contests, "contest" | "taker" | "takerOf" | "isInCircle">;
  /** The reason why the unplug of this port is held, or null. */
  held(lport: string): string | null;
}

export function inPlaceAt({ intent, advice }: StatusFacts): ObservedInterface | null {
  return inPlaceOf(intent, advice);
}

export function status(
  at: StatusFacts,
  state: PortState,
  reason: string | null,
  rest: {
    /** Null or absent: the interface in place, else the interface of the change. */
    readonly interface?: string | null;
    readonly change?: Change;
    readonly retry?: boolean;
    readonly setbacks?: number;
    readonly unbound?: Unbound;
  },
): LportStatus {
  const { setbacks, unbound } = rest;
  const usual = {
    lport: at.intent.lport.name,
    plugType: at.intent.plugType,
    state,
    interface: rest.interface ?? inPlaceAt(at)?.interface.name ?? nameOfChange(rest.change),
    // A reason may have the name of another port or chassis in it, which costs as much in each port that it is told to.
    reason: reason === null ? null : clipWords(reason),
    change: rest.change ?? null,
    retry: rest.retry ?? false,
    tries: nonceOf(at.attempt),
  };
  if (setbacks === undefined && unbound === undefined) return usual;
  return {
    ...usual,
    ...(setbacks === undefined ? {} : { setbacks }),
    ...(unbound === undefined ? {} : { unbound }),
  };
}

export function nameOfChange(change: Change | undefined): string | null {
  if (change?.kind === "update") return change.interface.name;
  if (change?.kind === "replug") return change.take.desired.wanted.name;
  return change?.kind === "create" ? change.desired.wanted.name : null;
}
