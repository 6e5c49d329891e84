/** The extent of the measurement: everything, or enough for a quick look. */
import type { ServerKind } from "./servers.ts";

export interface CloudPlan {
  /** The numbers of port bindings of other chassis, one for each cloud. */
  readonly bindings: readonly number[];
  readonly servers: readonly ServerKind[];
  /** The number of plugged ports on this chassis. */
  readonly plugged: number;
  /** Numbers of plugged ports to compare in the smallest cloud; empty: no comparison. */
  readonly ownPorts: readonly number[];
  /** The turns without and with vifplugd, and the rounds of a turn. `warmUp` more rounds with vifplugd come first, uncounted. */
  readonly turns: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly starts: number;
  readonly bulks: number;
  readonly idleMs: number;
  /** The number of chassis that start together. */
  readonly sessions: number;
  /** How many of these chassis are processes of vifplugd, as far as memory allows; the others are sessions with the same requests. */
  readonly processes: number;
  /** The port bindings of the cloud in which the chassis also start by name first (sessions.ts). */
  readonly nameFirst: number;
  /** Rounds with ovn-controller in the same steps; 0: ovn-controller is not measured. */
  readonly peerRounds: number;
}

export const FULL: CloudPlan = {
  bindings: [1_000, 20_000, 100_000],
  servers: ["standalone", "relay", "cluster"],
  plugged: 10,
  ownPorts: [10, 5_000],
  turns: 3,
  warmUp: 10,
  rounds: 8,
  starts: 3,
  bulks: 3,
  idleMs: 30_000,
  sessions: 200,
  processes: 200,
  nameFirst: 20_000,
  peerRounds: 5,
};

export const QUICK: CloudPlan = {
  ...FULL,
  bindings: [1_000, 20_000],
  servers: ["standalone"],
  ownPorts: [],
  turns: 1,
  rounds: 5,
  starts: 2,
  bulks: 1,
  idleMs: 3_000,
  processes: 4,
  nameFirst: 1_000,
  peerRounds: 0,
};
