/** The head of the page: the chassis, and the stations of a change on its way through the daemon, each with its state. */
import type { ChassisStatus, ConnectionStatus } from "../../view/status-shape.ts";
import { byId, element, fill, say, sentence, word } from "./dom.ts";

type Lamp = "good" | "busy" | "bad";

interface Station {
  readonly title: string;
  readonly lamp: Lamp;
  readonly lines: readonly string[];
  readonly fault: string | null;
  readonly items: readonly { readonly text: string; readonly isFailed: boolean }[];
}

const path = byId("path", HTMLOListElement);
const heading = byId("chassis", HTMLHeadingElement);
const readiness = byId("readiness", HTMLParagraphElement);
let shown = "";

export function showChassis(status: ChassisStatus): void {
  say(heading, word(status.chassis.name ?? "no chassis name"));
  say(readiness, readinessText(status));
  readiness.dataset.ready = status.ready ? "yes" : "no";
  const stations = stationsOf(status);
  const text = JSON.stringify(stations);
  // Equal content is not drawn anew, because a pulse may be under way.
  if (text === shown) return;
  shown = text;
  fill(path, ...stations.map(stationElement));
}

/** Shows that a change has gone through the daemon. */
export function pulse(): void {
  for (const each of path.querySelectorAll(".pulse")) {
    each.classList.remove("run");
    // Reading the layout ends an animation that is under way, so that the next one begins anew.
    each.getBoundingClientRect();
    each.classList.add("run");
  }
}

function readinessText({ ready, reason }: ChassisStatus): string {
  if (ready) return "Ready: every port has been decided";
  return `Not ready: ${sentence(reason ?? "something is missing")}`;
}

function stationsOf(status: ChassisStatus): readonly Station[] {
  const { version, ready, bridge, connections, providers, files } = status;
  const { southbound, ovs } = connections;
  const lost = files.flatMap(({ error }) => (error === null ? [] : [sentence(error)]));
  const roles = { true: "connected, leader", false: "connected, not the leader" } as const;
  const isLeader = southbound.leader;
  return [
    {
      ...database("Southbound", southbound),
      ...(southbound.state === "connected" && isLeader !== null
        ? { lines: [roles[isLeader ? "true" : "false"], word(southbound.remote ?? "")] }
        : {}),
    },
    {
      title: `vifplugd ${version}`,
      lamp: ready ? "good" : "busy",
      lines: providers.length === 0 ? ["no provider is enabled"] : [],
      fault: lost.length === 0 ? null : lost.join("; "),
      items: providers.map(({ type, state, reason }) => {
        const isFailed = state !== "ready" || reason !== undefined;
        return { text: isFailed ? `${word(type)}: ${sentence(reason ?? state)}` : word(type), isFailed };
      }),
    },
    { ...database("Open vSwitch", ovs), ...(ovs.state === "connected" ? bridgeLines(bridge, ovs) : {}) },
  ];
}

function bridgeLines(bridge: string, { remote }: ConnectionStatus) {
  return { lines: [`connected, bridge ${word(bridge)}`, word(remote ?? "")] };
}

function database(title: string, { state, remote, error }: ConnectionStatus): Station {
  const lamp = state === "connected" ? "good" : state === "connecting" ? "busy" : "bad";
  return {
    title,
    lamp,
    lines: [state, ...(remote === null ? [] : [word(remote)])],
    fault: error === null ? null : sentence(error),
    items: [],
  };
}

function stationElement({ title, lamp, lines, fault, items }: Station): HTMLElement {
  return element(
    "li",
    { class: "station", "data-state": lamp },
    element("span", { class: "pulse", "aria-hidden": "true" }),
    element("h2", {}, title),
    ...lines.map((line) => element("p", {}, line)),
    fault === null ? null : element("p", { class: "fault" }, fault),
    items.length === 0
      ? null
      : element(
          "ul",
          { "aria-label": "Providers" },
          ...items.map(({ text, isFailed }) =>
            element("li", { "data-state": isFailed ? "failed" : "ready" }, text),
          ),
        ),
  );
}
