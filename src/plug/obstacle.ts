/** An obstacle: why no logical port of the chassis can be decided. One obstacle is told once for all ports. */

export type ObstacleCode =
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
