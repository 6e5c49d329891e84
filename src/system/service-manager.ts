/**
 * What systemd is told of the daemon's life (sd_notify(3)), and that it is alive (sd_watchdog_enabled(3)). Without
 * systemd every call does nothing.
 *
 * Started means that the daemon runs, not that anything is plugged: a database that is away would else hold up
 * `systemctl start`, and with it the host's boot. What is still missing is the status, which changes with it.
 */
import { monotonicMicroseconds } from "./clock.ts";
import { DatagramSender, unixAddress } from "./datagram.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export class ServiceManager {
  readonly #sender: DatagramSender | null;
  readonly #heartbeat: ReturnType<typeof setInterval> | null = null;
  #ready = false;
  #status: string | null = null;

  /** @param environment has NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID when systemd wants to be told */
  constructor(environment: Environment) {
    const address = unixAddress(environment.NOTIFY_SOCKET ?? "");
    this.#sender = address === null ? null : new DatagramSender(address);
    const watchdogMs = watchdogTimeout(environment);
    if (this.#sender === null || watchdogMs === null) return;
    // Twice within the time allowed. A timer, so that it is the event loop itself that proves to be alive.
    this.#heartbeat = setInterval(() => this.#sender?.send("WATCHDOG=1"), watchdogMs / 2);
    this.#heartbeat.unref();
  }

  /** The service is started. */
  ready(): void {
    this.#ready = true;
    this.#sender?.send("READY=1");
  }

  /** A line for `systemctl status`; sent only when it is another one. */
  status(line: string): void {
    if (line === this.#status) return;
    // What was not taken is sent again with the next change, whichever that is.
    this.#status = this.#sender?.send(`STATUS=${line}`) === false ? null : line;
  }

  /** Around a SIGHUP; systemd takes a service that reloads for one that has started. */
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

/** Milliseconds; null: no watchdog, or it is meant for another process. */
function watchdogTimeout({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | null {
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null;
  const microseconds = Number(WATCHDOG_USEC);
  return Number.isSafeInteger(microseconds) && microseconds > 0 ? microseconds / 1000 : null;
}
