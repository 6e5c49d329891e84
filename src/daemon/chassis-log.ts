/**
 * Logs events that concern all ports of the chassis: the obstacle to a complete pass, the wait for the lock, the number of held
 * unplugs. Each event has one line when it begins, where a line for each port would hide it.
 */
import type { Environment } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";
import { otherSouthbound } from "../plug/nodes/hold-node.ts";
import type { Stranger } from "../plug/nodes/input-nodes.ts";
import type { Obstacle, ObstacleCode } from "../plug/obstacle.ts";

/** The ports that are due to be unplugged, the number of plugged ports, and whether the unplugs are held. */
interface Held {
  readonly due: ReadonlySet<string>;
  readonly ownedCount: number;
  readonly isHeld: boolean;
  /** The Southbound that is another database than before, for which unplugs are held; null: none. */
  readonly stranger: Stranger | null;
}

interface Telling {
  readonly level: "warn" | "info";
  readonly words: (reason: string) => string;
  /** The delay before the line, in milliseconds; absent: no delay. */
  readonly afterMs?: number;
}

/** The server answers a request for the lock a moment later: before that the daemon does not stand by. */
const STANDING_BY_AFTER_MS = 1000;

const asIs = (reason: string) => reason;
const waiting = (reason: string) => `waiting: ${reason}`;

/** The line for each obstacle; null: another line of the log tells the obstacle, or the next message ends the obstacle. */
const TELLINGS: Readonly<Record<ObstacleCode, Telling | null>> = {
  "internal-error": null,
  "local-database": null,
  "chassis-name": { level: "warn", words: asIs },
  lock: { level: "info", words: (reason) => `standing by: ${reason}`, afterMs: STANDING_BY_AFTER_MS },
  bridge: { level: "warn", words: asIs },
  southbound: null,
  "chassis-row": { level: "info", words: waiting },
  incomplete: null,
  northd: { level: "info", words: waiting },
};

export class ChassisLog {
  readonly #log: Logger;
  readonly #environment: Environment;
  /** The reason of the present obstacle, logged or not; undefined: no obstacle. */
  #reason: string | undefined;
  #isTold = false;
  #held = 0;
  #cancelLate: () => void = () => {};

  constructor(log: Logger, environment: Environment) {
    this.#log = log;
    this.#environment = environment;
  }

  /** Call this with the present obstacle when the graph is at rest. */
  tell(obstacle: Obstacle | null): void {
    const reason = obstacle?.reason;
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.close();
    if (obstacle === null) {
      if (this.#isTold) this.#log.info("ready: every port can be decided");
      this.#isTold = false;
      return;
    }
    const telling = TELLINGS[obstacle.code];
    if (telling === null) return;
    const say = () => this.#say(telling, obstacle.reason);
    if (telling.afterMs === undefined) say();
    else this.#cancelLate = this.#environment.timer(telling.afterMs, say);
  }

  /** Call this after every run in which this daemon may write. */
  tellHold({ isHeld, due, ownedCount, stranger }: Held, maxUnplugPercent: number): void {
    const held = isHeld ? due.size : 0;
    if (held === this.#held) return;
    this.#held = held;
    if (held === 0) {
      this.#log.info("unplugs are not held any more");
      return;
    }
    const why =
      stranger === null
        ? ` at once, more than safety.max_unplug (${maxUnplugPercent}%) allows, so all of them stay`
        : `, and all of them stay: ${otherSouthbound(stranger)}`;
    const remedy = "ovs-appctl -t vifplugd plug/confirm-unplug";
    this.#log.warn(
      `held: ${held} of ${ownedCount} plugged ports are due to be unplugged${why}; if that is right: ${remedy}`,
      "held",
    );
  }

  /** Cancels lines that are due later. */
  close(): void {
    this.#cancelLate();
  }

  #say({ level, words }: Telling, reason: string): void {
    this.#isTold = true;
    this.#log[level](words(reason));
  }
}
