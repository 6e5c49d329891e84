/** What is said of a connection when it is made. */

import type { BackoffLimits } from "../wire/backoff.ts";
import type { Environment } from "../wire/environment.ts";
import type { FramerLimits } from "../wire/json-framer.ts";
import type { Remote, TlsFiles } from "../wire/remote.ts";
import type { WireMessage } from "../wire/tap.ts";

/** Where the databases are, and what becomes of the connection to them. */
export interface ConnectionOptions {
  /** A comma list such as `unix:FILE,tcp:HOST:PORT`, with `cid:UUID` where only one cluster will do, or what `parseRemotes` made of one. */
  readonly remotes: string | readonly Remote[];
  /** Needed for `ssl:` remotes. */
  readonly tls?: TlsFiles;
  /** Silence in milliseconds before the server is probed, and again before it is given up; 0 and infinity = never. Default 5,000, and 0 on unix sockets. */
  readonly probeIntervalMs?: number;
  /** Try several remotes in random order, as Open vSwitch does. Default true. */
  readonly shuffleRemotes?: boolean;
  /** How long to wait before connecting again. Default 1 s, doubled up to 8 s. */
  readonly backoff?: BackoffLimits;
  /** What a server may send at most. */
  readonly limits?: FramerLimits;
  /** Told of every message, as it is sent or received. What it throws is thrown as if nobody had called it. */
  readonly onMessage?: (message: WireMessage) => void;
  /** Names of map keys and columns whose values are secrets, and in no text of a message. */
  readonly secretNames?: RegExp;
  /** Time, chance and connections; the real ones unless given. */
  readonly environment?: Environment;
}
