/**
 * A connection for one or several sessions, each with a database of the same server; all sessions use the same server at a time.
 * When one session cannot use a server (it does not lead its cluster, for instance), all sessions leave the server.
 */
import type { Environment } from "../wire/environment.ts";
import { Link } from "../wire/link.ts";
import { realEnvironment } from "../wire/real/environment.ts";
import { asRemotes, clusterOf, type Remote, type TlsFiles } from "../wire/remote.ts";
import { Tap, type WireCounters } from "../wire/tap.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { throwLater } from "./emitter.ts";

/** The parts of a connection. */
export interface Wire {
  readonly environment: Environment;
  readonly link: Link;
  readonly tap: Tap;
}

const wires = new WeakMap<Connection, Wire>();

/** The parts of a connection, for sessions only. */
export function wireOf(connection: Connection): Wire {
  const wire = wires.get(connection);
  if (wire === undefined) throw new TypeError("expected a Connection");
  return wire;
}

/** A connection to a server that several sessions share: each session gets the connection as its option `connection`. */
export class Connection {
  readonly #link: Link;
  readonly #tap: Tap;

  /**
   * Makes no attempt to connect before the first session is made with this connection. Throws when the remotes cannot be
   * parsed, and for `ssl:` remotes without `tls`.
   */
  constructor(options: ConnectionOptions) {
    const environment = options.environment ?? realEnvironment;
    const { onMessage } = options;
    const tap = new Tap(environment, onMessage && guarded(onMessage, environment), options.secretNames);
    const link = new Link(environment, {
      remotes: asRemotes(options.remotes, options.tls),
      tls: options.tls,
      probeIntervalMs: options.probeIntervalMs,
      limits: options.limits,
      backoff: options.backoff,
      shuffle: options.shuffleRemotes ?? true,
      tap,
    });
    link.cid = clusterOf(options.remotes);
    this.#link = link;
    this.#tap = tap;
    wires.set(this, { environment, link, tap });
  }

  /** How many connections were made one after the other, and how many messages and bytes they have carried. */
  get counters(): WireCounters {
    return this.#tap.counters;
  }

  /**
   * Replaces the remotes. The connection is given up when its server is no longer among them. Throws as the constructor does.
   */
  setRemotes(remotes: string | readonly Remote[]): void {
    const list = asRemotes(remotes, this.#link.tls);
    this.#link.cid = clusterOf(remotes);
    this.#link.setRemotes(list);
  }

  /** Replaces the files for TLS. The next attempt to connect uses the new files; the present connection stays. */
  setTls(files: TlsFiles): void {
    this.#link.setTls(files);
  }

  /** Replaces the option `probeIntervalMs`, in milliseconds; undefined: the default; infinity: no probes. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#link.setProbeInterval(milliseconds);
  }

  /** Leaves the present server, if there is one, and connects to the next remote at once. */
  reconnect(): void {
    this.#link.leave({ code: "reconnect", message: "a reconnect was asked for" }, true);
  }

  /** Ends the connection for good, and every session that uses the connection. */
  close(): void {
    this.#link.stop();
  }
}

/** Wraps a listener, so that its errors do not stop the session. */
function guarded<E>(listener: (event: E) => void, environment: Environment): (event: E) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      throwLater(environment, error);
    }
  };
}
