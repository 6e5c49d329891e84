/**
 * Which plugged ports ovn-controller has not bound here for longer than it takes (rule P8): told in the log, once for each
 * time, and counted for the metrics. What the status says of it, it says at once.
 *
 * Invariant: one timer, whatever the number of ports, and none while there is none to wait for. As long as something keeps
 * ports from being decided (no Southbound, say) nothing is told: what was last seen may be long over.
 */
import type { Environment } from "ovsdb-jsonrpc";
import type { Logger } from "../../log/log.ts";
import type { LportStatus } from "../../plug/lport-status.ts";

/** ovn-controller binds within a second or so, be it busy. */
export const LATE_MS = 10_000;

/** More than so many at once are told in one line. */
const MANY = 10;

export interface UnboundPortsOptions {
  readonly environment: Environment;
  readonly log: Logger;
  /** Something keeps every port from being decided. */
  readonly isHeldUp: () => boolean;
}

export class UnboundPorts {
  readonly #options: UnboundPortsOptions;
  /** Those that are waited for: the reason, and since when in milliseconds (monotonic); the oldest first. */
  readonly #waiting = new Map<string, { readonly since: number; readonly reason: string }>();
  readonly #late = new Set<string>();
  #timer: (() => void) | null = null;

  constructor(options: UnboundPortsOptions) {
    this.#options = options;
  }

  /** How many have been unbound for too long. */
  get count(): number {
    return this.#late.size;
  }

  /** To be called for every port whose status is another one. */
  follow(lport: string, status: LportStatus | undefined): void {
    if (status?.unbound === undefined) {
      this.#waiting.delete(lport);
      // What is said of a port instead (it goes, it stays for some reason, nothing can be decided) is told as that.
      const isBound = status?.state === "plugged" && status.reason === null && !this.#options.isHeldUp();
      const wasLate = this.#late.delete(lport);
      if (wasLate && isBound) this.#options.log.info(`${lport}: ovn-controller has bound it`);
      return;
    }
    if (this.#late.has(lport)) return;
    const since = this.#waiting.get(lport)?.since ?? this.#options.environment.elapsed();
    this.#waiting.set(lport, { since, reason: status.reason ?? "" });
    this.#timer ??= this.#options.environment.timer(LATE_MS, () => this.#over());
  }

  /** For good. */
  stop(): void {
    this.#timer?.();
  }

  #over(): void {
    const { environment, isHeldUp } = this.#options;
    this.#timer = null;
    const now = environment.elapsed();
    const isKept = isHeldUp();
    const late = [...this.#waiting].filter(([, { since }]) => !isKept && now - since >= LATE_MS);
    for (const [lport] of late) {
      this.#waiting.delete(lport);
      this.#late.add(lport);
    }
    this.#tell(late.map(([lport, { reason }]) => `${lport}: for more than ${LATE_MS / 1000} s ${reason}`));
    const [next] = this.#waiting.values();
    if (next === undefined) return;
    const wait = isKept ? LATE_MS : LATE_MS - (now - next.since);
    this.#timer = environment.timer(wait, () => this.#over());
  }

  #tell(lines: readonly string[]): void {
    const { log } = this.#options;
    for (const line of lines.slice(0, MANY)) log.warn(line);
    const rest = lines.length - MANY;
    if (rest > 0)
      log.warn(`ovn-controller has not bound ${rest} more plugged ports; vifplugd status lists them`);
  }
}
