/** How much is measured of a cloud: everything, or enough for a look. */
import type { ServerKind } from "./servers.ts";

export interface CloudPlan {
  /** Port bindings of other chassis. */
  readonly bindings: readonly number[];
  readonly servers: readonly ServerKind[];
  /** Ports that are plugged on this chassis. */
  readonly plugged: number;
  /** How many of its own does it make a difference to have, in the smallest cloud; none: that is not measured. */
  readonly ownPorts: readonly number[];
  /** How often vifplugd is there and is not, by turns, and in each turn so many rounds; the first ones with it are not counted. */
  readonly turns: number;
  readonly warmUp: number;
  readonly rounds: number;
  readonly starts: number;
  readonly bulks: number;
  readonly idleMs: number;
  /** Chassis that are started together. */
  readonly sessions: number;
  /** How many of them are processes of vifplugd, if there is memory for them; the others are sessions with the same requests. */
  readonly processes: number;
  /** In which cloud they are also started as they were before: by name first. */
  readonly nameFirst: number;
  /** Rounds with ovn-controller in the same steps; 0: it is not measured. */
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
