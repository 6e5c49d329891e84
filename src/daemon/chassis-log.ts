/**
 * Tells people, in the log, what concerns all ports of the chassis: why none can be decided, that this daemon stands
 * by, how many unplugs are held. Each once when it begins, where a line for each port would bury it.
 */
import type { Environment } from "ovsdb-jsonrpc";
import type { Logger } from "../log/log.ts";
import { otherSouthbound } from "../plug/nodes/hold-node.ts";
import type { Stranger } from "../plug/nodes/input-nodes.ts";
import type { Obstacle, ObstacleCode } from "../plug/obstacle.ts";

/** The ports that are due to be unplugged, of how many, and whether they are held. */
interface Held {
  readonly due: ReadonlySet<string>;
  readonly ownedCount: number;
  readonly isHeld: boolean;
  /** Held for a Southbound that is not the one before. */
  readonly stranger: Stranger | null;
}

interface Telling {
  readonly level: "warn" | "info";
  readonly words: (reason: string) => string;
  /** The server's answer to the request for the lock comes a moment after that: so long nobody stands by. */
  readonly afterMs?: number;
}

const STANDING_BY_AFTER_MS = 1000;

const asIs = (reason: string) => reason;
const waiting = (reason: string) => `waiting: ${reason}`;

/** Of each obstacle; null: the session with the database tells of it, or its next message does away with it. */
const TELLINGS: Readonly<Record<ObstacleCode, Telling | null>> = {
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
  /** The reason of the obstacle that there is, whether or not it is told; undefined: there is none. */
  #reason: string | undefined;
  #isTold = false;
  #held = 0;
  #cancelLate: () => void = () => {};

  constructor(log: Logger, environment: Environment) {
    this.#log = log;
    this.#environment = environment;
  }

  /** To be called with what is so when nothing is left to run. */
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

  /** To be called after every run. */
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

  /** Tells nothing more that was to be told late. */
  close(): void {
    this.#cancelLate();
  }

  #say({ level, words }: Telling, reason: string): void {
    this.#isTold = true;
    this.#log[level](words(reason));
  }
}
