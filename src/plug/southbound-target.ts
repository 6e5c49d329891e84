/**
 * The address of the Southbound, its TLS files and its probes: from the configuration, else from the Open_vSwitch row and its
 * SSL table (ovn-controller(8)). A pure function of rows and settings. Each reason without an address has a kind.
 */
import { parseRemotes, type Remote, type TlsFiles } from "ovsdb-jsonrpc";
import type { SslRow } from "./rows.ts";
import { externalId, externalIdKey, type SouthboundSettings } from "./settings.ts";

export type SouthboundTarget =
  /** The local database has not answered yet. */
  | { readonly kind: "unknown" }
  /** Neither the configuration nor the Open_vSwitch row names a remote. */
  | { readonly kind: "unnamed" }
  /** The given remote is no remote, or cannot be reached; the reason is for people. */
  | { readonly kind: "unusable"; readonly reason: string }
  | SouthboundAddress;

export interface SouthboundAddress {
  readonly kind: "named";
  readonly remotes: string;
  /** The interval in milliseconds; 0: off; undefined: off on unix sockets, else 5,000. */
  readonly probeIntervalMs: number | undefined;
  readonly tls: TlsFiles;
}

const NO_CA_CERT =
  "ssl: needs the certificate of the authority that signed the Southbound's certificate: set southbound.ca_cert, or ovs-vsctl set-ssl PRIVATE-KEY CERTIFICATE CA-CERT";

const NO_REMOTE = "no Southbound remote: set southbound.remote, or external_ids:ovn-remote in Open_vSwitch";

/** Why vifplugd cannot connect to the Southbound, for people; null: it can try, or the address is not known yet. */
export function faultOf(target: SouthboundTarget): string | null {
  switch (target.kind) {
    case "unknown":
    case "named":
      return null;
    case "unnamed":
      return NO_REMOTE;
    case "unusable":
      return target.reason;
  }
}

export function southboundTarget(
  settings: SouthboundSettings,
  externalIds: ReadonlyMap<string, string>,
  chassis: string | null,
  ssl: SslRow | null,
): SouthboundTarget {
  const text = settings.remote ?? externalId(externalIds, "ovn-remote", chassis);
  if (text === null) return { kind: "unnamed" };
  const from =
    settings.remote === null
      ? `external_ids:${externalIdKey(externalIds, "ovn-remote", chassis)}`
      : "southbound.remote";
  const remotes = parseRemotes(text);
  if (!remotes.ok) return { kind: "unusable", reason: `${from}: ${remotes.error}` };
  const tls = tlsFiles(settings.tls, ssl);
  if (!tls.caCert && remotes.value.every(({ kind }) => kind === "ssl")) {
    return { kind: "unusable", reason: `${from}: ${text}: ${NO_CA_CERT}` };
  }
  const probeIntervalMs =
    settings.probeIntervalMs ?? probeInterval(remotes.value, externalIds, chassis) ?? undefined;
  return { kind: "named", remotes: text, probeIntervalMs, tls };
}

/** Each file that the configuration names; each other file is that of the Open_vSwitch SSL table. */
function tlsFiles(configured: TlsFiles, ssl: SslRow | null): TlsFiles {
  if (ssl === null) return configured;
  const { private_key: privateKey, certificate, ca_cert: caCert, bootstrap_ca_cert: bootstrapCaCert } = ssl;
  // The table allows only its own file to be taken from the server.
  const authority = configured.caCert === undefined ? { caCert, bootstrapCaCert } : {};
  return { privateKey, certificate, ...authority, ...configured };
}

/** The shortest interval, in milliseconds; Open vSwitch has the same bound (reconnect_set_probe_interval). */
const MIN_PROBE_INTERVAL_MS = 1000;

/** The interval of the Open_vSwitch row, in milliseconds; null: the row has none, or all remotes are unix sockets. */
function probeInterval(
  remotes: readonly Remote[],
  externalIds: ReadonlyMap<string, string>,
  chassis: string | null,
): number | null {
  if (remotes.every((remote) => remote.kind === "unix")) return null;
  const text = externalId(externalIds, "ovn-remote-probe-interval", chassis);
  if (text === null || !/^\d{1,9}$/.test(text)) return null;
  return Number(text) === 0 ? 0 : Math.max(Number(text), MIN_PROBE_INTERVAL_MS);
}
