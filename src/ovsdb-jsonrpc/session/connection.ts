/**
 * A connection that one session or several use: each with a database of the same server, and all of them with the same one at
 * a time. What one of them cannot use, because its server does not lead a cluster for instance, all of them leave.
 */
import type { Environment } from "../wire/environment.ts";
import { Link } from "../wire/link.ts";
import { realEnvironment } from "../wire/real/environment.ts";
import { asRemotes, clusterOf, type Remote, type TlsFiles } from "../wire/remote.ts";
import { Tap, type WireCounters } from "../wire/tap.ts";
import type { ConnectionOptions } from "./connection-options.ts";
import { throwLater } from "./emitter.ts";

/** What a connection is made of. */
export interface Wire {
  readonly environment: Environment;
  readonly link: Link;
  readonly tap: Tap;
}

const wires = new WeakMap<Connection, Wire>();

/** What sessions use of a connection, and nobody else. */
export function wireOf(connection: Connection): Wire {
  const wire = wires.get(connection);
  if (wire === undefined) throw new TypeError("expected a Connection");
  return wire;
}

/** A connection that several sessions share by their option `connection`. */
export class Connection {
  readonly #link: Link;
  readonly #tap: Tap;

  /** Connects when the first session is made with it. Throws when the remotes cannot be parsed. */
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

  /** What the connections have carried. */
  get counters(): WireCounters {
    return this.#tap.counters;
  }

  /** Replaces the remotes; a connection to one that is no longer among them is given up. */
  setRemotes(remotes: string | readonly Remote[]): void {
    const list = asRemotes(remotes, this.#link.tls);
    this.#link.cid = clusterOf(remotes);
    this.#link.setRemotes(list);
  }

  /** Other key and certificate files, from the next connection on. */
  setTls(files: TlsFiles): void {
    this.#link.setTls(files);
  }

  /** As the option `probeIntervalMs`; undefined is the default, infinity never. */
  setProbeInterval(milliseconds: number | undefined): void {
    this.#link.setProbeInterval(milliseconds);
  }

  /** Leaves the present server, if there is one, and connects to the next remote at once. */
  reconnect(): void {
    this.#link.leave({ code: "reconnect", message: "a reconnect was asked for" }, true);
  }

  /** Ends it for good, and every session that uses it. */
  close(): void {
    this.#link.stop();
  }
}

/** A listener that throws does not keep the session from going on. */
function guarded<E>(listener: (event: E) => void, environment: Environment): (event: E) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      throwLater(environment, error);
    }
  };
}
