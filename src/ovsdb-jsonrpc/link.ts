/**
 * Keeps one connection up: tries the remotes in turn, waits between attempts as `Backoff` says, and gives up an
 * attempt that takes too long. There is at most one socket at a time.
 */
import type { Socket } from "node:net";
import { Backoff, MIN_BACKOFF_MS } from "./backoff.ts";
import type { FramerLimits } from "./json-framer.ts";
import type { Remote } from "./remote.ts";
import { type ConnectionError, Rpc } from "./rpc.ts";
import type { TlsOptions } from "./tls.ts";
import { openSocket } from "./transport.ts";

export interface LinkEvents {
  onConnecting(remote: Remote): void;
  onUp(rpc: Rpc, remote: Remote): void;
  onNotification(rpc: Rpc, method: string, params: readonly unknown[]): void;
  onDown(error: ConnectionError, retryInMs: number): void;
}

export interface LinkOptions {
  readonly remotes: readonly Remote[];
  readonly tls?: TlsOptions | undefined;
  /** Undefined: 5 s, and off on unix sockets. */
  readonly probeIntervalMs?: number | undefined;
  readonly limits?: FramerLimits | undefined;
}

const DEFAULT_PROBE_INTERVAL_MS = 5000;

export class Link {
  readonly #events: LinkEvents;
  readonly #tls: TlsOptions | undefined;
  readonly #limits: FramerLimits | undefined;
  readonly #backoff: Backoff;
  #remotes: readonly Remote[];
  #next = 0;
  #probeIntervalMs: number | undefined;
  #remote: Remote | null = null;
  #socket: Socket | null = null;
  #rpc: Rpc | null = null;
  #upSince = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #stopped = false;

  constructor(options: LinkOptions, events: LinkEvents) {
    this.#events = events;
    this.#tls = options.tls;
    this.#limits = options.limits;
    this.#remotes = options.remotes;
    this.#probeIntervalMs = options.probeIntervalMs;
    this.#backoff = new Backoff(options.remotes.length);
  }

  get rpc(): Rpc | null {
    return this.#rpc;
  }

  /** Connects to the next remote now. */
  connect(): void {
    this.#clearTimer();
    const remote = this.#remotes[this.#next % this.#remotes.length];
    if (this.#stopped || remote === undefined) return;
    this.#next = (this.#next + 1) % this.#remotes.length;
    this.#remote = remote;
    this.#events.onConnecting(remote);
    if (this.#stopped || this.#remote !== remote) return;
    try {
      const socket = openSocket(remote, this.#tls, () => this.#up(socket, remote));
      this.#socket = socket;
      socket.once("error", (error: Error) => this.#connectFailed(socket, error.message));
      const limit = Math.max(this.#backoff.delayMs, MIN_BACKOFF_MS);
      this.#timer = setTimeout(
        () => this.#connectFailed(socket, `no connection within ${limit / 1000} s`),
        limit,
      );
    } catch (error) {
      this.#down({ code: "disconnected", message: `${remote.name}: ${describe(error)}` }, 0);
    }
  }

  /** Replaces the remotes; the connection stays if its remote is still among them. */
  setRemotes(remotes: readonly Remote[]): void {
    this.#remotes = remotes;
    this.#next = 0;
    this.#backoff.reset(remotes.length);
    if (remotes.some((remote) => remote.name === this.#remote?.name)) return;
    this.#remote = null;
    const message = "its remote is not configured any more";
    if (this.#rpc !== null) this.#rpc.close({ code: "disconnected", message });
    else if (this.#socket !== null) this.#connectFailed(this.#socket, message);
    else this.connect();
  }

  setProbeInterval(milliseconds: number | undefined): void {
    this.#probeIntervalMs = milliseconds;
    if (this.#remote !== null) this.#rpc?.setProbeInterval(this.#probeInterval(this.#remote));
  }

  /** Ends everything; nothing is reported afterwards. */
  stop(): void {
    this.#stopped = true;
    this.#clearTimer();
    this.#rpc?.close({ code: "closed", message: "the session was closed" });
    this.#socket?.destroy();
  }

  #up(socket: Socket, remote: Remote): void {
    if (this.#socket !== socket) return;
    this.#clearTimer();
    socket.removeAllListeners("error");
    this.#upSince = performance.now();
    const rpc = new Rpc(
      socket,
      {
        probeIntervalMs: this.#probeInterval(remote),
        ...(this.#limits !== undefined && { limits: this.#limits }),
      },
      {
        onNotification: (method, params) => this.#events.onNotification(rpc, method, params),
        onClose: (error) => {
          this.#rpc = null;
          this.#socket = null;
          this.#down(
            { ...error, message: `${remote.name}: ${error.message}` },
            performance.now() - this.#upSince,
          );
        },
      },
    );
    this.#rpc = rpc;
    this.#events.onUp(rpc, remote);
  }

  #connectFailed(socket: Socket, message: string): void {
    if (this.#socket !== socket || this.#rpc !== null) return;
    const name = this.#remote?.name ?? "connection";
    this.#socket = null;
    socket.on("error", () => {});
    socket.destroy();
    this.#down({ code: "disconnected", message: `${name}: ${message}` }, 0);
  }

  #down(error: ConnectionError, connectedMs: number): void {
    this.#clearTimer();
    if (this.#stopped) return;
    this.#remote = null;
    const retryInMs = this.#backoff.next(connectedMs);
    this.#timer = setTimeout(() => this.connect(), retryInMs);
    this.#events.onDown(error, retryInMs);
  }

  #probeInterval(remote: Remote): number {
    return this.#probeIntervalMs ?? (remote.kind === "unix" ? 0 : DEFAULT_PROBE_INTERVAL_MS);
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
