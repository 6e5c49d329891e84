/** The settings in force: from the file, else from the host. */
import { parseRemotes, type TlsFiles } from "ovsdb-jsonrpc";
import type { PlugSettings } from "../plug/settings.ts";
import { type ListenAddress, parseListenAddress } from "../serve/address.ts";
import { readAtMost } from "./load.ts";
import type { Config } from "./schema.ts";

/** ovn-controller(8): a chassis name in this file beats the Open_vSwitch row. */
export const SYSTEM_ID_OVERRIDE = "/etc/ovn/system-id-override";
/** The limit on bytes read from that file: a chassis name is a word. */
const OVERRIDE_BYTES = 4096;

export function plugSettings(config: Config, systemIdOverride: string | null): PlugSettings {
  return {
    chassis: config.chassis ?? systemIdOverride,
    bridge: config.ovs.bridge ?? null,
    onWithdraw: config.plug.on_withdraw,
    onRename: config.plug.on_rename,
    additionalChassis: config.plug.additional_chassis,
    maxUnplugPercent: Number.parseInt(config.safety.max_unplug, 10),
    southbound: {
      remote: config.southbound.remote ?? null,
      probeIntervalMs: config.southbound.probe_interval_ms ?? null,
      tls: configuredTlsFiles(config),
    },
  };
}

export function readSystemIdOverride(path: string = SYSTEM_ID_OVERRIDE): string | null {
  try {
    const text = new TextDecoder().decode(readAtMost(path, OVERRIDE_BYTES));
    return text.trim().split(/\s/, 1)[0] || null;
  } catch {
    return null;
  }
}

export interface LocalTarget {
  readonly remotes: string;
  readonly tls: TlsFiles;
  /** Why no connection is possible, and the remedy; null: a connection is possible. */
  readonly fault: string | null;
}

/** The address of the local database. Its SSL table is not known before there is a connection. */
export function localTarget(config: Config): LocalTarget {
  const { remote } = config.ovs;
  const tls = configuredTlsFiles(config);
  const remotes = parseRemotes(remote);
  const needsTls = remotes.ok && remotes.value.every(({ kind }) => kind === "ssl");
  const fault =
    needsTls && tls.caCert === undefined
      ? `ovs.remote: ${remote}: ssl: needs the certificate of the authority that signed the database's certificate: set southbound.ca_cert`
      : null;
  return { remotes: remote, tls, fault };
}

function configuredTlsFiles({ southbound: { private_key, certificate, ca_cert } }: Config): TlsFiles {
  return {
    ...(private_key === undefined ? {} : { privateKey: private_key }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(ca_cert === undefined ? {} : { caCert: ca_cert }),
  };
}

/** The address of the metrics, and who may read what. */
export interface MetricsSettings {
  readonly address: ListenAddress;
  /** True: every client may read the names of ports. */
  readonly isPublic: boolean;
  /** True: the listener also serves the page. */
  readonly hasPage: boolean;
}

export function metricsSettings({ metrics }: Config): MetricsSettings | null {
  const address = metrics.listen === undefined ? null : parseListenAddress(metrics.listen);
  return address?.ok === true
    ? { address: address.value, isPublic: metrics.public, hasPage: metrics.page }
    : null;
}
