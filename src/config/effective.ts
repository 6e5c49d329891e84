/**
 * The configuration as it takes effect: the file, the host, and the Open_vSwitch row, each where the one before is
 * silent (see the README).
 */
import { readFileSync } from "node:fs";
import { parseRemotes, type Remote, type TlsFiles } from "ovsdb-jsonrpc";
import type { SslRow } from "../plug/rows.ts";
import type { PlugSettings } from "../plug/settings.ts";
import { externalId, externalIdKey } from "../plug/settings.ts";
import { fail, ok, type Result } from "../result.ts";
import { type ListenAddress, parseListenAddress } from "./listen.ts";
import type { Config } from "./schema.ts";

/** ovn-controller(8): a chassis name in this file beats the Open_vSwitch row. */
export const SYSTEM_ID_OVERRIDE = "/etc/ovn/system-id-override";

export function plugSettings(config: Config, systemIdOverride: string | null): PlugSettings {
  return {
    chassis: config.chassis ?? systemIdOverride,
    bridge: config.ovs.bridge ?? null,
    onWithdraw: config.plug.on_withdraw,
    onRename: config.plug.on_rename,
    additionalChassis: config.plug.additional_chassis,
    maxUnplugPercent: Number.parseInt(config.safety.max_unplug, 10),
  };
}

export function readSystemIdOverride(path: string = SYSTEM_ID_OVERRIDE): string | null {
  try {
    return readFileSync(path, "utf8").trim().split(/\s/, 1)[0] || null;
  } catch {
    return null;
  }
}

export interface SouthboundTarget {
  readonly remotes: string;
  /** Milliseconds; 0 = off; undefined: off on unix sockets, else 5,000. */
  readonly probeIntervalMs: number | undefined;
  readonly tls: TlsFiles;
}

/**
 * Where the Southbound is; null when neither the file nor `external_ids:ovn-remote` says so, and an error when what
 * the Open_vSwitch row says cannot be a remote.
 */
export function southboundTarget(
  config: Config,
  externalIds: ReadonlyMap<string, string>,
  chassis: string | null,
  ssl: SslRow | null,
): Result<SouthboundTarget, string> | null {
  const { southbound } = config;
  const text = southbound.remote ?? externalId(externalIds, "ovn-remote", chassis);
  if (text === null) return null;
  const from =
    southbound.remote === undefined
      ? `external_ids:${externalIdKey(externalIds, "ovn-remote", chassis)}`
      : "southbound.remote";
  const remotes = parseRemotes(text);
  if (!remotes.ok) return fail(`${from}: ${remotes.error}`);
  const tls = tlsFiles(config, ssl);
  if (!tls.caCert && remotes.value.every(({ kind }) => kind === "ssl")) {
    return fail(`${from}: ${text}: ${NO_CA_CERT}`);
  }
  return ok({
    remotes: text,
    probeIntervalMs: southbound.probe_interval_ms ?? probeInterval(remotes.value, externalIds, chassis),
    tls,
  });
}

const NO_CA_CERT =
  "ssl: needs the certificate of the authority that signed the Southbound's: set southbound.ca_cert, or ovs-vsctl set-ssl PRIVATE-KEY CERTIFICATE CA-CERT";

export interface LocalTarget {
  readonly remotes: string;
  readonly tls: TlsFiles;
  /** What is missing to connect at all, and what to do; null: nothing. */
  readonly fault: string | null;
}

/** Where the local database is. Its own SSL table cannot tell before there is a connection. */
export function localTarget(config: Config): LocalTarget {
  const { remote } = config.ovs;
  const tls = configuredTlsFiles(config);
  const remotes = parseRemotes(remote);
  const needsTls = remotes.ok && remotes.value.every(({ kind }) => kind === "ssl");
  const fault =
    needsTls && tls.caCert === undefined
      ? `ovs.remote: ${remote}: ssl: needs the certificate of the authority that signed the database's: set southbound.ca_cert`
      : null;
  return { remotes: remote, tls, fault };
}

/** The files of the configuration; where it names none, those of the Open_vSwitch SSL table. */
function tlsFiles(config: Config, ssl: SslRow | null): TlsFiles {
  const { private_key, certificate, ca_cert } = config.southbound;
  const configured = private_key ?? certificate ?? ca_cert;
  if (configured === undefined && ssl !== null) {
    return {
      privateKey: ssl.private_key,
      certificate: ssl.certificate,
      caCert: ssl.ca_cert,
      bootstrapCaCert: ssl.bootstrap_ca_cert,
    };
  }
  return configuredTlsFiles(config);
}

function configuredTlsFiles({ southbound: { private_key, certificate, ca_cert } }: Config): TlsFiles {
  return {
    ...(private_key === undefined ? {} : { privateKey: private_key }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(ca_cert === undefined ? {} : { caCert: ca_cert }),
  };
}

/** Open vSwitch probes no more often (reconnect_set_probe_interval), whatever a database says. */
const MIN_PROBE_INTERVAL_MS = 1000;

/** What the Open_vSwitch row says; unix sockets are not probed on its account. */
function probeInterval(
  remotes: readonly Remote[],
  externalIds: ReadonlyMap<string, string>,
  chassis: string | null,
): number | undefined {
  if (remotes.every((remote) => remote.kind === "unix")) return undefined;
  const text = externalId(externalIds, "ovn-remote-probe-interval", chassis);
  if (text === null || !/^\d{1,9}$/.test(text)) return undefined;
  return Number(text) === 0 ? 0 : Math.max(Number(text), MIN_PROBE_INTERVAL_MS);
}

/** Where metrics are served; null: nowhere. */
export function metricsAddress({ metrics }: Config): ListenAddress | null {
  const address = metrics.listen === undefined ? null : parseListenAddress(metrics.listen);
  return address?.ok === true ? address.value : null;
}
