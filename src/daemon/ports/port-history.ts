/** The history of each logical port: the cause of its last status change, and the last refusal of the database. */

import type { Cause } from "../../graph/index.ts";
import type { LportStatus } from "../../plug/lport-status.ts";
import type { LastChange, LastError } from "../../view/daemon-view.ts";

/** The compared part of a status. */
type Told = Pick<LportStatus, "state" | "reason" | "interface">;

export class PortHistory {
  readonly #now: () => number;
  readonly #changes = new Map<string, LastChange & Told>();
  readonly #errors = new Map<string, LastError>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Every logical port with a status. */
  lports(): Iterable<string> {
    return this.#changes.keys();
  }

  /** Notes a status; a status with the same content is no change. */
  decided(lport: string, status: LportStatus | undefined, cause: Cause | null): void {
    if (status === undefined) {
      this.#changes.delete(lport);
      this.#errors.delete(lport);
      return;
    }
    const { state, reason, interface: name } = status;
    const before = this.#changes.get(lport);
    if (before?.state === state && before.reason === reason && before.interface === name) return;
    this.#changes.set(lport, { cause, time: cause?.time ?? this.#now(), state, reason, interface: name });
  }

  refused(lport: string, error: string): void {
    this.#errors.set(lport, { error, time: this.#now() });
  }

  lastChange(lport: string): LastChange | null {
    return this.#changes.get(lport) ?? null;
  }

  lastError(lport: string): LastError | null {
    return this.#errors.get(lport) ?? null;
  }
}
