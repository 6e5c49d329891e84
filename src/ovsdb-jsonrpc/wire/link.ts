/**
 * Keeps one connection up: tries the remotes in turn, waits between attempts as `Backoff` says, and gives up an attempt that takes
 * too long. There is at most one socket at a time, for any number of users.
 */
import { Backoff, type BackoffLimits } from "./backoff.ts";
import { type Environment, MAX_TIMER_MS, type Stream } from "./environment.ts";
import type { FramerLimits } from "./json-framer.ts";
import type { Remote, TlsFiles } from "./remote.ts";
import { type ConnectionError, Rpc } from "./rpc.ts";
import type { Tap } from "./tap.ts";

export interface LinkEvents {
  onConnecting(remote: Remote): void;
  /** Called once for each connection, also for a connection that existed before. */
  onUp(rpc: Rpc, remote: Remote): void;
  onNotification(method: string, params: readonly unknown[]): void;
  onDown(error: ConnectionError, retryInMs: number): void;
  /** Called when no further connection will be made. */
  onStop(): void;
}

export interface LinkOptions {
  readonly remotes: readonly Remote[];
  readonly tls?: TlsFiles | undefined;
  /** The interval in milliseconds; undefined: 5 s, and off on unix sockets. */
  readonly probeIntervalMs?: number | undefined;
  readonly limits?: FramerLimits | undefined;
  readonly backoff?: BackoffLimits | undefined;
  readonly tap?: Tap | undefined;
  /** True: the remotes are tried in random order, so that many clients spread over the servers. */
  readonly shuffle: boolean;
}

const DEFAULT_PROBE_INTERVAL_MS = 5000;

/** The limit on an attempt to connect, or the back-off if that is longer. */
const MIN_CONNECT_MS = 1000;

export class Link {
  readonly #environment: Environment;
  readonly #users = new Set<LinkEvents>();
  #started = false;
  #ordinals = 0;
  /** The pending calls; the first call is being made. */
  readonly #untold: ((user: LinkEvents) => void)[] = [];
  /** The names of the locks that users want: a server knows locks by connection, not by user. */
  readonly lockNames = new Set<string>();
  /** The required cluster; null: any. */
  cid: string | null = null;
  #tls: TlsFiles | undefined;
  readonly #limits: FramerLimits | undefined;
  readonly #backoff: Backoff;
  #exact = false;
  readonly #tap: Tap | undefined;
  readonly #shuffle: boolean;
  #remotes: readonly Remote[];
  #next = 0;
  #probeIntervalMs: number | undefined;
  #remote: Remote | null = null;
  /** The stream of the present connection or attempt. */
  #stream: Stream | null = null;
  #rpc: Rpc | null = null;
  /** Ends the wait for a connection or for the next attempt; null: no wait. */
  #cancelTimer: (() => void) | null = null;
  #upSince = 0;
  #stopped = false;

  constructor(environment: Environment, options: LinkOptions) {
    this.#environment = environment;
    this.#tls = options.tls;
    this.#limits = options.limits;
    this.#tap = options.tap;
    this.#shuffle = options.shuffle;
    this.#remotes = this.#ordered(options.remotes);
    this.#probeIntervalMs = options.probeIntervalMs;
    this.#backoff = new Backoff(options.remotes.length, options.backoff);
  }

  get tls(): TlsFiles | undefined {
    return this.#tls;
  }

  get remotes(): readonly Remote[] {
    return this.#remotes;
  }

  get rpc(): Rpc | null {
    return this.#rpc;
  }

  /** A number that distinguishes a user of the connection. */
  nextOrdinal(): number {
    return this.#ordinals++;
  }

