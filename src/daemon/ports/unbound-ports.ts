/**
 * The plugged ports that ovn-controller has not bound here in time (rule P8): logged once each time, and counted for the metrics.
 * The status of a port tells it at once.
 *
 * Invariant: one timer for all ports, and no timer without a port. Nothing is logged while there is an obstacle to
 * a complete pass (no Southbound, for instance), because the last known state may be stale.
 */
import type { Environment } from "ovsdb-jsonrpc";
import type { Logger } from "../../log/log.ts";
import type { LportStatus } from "../../plug/lport-status.ts";

/** The time after which an unbound port is logged, in milliseconds. A busy ovn-controller binds within about a second. */
export const LATE_MS = 10_000;

/** The limit on lines for ports at once; one more line has the number of the rest. */
const MANY = 10;

export interface UnboundPortsOptions {
  readonly environment: Environment;
  readonly log: Logger;
  /** Whether there is an obstacle to a complete pass. */
  readonly isHeldUp: () => boolean;
}

export class UnboundPorts {
  readonly #options: UnboundPortsOptions;
  /** The unbound ports that are not late yet: the reason, and the start in monotonic milliseconds; the oldest first. */
  readonly #waiting = new Map<string, { readonly since: number; readonly reason: string }>();
  readonly #late = new Set<string>();
  #timer: (() => void) | null = null;

  constructor(options: UnboundPortsOptions) {
    this.#options = options;
  }

  /** The number of ports that are unbound for too long. */
  get count(): number {
    return this.#late.size;
  }

  /** Call this for every port whose status changed. */
  follow(lport: string, status: LportStatus | undefined): void {
    if (status?.unbound === undefined) {
      this.#waiting.delete(lport);
      // Any other state of the port (due to go, kept for a reason, not decided) has a line of its own.
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

  /** Cancels the timer. */
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
