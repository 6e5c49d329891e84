/**
 * Where the Southbound is follows from the configuration, the Open_vSwitch row and the SSL table. Hands what follows
 * to the session, and says once what is wrong with it.
 */
import { type SouthboundTarget, southboundTarget } from "../config/effective.ts";
import type { Config } from "../config/schema.ts";
import type { Logger } from "../log/log.ts";
import type { LocalChassis } from "../plug/nodes/local-chassis.ts";
import type { SslRow } from "../plug/rows.ts";

export class SouthboundLocator {
  readonly #setTarget: (target: SouthboundTarget | null) => void;
  readonly #log: Logger;
  #remotes: string | null = null;
  #fault: string | null = null;

  constructor(setTarget: (target: SouthboundTarget | null) => void, log: Logger) {
    this.#setTarget = setTarget;
    this.#log = log;
  }

  /** The remotes that are in use; null: none was ever known. */
  get remotes(): string | null {
    return this.#remotes;
  }

  /** Why the Southbound cannot be found; null: it can. */
  get fault(): string | null {
    return this.#fault;
  }

  locate(config: Config, { openVSwitch, chassis }: LocalChassis, ssl: SslRow | null): void {
    if (openVSwitch === null) return;
    const found = southboundTarget(config, openVSwitch.external_ids, chassis?.name ?? null, ssl);
    if (found === null) {
      this.#setTarget(null);
      // The session, which stays with the last remote, says so itself.
      this.#report(this.#remotes === null ? NO_REMOTE : null);
    } else if (!found.ok) {
      this.#report(found.error);
    } else {
      this.#remotes = found.value.remotes;
      this.#report(null);
      this.#setTarget(found.value);
    }
  }

  #report(fault: string | null): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === null) return;
    this.#log.warn(this.#remotes === null ? fault : `${fault}; staying with ${this.#remotes}`);
  }
}

const NO_REMOTE = "no Southbound remote: set southbound.remote, or external_ids:ovn-remote in Open_vSwitch";
