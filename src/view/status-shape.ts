/**
 * The output of `vifplugd status --json` and `plug/status`: a documented shape (docs/json.md), so its names do not change.
 */
import * as v from "valibot";
import { PORT_STATES } from "../plug/lport-status.ts";
import { count, flag, listOf, orNull, said, text, version } from "./shape.ts";

export const portState = v.picklist(PORT_STATES);

export const portShape = v.object({
  lport: text,
  type: said(text, "the port's plug type"),
  state: portState,
  interface: said(orNull(text), "the interface in place, or the interface that is wanted"),
  reason: said(orNull(text), "why the port is in that state, where there is something to say"),
});
export type PortStatus = v.InferOutput<typeof portShape>;

const connectionEntries = {
  remote: said(
    orNull(text),
    "the remote that the daemon is connected to; while disconnected, all remotes that it tries",
  ),
  state: v.picklist(["connected", "connecting", "disconnected"]),
  error: said(orNull(text), "why there is no connection"),
};
const connectionShape = v.object(connectionEntries);
export type ConnectionStatus = v.InferOutput<typeof connectionShape>;

const connectionsShape = v.object({
  ovs: connectionShape,
  southbound: v.object({
    ...connectionEntries,
    leader: said(orNull(flag), "that member leads its cluster; null: there is no cluster"),
  }),
});
export type Connections = v.InferOutput<typeof connectionsShape>;

const providerShape = v.object({
  type: text,
  state: v.picklist(["ready", "starting", "failed"]),
  reason: v.exactOptional(said(text, "why the provider is not ready, or goes on with what it had before")),
});
export type ProviderStatus = v.InferOutput<typeof providerShape>;

/** The state of the HTTP listener. */
const listenerShape = v.object({
  listen: said(text, "HOST:PORT, as it is configured"),
  state: v.picklist(["listening", "failed"]),
  error: said(orNull(text), "why the listener failed; vifplugd tries again"),
});
export type ListenerStatus = v.InferOutput<typeof listenerShape>;

/** The state of a file that the daemon keeps. */
const fileShape = v.object({
  kind: v.picklist(["pid-file", "control-socket", "log", "record", "configuration"]),
  path: text,
  state: v.picklist(["ready", "failed"]),
  error: said(
    orNull(text),
    "why the file cannot be made or written; vifplugd tries again, unless the text says what to do",
  ),
});
export type FileStatus = v.InferOutput<typeof fileShape>;

/** @param error null: the file exists, and writes succeed */
export function fileStatus(kind: FileStatus["kind"], path: string, error: string | null): FileStatus {
  return { kind, path, state: error === null ? "ready" : "failed", error };
}

/** The members about the whole chassis. */
const chassisEntries = {
  version,
  ready: said(flag, "vifplugd can decide the ports of this chassis"),
  reason: said(orNull(text), "why the daemon is not ready"),
  chassis: v.object({
    name: orNull(text),
    uuid: said(orNull(text), "the uuid of the chassis's row in the Southbound"),
  }),
  bridge: said(text, "the integration bridge"),
  connections: connectionsShape,
  providers: listOf(providerShape),
  metrics: said(orNull(listenerShape), "the listener for HTTP; null: the listener is off"),
  files: said(
    listOf(fileShape),
    "what the daemon has made and keeps; the log and the record where they are files, and the configuration while its present content is refused",
  ),
};
const chassisShape = v.object(chassisEntries);
export type ChassisStatus = v.InferOutput<typeof chassisShape>;

const nodeShape = v.object({
  node: text,
  recompute: count,
  compute: count,
  cancel: count,
  updated: count,
});

const countsShape = v.object({
  all: said(count, "ports of this chassis"),
  trouble: said(count, "ports that somebody has to look at"),
  matching: said(count, "ports that were asked for"),
  states: said(
    v.pipe(v.object(v.entriesFromList(PORT_STATES, v.exactOptional(count))), v.readonly()),
    "how many ports are in each state that any port is in",
  ),
});
export type PortCounts = v.InferOutput<typeof countsShape>;

export const statusShape = v.object({
  ...chassisEntries,
  ports: said(
    listOf(portShape),
    "the ports that were asked for, in the order of lport; of a page (--page), trouble first",
  ),
  counts: said(countsShape, "numbers of all ports, whichever were asked for"),
  engine: said(listOf(nodeShape), "the dataflow graph's nodes, and how often each node did what"),
  held_unplugs: said(count, "ports that are due to be unplugged and held"),
});
export type Status = v.InferOutput<typeof statusShape>;
