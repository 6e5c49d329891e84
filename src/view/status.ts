/** The state of the daemon, as `vifplugd status --json` prints it. */
import { describeGraph } from "../graph/index.ts";
import type { LportStatus, PortState } from "../plug/lport-status.ts";
import { VERSION } from "../version.ts";
import type { DaemonView } from "./daemon-view.ts";
import { EVERY_PORT, matching, type PortSelection, paged } from "./port-filter.ts";
import type { ChassisStatus, PortCounts, PortStatus, Status } from "./status-shape.ts";
import { isInTrouble } from "./trouble.ts";

/** @param selection the ports to list; `counts` counts all ports */
export function statusOf(daemon: DaemonView, selection: PortSelection = EVERY_PORT): Status {
  const { engine, graph } = daemon;
  const ports = Array.from(engine.data(graph.plug).values(), portStatus);
  const wanted = matching(ports, selection, daemon.notReady);
  const counts = countsOf(ports, wanted.length, daemon.notReady);
  return {
    ...chassisStatusOf(daemon),
    ports: paged(wanted, selection),
    counts,
    engine: describeGraph(engine, daemon.statistics).nodes.map(({ name, live }) => ({
      node: name,
      recompute: live?.recompute ?? 0,
      compute: live?.compute ?? 0,
      cancel: live?.cancel ?? 0,
      updated: live?.updated ?? 0,
    })),
    held_unplugs: counts.states.held ?? 0,
  };
}

/** @param ofChassis as in `isInTrouble` */
export function countsOf(
  ports: readonly PortStatus[],
  matchingCount: number,
  ofChassis: string | null = null,
): PortCounts {
  const states: Partial<Record<PortState, number>> = {};
  for (const { state } of ports) states[state] = (states[state] ?? 0) + 1;
  return {
    all: ports.length,
    trouble: ports.filter((port) => isInTrouble(port, ofChassis)).length,
    matching: matchingCount,
    states,
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
    files: daemon.files,
  };
}

export function portStatus({ lport, plugType, state, interface: name, reason }: LportStatus): PortStatus {
  return { lport, type: plugType, state, interface: name, reason };
}
