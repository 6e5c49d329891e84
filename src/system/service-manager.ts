/**
 * Tells systemd about the life of the daemon (sd_notify(3)), and that the daemon is alive (sd_watchdog_enabled(3)). Without systemd
 * every call does nothing.
 *
 * `READY=1` means that the daemon runs, not that ports are plugged: otherwise a missing database would hold up `systemctl start`,
 * and with it the boot of the host. `STATUS=` says what is still missing.
 */
import { monotonicMicroseconds } from "./clock.ts";
import { DatagramSender, unixAddress } from "./datagram.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export class ServiceManager {
  readonly #sender: DatagramSender | null;
  readonly #heartbeat: ReturnType<typeof setInterval> | null = null;
  #ready = false;
  #status: string | null = null;

  /** @param environment has NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID when systemd expects messages */
  constructor(environment: Environment) {
    const address = unixAddress(environment.NOTIFY_SOCKET ?? "");
    this.#sender = address === null ? null : new DatagramSender(address);
    const watchdogMs = watchdogTimeout(environment);
    if (this.#sender === null || watchdogMs === null) return;
    // Twice within the allowed time. A timer sends the message, to prove that the event loop runs.
    this.#heartbeat = setInterval(() => this.#sender?.send("WATCHDOG=1"), watchdogMs / 2);
    this.#heartbeat.unref();
  }

  /** Tells that the service has started. */
  ready(): void {
    this.#ready = true;
    this.#sender?.send("READY=1");
  }

  /** Sends a line for `systemctl status`, when the line has changed. */
  status(line: string): void {
    if (line === this.#status) return;
    // A line that systemd did not take is sent again at the next call.
    this.#status = this.#sender?.send(`STATUS=${line}`) === false ? null : line;
  }

  /** Reloads between two messages to systemd. Before READY no message: systemd would take the reload for a completed start. */
  reloading(reload: () => void): void {
    const sender = this.#ready ? this.#sender : null;
    sender?.send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`);
    try {
      reload();
    } finally {
      sender?.send("READY=1");
    }
  }

  stopping(): void {
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.#sender?.send("STOPPING=1\nSTATUS=stopping; plugged ports stay plugged");
  }
}

/** The time of the watchdog in milliseconds; null: no watchdog, or a watchdog for another process. */
function watchdogTimeout({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | null {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null;
  const microseconds = Number(WATCHDOG_USEC);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? microseconds / 1000 : null;
}
