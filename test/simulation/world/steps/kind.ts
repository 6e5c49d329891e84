/** A step: something that happens in a history besides what the actors do by themselves, as data, so that it can be left out. */
import type { Random } from "../../../support/random.ts";
import type { Write } from "../../ovsdb/database.ts";
import { CHASSIS } from "../chassis.ts";
import type { Checks, Scene } from "../checks.ts";
import type { Cloud, LogicalPort } from "../cloud.ts";
import type { Daemons } from "../daemons.ts";
import { PLUG_TYPE } from "../devices.ts";

/** What steps act on. */
export interface Stage extends Scene {
  readonly cloud: Cloud;
  readonly daemons: Daemons;
  readonly checks: Checks;
  /** The Southbound's content of earlier times. */
  readonly backups: (readonly Write[])[];
}

export interface Step {
  /** Milliseconds. */
  readonly at: number;
  readonly what: string;
  readonly args: readonly string[];
}

export interface Kind {
  /** How often, in comparison. */
  readonly weight: number;
  readonly isFault: boolean;
  args(random: Random): readonly string[];
  /** Answers what happened, in words. */
  run(stage: Stage, args: readonly string[]): string;
}

export type Kinds = Readonly<Record<string, Kind>>;

export const LPORTS = [
  ...Array.from({ length: 6 }, (_, n) => `port${n}`),
  ...["rival0---------a", "rival0---------b", "rival1---------a", "rival1---------b"],
];
export const HOSTNAME = "node1.example.com";
/** What the host is called for a while, and ports may be for. */
export const PASSING_HOSTNAMES = ["node1", "NODE1.example.com", "other"];
/** What may stand in `requested-chassis`. */
export const REQUESTED = [
  ...[CHASSIS, CHASSIS, CHASSIS, HOSTNAME, "hv2", "", `${CHASSIS},hv2`, `hv2,${CHASSIS}`, `${HOSTNAME},hv2`],
];

export function newPort(requested: string, mtu: string): LogicalPort {
  const options = new Map([["vif-plug-type", PLUG_TYPE]]);
  if (requested !== "") options.set("requested-chassis", requested);
  if (mtu !== "") options.set("vif-plug-mtu-request", mtu);
  return { type: "", parent: "", options };
}

export function lport(random: Random): string {
  return random.pick(LPORTS);
}

/** For how long, in milliseconds: mostly not for long, so that what was on its way is met again. */
export function outage(random: Random): string {
  return String(random.int(random.pick([20, 200, 1000, 4000])));
}
