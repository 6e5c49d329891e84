/** The options of a connection. */

import type { BackoffLimits } from "../wire/backoff.ts";
import type { Environment } from "../wire/environment.ts";
import type { FramerLimits } from "../wire/json-framer.ts";
import type { Remote, TlsFiles } from "../wire/remote.ts";
import type { WireMessage } from "../wire/tap.ts";

/** Where the servers are, and how a connection to a server is made and kept. */
export interface ConnectionOptions {
  /**
   * A comma list such as `unix:FILE,tcp:HOST:PORT`, with `cid:UUID` where only one cluster will do, or what `parseRemotes`
   * made of one.
   */
  readonly remotes: string | readonly Remote[];
  /** The files for TLS; `ssl:` remotes need them. */
  readonly tls?: TlsFiles;
  /**
   * After so many milliseconds of silence the server is asked for an echo, and after so many more without an answer the
   * connection is given up. 0 and infinity: never. Default 5,000, and 0 on unix sockets.
   */
  readonly probeIntervalMs?: number;
  /** True: several remotes are tried in random order, as Open vSwitch does; false: in the order of the list. Default true. */
  readonly shuffleRemotes?: boolean;
  /** How long to wait before the next attempt to connect. Default 1 s, doubled up to 8 s. */
  readonly backoff?: BackoffLimits;
  /** How long and how deep a message of a server may be; the connection is given up for a message beyond that. */
  readonly limits?: FramerLimits;
  /**
   * Called with every message that is sent or received, in order. An error that the function throws becomes an uncaught
   * exception, and the session goes on.
   */
  readonly onMessage?: (message: WireMessage) => void;
  /**
   * Matches the names of map keys and columns whose values are secrets: `WireMessage.text` has `***` in their place. Default:
   * names with psk, passw, secret, credential, private_key or token in them, in any case.
   */
  readonly secretNames?: RegExp;
  /** The source of time, chance and connections, for simulations and tests. Default `realEnvironment`. */
  readonly environment?: Environment;
}
