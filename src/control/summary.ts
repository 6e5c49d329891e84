/** `vifplugd status` for people: who and where we are, whom we talk to, and every port with its state. */
import type { ConnectionStatus, PortStatus, Status } from "./status.ts";
import { table } from "./table.ts";

export function formatStatus(status: Status): string {
  const { chassis, connections, providers, engine } = status;
  const facts = [
    ["vifplugd", `${status.version}, ${status.ready ? "ready" : "not ready"}`],
    ["chassis", `${chassis.name ?? "(no name)"}  ${chassis.uuid ?? "(no Chassis row)"}`],
    ["bridge", status.bridge],
    ["Open_vSwitch", connectionText(connections.ovs)],
    ["OVN_Southbound", connectionText(connections.southbound) + leaderText(connections.southbound.leader)],
    ["providers", providers.map(({ type, state }) => `${type} (${state})`).join(", ") || "none enabled"],
    ["recomputes", String(engine.reduce((sum, { recompute }) => sum + recompute, 0))],
    ...(status.held_unplugs === 0 ? [] : [["held unplugs", String(status.held_unplugs)]]),
  ];
  return `${table(facts)}\n${showPorts(status.ports)}`;
}

function connectionText({ remote, state }: ConnectionStatus): string {
  return remote === null ? state : `${state}  ${remote}`;
}

function leaderText(leader: boolean | null): string {
  if (leader === null) return "";
  return leader ? "  (leader)" : "  (not the leader)";
}

export function showPorts(ports: readonly PortStatus[]): string {
  if (ports.length === 0) return "no port is wanted or plugged on this chassis\n";
  const rows = ports
    .toSorted((a, b) => (a.lport < b.lport ? -1 : 1))
    .map(({ lport, type, state, interface: name, reason }) => [
      lport,
      state,
      type,
      name ?? "-",
      reason ?? "",
    ]);
  return table([["LPORT", "STATE", "TYPE", "INTERFACE", "REASON"], ...rows]);
}
