/** `vifplugd status` for people: the daemon and its chassis, the connections, and every port with its state. */
import type {
  ConnectionStatus,
  FileStatus,
  ListenerStatus,
  PortCounts,
  PortStatus,
  ProviderStatus,
  Status,
} from "../view/status-shape.ts";
import { byTrouble, STATES_BY_TROUBLE } from "../view/trouble.ts";
import { type Colour, hang, PLAIN, type Style } from "./style.ts";
import { facts, table } from "./table.ts";

const COLOURS: Readonly<Record<PortStatus["state"], Colour>> = {
  plugged: "green",
  waiting: "yellow",
  pending: "yellow",
  foreign: "red",
  conflict: "red",
  incompatible: "red",
  "no-provider": "red",
  error: "red",
  held: "magenta",
};

export function showStatus(status: Status, style: Style = PLAIN): string {
  const { chassis, connections, providers, metrics, files, engine } = status;
  const head = facts(
    [
      ["vifplugd", `${status.version}, ${readinessText(status.reason)}`],
      ["chassis", `${chassis.name ?? "(no name)"}  ${chassis.uuid ?? noRowText(connections.southbound)}`],
      ["bridge", status.bridge],
      ["Open_vSwitch", connectionText(connections.ovs)],
      ["OVN_Southbound", connectionText(connections.southbound) + leaderText(connections.southbound.leader)],
      ["providers", providers.map(providerText).join(", ") || "none enabled"],
      ...(metrics === null ? [] : [["metrics", metricsText(metrics)] as const]),
      ...files.filter(({ error }) => error !== null).map(fileFact),
      ["recomputes", String(engine.reduce((sum, { recompute }) => sum + recompute, 0))],
      ["ports", countsText(status.counts)],
      ...(status.held_unplugs === 0 ? [] : [["held unplugs", String(status.held_unplugs)] as const]),
    ],
    style,
  );
  return `${head}\n${showPorts(status.ports, status.reason, style)}`;
}

/** Only the Southbound knows whether there is a row. */
function noRowText({ state }: ConnectionStatus): string {
  return state === "connected" ? "(no Chassis row)" : "(Chassis row not known)";
}

/** The ports that were asked for. Of the chassis it shows only the reason why the daemon is not ready. */
export function showMatching({ ports, counts, reason }: Status, style: Style = PLAIN): string {
  const notReady = reason === null ? "" : hang("not ready: ", reason, style);
  if (ports.length === 0) return `${notReady}none of ${portsText(counts.all)} matches\n`;
  return `${notReady}${showPorts(ports, reason, style)}\n${counts.matching} of ${portsText(counts.all)}\n`;
}

/** As `46, 2 in trouble: 1 conflict, 1 held, 44 plugged`. */
export function countsText({ all, trouble, states }: PortCounts): string {
  if (all === 0) return "0";
  const parts = STATES_BY_TROUBLE.flatMap((state) => {
    const number = states[state] ?? 0;
    return number === 0 ? [] : [`${number} ${state}`];
  });
  return `${all}, ${trouble === 0 ? "none" : trouble} in trouble: ${parts.join(", ")}`;
}

function portsText(number: number): string {
  return number === 1 ? "1 port" : `${number} ports`;
}

/** @param notReady what is missing; null: the daemon is ready */
export function readinessText(notReady: string | null): string {
  return notReady === null ? "ready" : `not ready: ${notReady}`;
}

function providerText({ type, state, reason }: ProviderStatus): string {
  return `${type} (${reason === undefined ? state : `${state}: ${reason}`})`;
}

function metricsText({ listen, state, error }: ListenerStatus): string {
  return error === null ? `${state}  ${listen}` : `${state}  ${error}`;
}

/** The kind of the file, as people write it, with its state, its path and its error. */
function fileFact({ kind, state, path, error }: FileStatus): readonly [string, string] {
  const isNamed = error?.includes(path) === true;
  return [
    kind.replace("-", " "),
    [state, isNamed ? null : path, error].filter((part) => part !== null).join("  "),
  ];
}

function connectionText({ remote, state, error }: ConnectionStatus): string {
  // Most errors begin with the remote, which need not stand there twice.
  const isNamed = remote !== null && error?.startsWith(`${remote}: `) === true;
  return [state, isNamed ? null : remote, error].filter((part) => part !== null).join("  ");
}

function leaderText(leader: boolean | null): string {
  if (leader === null) return "";
  return leader ? "  (leader)" : "  (not the leader)";
}

export function stateColour(state: PortStatus["state"]): Colour {
  return COLOURS[state];
}

/** Ports in trouble come first. @param notReady why ports may be missing; null: the daemon is ready */
export function showPorts(
  ports: readonly PortStatus[],
  notReady: string | null,
  style: Style = PLAIN,
): string {
  if (ports.length === 0) {
    if (notReady !== null) return hang("no port can be decided: ", notReady, style);
    return "no port is wanted or plugged on this chassis\n";
  }
  const rows = ports.toSorted(byTrouble).map(({ lport, type, state, interface: name, reason }) => ({
    cells: [lport, { text: state, colour: COLOURS[state] }, type, name ?? "-"],
    note: reason ?? "",
  }));
  const titles = ["LPORT", "STATE", "TYPE", "INTERFACE"];
  const head = titles.map((text) => ({ text, colour: "bold" as const }));
  return table([{ cells: head, note: "REASON" }, ...rows], style);
}
