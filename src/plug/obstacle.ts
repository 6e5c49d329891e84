/**
 * An obstacle to a complete pass: why not every logical port of the chassis can be decided. Some obstacles keep vifplugd from
 * any write, and others only from unplugs (rule U3). One obstacle is told once for all ports.
 */

export type ObstacleCode =
  /** A node of the graph threw, and what follows from the node is not up to date. */
  | "internal-error"
  | "local-database"
  | "chassis-name"
  | "lock"
  | "bridge"
  | "southbound"
  | "chassis-row"
  /** The next message of a database ends this obstacle. */
  | "incomplete"
  | "northd";

export interface Obstacle {
  readonly code: ObstacleCode;
  /** A sentence for people. */
  readonly reason: string;
}
