/** What keeps every logical port of the chassis from being decided. It is the same for all of them, and told once. */

export type ObstacleCode =
  | "local-database"
  | "chassis-name"
  | "lock"
  | "bridge"
  | "southbound"
  | "chassis-row"
  /** The next message of a database does away with it. */
  | "incomplete"
  | "northd";

export interface Obstacle {
  readonly code: ObstacleCode;
  /** A sentence for people. */
  readonly reason: string;
}
