/** Remotes of databases (ovsdb(7), "Connection Methods"): `unix:FILE`, `tcp:HOST:PORT`, `ssl:HOST:PORT`. */
import { err, ok, type Result } from "../result.ts";

/** Where one server listens; `name` is the remote as the list of remotes spells it. */
export type Remote =
  | { readonly kind: "unix"; readonly name: string; readonly path: string }
  | { readonly kind: "tcp" | "ssl"; readonly name: string; readonly host: string; readonly port: number };

/** The files by which the client verifies an `ssl:` server, and shows the server who the client is. All are PEM. */
export interface TlsFiles {
  /** Path of the client's private key. */
  readonly privateKey?: string;
  /** Path of the client's certificate, which the client shows when the server asks for one. */
  readonly certificate?: string;
  /** Path of the CA's certificates. Without this file there is no connection: an unverified server is refused. */
  readonly caCert?: string;
  /**
   * True: where the file `caCert` does not exist, trust the first server: keep the self-signed certificate at the end of the
   * server's chain in that file, and connect again. Default false. Only safe where nobody can stand between.
   */
  readonly bootstrapCaCert?: boolean;
  /** True: also compare the remote's host with the names in the server's certificate. Default false, as Open vSwitch does. */
  readonly verifyHost?: boolean;
}

/** The port of `tcp:HOST` and `ssl:HOST` without one. */
const DEFAULT_PORT = 6640;

const CID = "cid:";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The cluster that a list of remotes asks for by an entry `cid:UUID`, as `ovsdb-cs` knows it; null: any. */
export function clusterOf(remotes: string | readonly Remote[]): string | null {
  if (typeof remotes !== "string") return null;
  const entry = remotes.split(",").find((part) => part.trim().startsWith(CID));
  return entry === undefined ? null : parseCid(entry.trim());
}

function parseCid(entry: string): string | null {
  const cid = entry.slice(CID.length).toLowerCase();
  return UUID.test(cid) ? cid : null;
}

/**
 * Parses a comma list of remotes: `unix:FILE`, `tcp:HOST:PORT`, `ssl:HOST:PORT`, with 6640 for a port that is left out. An
 * entry `cid:UUID` is checked and left out. The error names the entry that is wrong, and what was expected. Throws nothing.
 */
export function parseRemotes(text: string): Result<readonly Remote[], string> {
  const remotes: Remote[] = [];
  for (const entry of text.split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    if (entry.startsWith(CID)) {
      if (parseCid(entry) === null) return err(`${entry}: expected cid:UUID, the id of a cluster`);
      continue;
    }
    const remote = parseRemote(entry);
    if (!remote.ok) return remote;
    remotes.push(remote.value);
  }
  if (remotes.length === 0) return err("no remote given: expected unix:FILE, tcp:HOST:PORT or ssl:HOST:PORT");
  return ok(remotes);
}

/** Throws for a text that is no list of remotes, for an empty list, and for an `ssl:` remote without files for TLS. */
export function asRemotes(remotes: string | readonly Remote[], tls: TlsFiles | undefined): readonly Remote[] {
  const list = typeof remotes !== "string" && remotes.length > 0 ? remotes : parsedRemotes(remotes);
  const secure = list.find(({ kind }) => kind === "ssl");
  if (secure === undefined || tls !== undefined) return list;
  throw new Error(`${secure.name}: an ssl: remote needs the option tls, with a CA certificate at least`);
}

function parsedRemotes(remotes: string | readonly Remote[]): readonly Remote[] {
  const parsed = parseRemotes(typeof remotes === "string" ? remotes : "");
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function parseRemote(name: string): Result<Remote, string> {
  const colon = name.indexOf(":");
  const kind = name.slice(0, Math.max(colon, 0));
  const rest = name.slice(colon + 1);
  if (kind === "unix") {
    return rest === "" ? err(`${name}: expected unix:FILE`) : ok({ kind, name, path: rest });
  }
  if (kind !== "tcp" && kind !== "ssl") {
    return err(`${name}: unknown connection method, expected unix:FILE, tcp:HOST:PORT or ssl:HOST:PORT`);
  }
  const parts = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d+))?$/.exec(rest);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? DEFAULT_PORT : Number(parts[3]);
  if (host === undefined || port < 1 || port > 65535) {
    return err(`${name}: expected ${kind}:HOST:PORT, an IPv6 address in brackets, the port from 1 to 65535`);
  }
  return ok({ kind, name, host, port });
}
