/** The daemon's state as `vifplugd status --json` prints it: a documented shape, so its names do not change. */
import { describeGraph } from "../graph/index.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import { VERSION } from "../version.ts";
import type { Connections, DaemonView, ListenerStatus, ProviderStatus } from "./daemon-view.ts";

export interface Status extends ChassisStatus {
  readonly ports: readonly PortStatus[];
  readonly engine: readonly NodeStatus[];
  readonly held_unplugs: number;
}

/** What is said of the whole chassis, and not of a port or a node. */
export interface ChassisStatus {
  readonly version: string;
  /** Both databases are in sync and complete for this chassis, and every port has been decided once. */
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly reason: string | null;
  readonly chassis: { readonly name: string | null; readonly uuid: string | null };
  readonly bridge: string;
  readonly connections: Connections;
  readonly providers: readonly ProviderStatus[];
  /** Null: nothing is served by HTTP. */
  readonly metrics: ListenerStatus | null;
}

export interface PortStatus {
  readonly lport: string;
  readonly type: string;
  readonly state: LportStatus["state"];
  readonly interface: string | null;
  readonly reason: string | null;
}

export interface NodeStatus {
  readonly node: string;
  readonly recompute: number;
  readonly compute: number;
  readonly cancel: number;
  readonly updated: number;
}

export function statusOf(daemon: DaemonView): Status {
  const { engine, graph } = daemon;
  const statuses = [...engine.data(graph.plug).values()];
  return {
    ...chassisStatusOf(daemon),
    ports: statuses.map(portStatus).sort((a, b) => (a.lport < b.lport ? -1 : 1)),
    engine: describeGraph(engine, daemon.statistics).nodes.map(({ name, live }) => ({
      node: name,
      recompute: live?.recompute ?? 0,
      compute: live?.compute ?? 0,
      cancel: live?.cancel ?? 0,
      updated: live?.updated ?? 0,
    })),
    held_unplugs: statuses.filter(({ state }) => state === "held").length,
  };
}

export function chassisStatusOf(daemon: DaemonView): ChassisStatus {
  const local = daemon.engine.data(daemon.graph.localChassis).current;
  return {
    version: VERSION,
    ready: daemon.ready,
    reason: daemon.notReady,
    chassis: { name: local.chassis?.name ?? null, uuid: local.chassis?.record?._uuid ?? null },
    bridge: local.bridgeName,
    connections: daemon.connections(),
    providers: daemon.providers(),
    metrics: daemon.metrics,
  };
}

export function portStatus({ lport, plugType, state, interface: name, reason }: LportStatus): PortStatus {
  return { lport, type: plugType, state, interface: name, reason };
}