  /**
   * Adds a user, who gets the events of the connection from the next microtask on. The first user starts the connection; a user
   * who comes after the end is told of the end. Answers the function by which the user leaves.
   */
  join(user: LinkEvents): () => void {
    this.#users.add(user);
    const rpc = this.#rpc;
    this.#environment.soon(() => {
      if (!this.#users.has(user)) return;
      if (this.#stopped) user.onStop();
      else if (!this.#started) this.#start();
      else if (rpc !== null && rpc === this.#rpc && this.#remote !== null) user.onUp(rpc, this.#remote);
    });
    return () => void this.#users.delete(user);
  }

  #start(): void {
    this.#started = true;
    this.#connect();
  }

  /** From now on long integers keep their digits (`RpcOptions.exact`), for every user of the connection. */
  keepDigits(): void {
    this.#exact = true;
    this.#rpc?.keepDigits();
  }

  /** Calls all users. A call that a user causes meanwhile comes after this call. */
  #tell(tell: (user: LinkEvents) => void): void {
    if (this.#untold.push(tell) > 1) return;
    for (let next = this.#untold[0]; next !== undefined; next = this.#untold[0]) {
      for (const user of [...this.#users]) if (this.#users.has(user)) next(user);
      this.#untold.shift();
    }
  }

  /** Connects to the next remote now. */
  #connect(): void {
    this.#clearTimer();
    const remote = this.#remotes[this.#next % this.#remotes.length];
    if (this.#stopped || remote === undefined) return;
    this.#next = (this.#next + 1) % this.#remotes.length;
    this.#remote = remote;
    this.#tell((user) => user.onConnecting(remote));
    if (this.#remote !== remote) this.#connect();
    if (this.#stopped || this.#remote !== remote) return;
    const stream = this.#environment.connect(remote, this.#tls ?? {}, {
      onOpen: () => this.#up(stream, remote),
      onData: (chunk) => {
        if (this.#stream === stream) this.#rpc?.receive(chunk);
      },
      onEnd: (fault) => this.#ended(stream, fault),
    });
    this.#stream = stream;
    const limit = Math.max(this.#backoff.delayMs, MIN_CONNECT_MS);
    const fault = { code: "unreachable", message: `no connection within ${limit / 1000} s` } as const;
    this.#cancelTimer = this.#environment.timer(limit, () => this.#ended(stream, fault));
  }

  /** Replaces the remotes; the connection stays if its remote is still among them. */
  setRemotes(remotes: readonly Remote[]): void {
    this.#remotes = this.#ordered(remotes);
    this.#next = 0;
    if (remotes.some((remote) => remote.name === this.#remote?.name)) return;
    this.#backoff.grant(remotes.length + 1);
    const error = { code: "not configured", message: "the remote is not configured any more" } as const;
    if (this.#rpc !== null) this.#rpc.close(error);
    else if (this.#stream !== null) this.#ended(this.#stream, error);
    else if (this.#cancelTimer !== null) this.#connect();
    else this.#remote = null;
  }

  /** Leaves a server that does not serve any more, for the next remote: at once if the server has served for long. */
  abandon(error: ConnectionError): void {
    const goodForMs = this.#rpc === null ? null : this.#rpc.lastReceived - this.#upSince;
    this.leave(error, this.#backoff.lasted(goodForMs));
  }

  /** Leaves the present server for the next remote; `atOnce` tries each remote without waiting. */
  leave(error: ConnectionError, atOnce: boolean): void {
    if (atOnce) this.#backoff.grant(this.#remotes.length + 1);
    if (this.#rpc !== null) this.#rpc.close(error);
    else if (atOnce && this.#stream === null && this.#cancelTimer !== null) this.#connect();
  }

  /** Replaces the files for TLS, for the next connection. */
  setTls(files: TlsFiles): void {
    this.#tls = files;
  }

  setProbeInterval(milliseconds: number | undefined): void {
    this.#probeIntervalMs = milliseconds;
    if (this.#remote !== null) this.#rpc?.setProbeInterval(this.#probeInterval(this.#remote));
  }

  /** Ends the connection; no event follows. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#clearTimer();
    this.#rpc?.close({ code: "closed", message: "the session was closed" });
    this.#stream?.close();
    this.#tell((user) => user.onStop());
  }

  #up(stream: Stream, remote: Remote): void {
    if (this.#stream !== stream) return;
    this.#clearTimer();
    const upSince = this.#environment.elapsed();
    this.#upSince = upSince;
    this.#tap?.connected();
    const rpc = new Rpc(
      this.#environment,
      stream,
      {
        probeIntervalMs: this.#probeInterval(remote),
        exact: this.#exact,
        tap: this.#tap,
        ...(this.#limits !== undefined && { limits: this.#limits }),
      },
      {
        onNotification: (method, params) => this.#tell((user) => user.onNotification(method, params)),
        onClose: (error) => {
          this.#rpc = null;
          this.#stream = null;
          // The time in which the server hung does not count (lib/reconnect.c).
          const goodForMs = rpc.lastReceived - upSince;
          this.#down({ ...error, message: `${remote.name}: ${error.message}` }, goodForMs);
        },
      },
    );
    this.#rpc = rpc;
    this.#tell((user) => {
      if (this.#rpc === rpc) user.onUp(rpc, remote);
    });
  }

  /** Handles a stream that could not be opened, or was lost. */
  #ended(stream: Stream, error: ConnectionError): void {
    if (this.#stream !== stream) return;
    if (this.#rpc !== null) {
      this.#rpc.close(error);
      return;
    }
    this.#stream = null;
    stream.close();
    this.#down({ ...error, message: `${this.#remote?.name ?? "connection"}: ${error.message}` }, null);
  }

  #down(error: ConnectionError, connectedMs: number | null): void {
    this.#clearTimer();
    if (this.#stopped) return;
    this.#remote = null;
    const retryInMs = this.#backoff.next(connectedMs);
    this.#cancelTimer = this.#environment.timer(retryInMs, () => this.#connect());
    this.#tell((user) => user.onDown(error, retryInMs));
  }

  #probeInterval(remote: Remote): number {
    const interval = this.#probeIntervalMs ?? (remote.kind === "unix" ? 0 : DEFAULT_PROBE_INTERVAL_MS);
    return Number.isFinite(interval) ? Math.min(Math.max(interval, 0), MAX_TIMER_MS) : 0;
  }

  #ordered(remotes: readonly Remote[]): readonly Remote[] {
    if (!this.#shuffle) return remotes;
    const order = remotes.map((remote) => ({ remote, at: this.#environment.random() }));
    return order.sort((a, b) => a.at - b.at).map(({ remote }) => remote);
  }

  #clearTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}
