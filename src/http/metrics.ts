/**
 * `/metrics` in the Prometheus text format (version 0.0.4), `/healthz` and `/readyz`.
 *
 * Invariant: whoever asks how often, making `/metrics` takes no more than a tenth of the time; who asks more often is told
 * the text before again.
 */
import { describeGraph } from "../graph/index.ts";
import { PORT_STATES } from "../plug/lport-status.ts";
import { cut } from "../text/cut.ts";
import { printable } from "../text/printable.ts";
import { VERSION } from "../version.ts";
import type { DaemonView } from "../view/daemon-view.ts";
import { type PortStatus, statusOf } from "../view/status.ts";
import { type HttpResponse, text } from "./response.ts";
import type { Audience, Route } from "./server.ts";

export function metricsRoutes(daemon: DaemonView): readonly Route[] {
  const metrics = new Metrics(daemon);
  return [
    { path: "/metrics", bearsNames: false, isOfPage: false, answer: (audience) => metrics.answer(audience) },
    { path: "/healthz", bearsNames: false, isOfPage: false, answer: () => text(200, "ok\n") },
    {
      path: "/readyz",
      bearsNames: false,
      isOfPage: false,
      answer: () => {
        const { notReady } = daemon;
        return notReady === null ? text(200, "ready\n") : text(503, `not ready: ${notReady}\n`);
      },
    },
  ];
}

/** The part of the time that may go into making texts, and how much of it may be saved up, in milliseconds. */
const SHARE = 0.1;
const SAVED_MS = 100;

class Metrics {
  readonly #daemon: DaemonView;
  /** The last text, with names and without. */
  readonly #made = new Map<boolean, Uint8Array>();
  #leftMs = SAVED_MS;
  /** Milliseconds, monotonic. */
  #countedAt = performance.now();

  constructor(daemon: DaemonView) {
    this.#daemon = daemon;
  }

  answer({ maySeeNames }: Audience): HttpResponse {
    return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: this.#body(maySeeNames) };
  }

  #body(withNames: boolean): Uint8Array {
    const start = performance.now();
    this.#leftMs = Math.min(SAVED_MS, this.#leftMs + (start - this.#countedAt) * SHARE);
    this.#countedAt = start;
    const made = this.#made.get(withNames);
    if (made !== undefined && this.#leftMs <= 0) return made;
    const body = Buffer.from(metricsText(this.#daemon, withNames));
    this.#leftMs -= performance.now() - start;
    this.#made.set(withNames, body);
    return body;
  }
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Ports whose names are told, at most. */
const NAMED = 100;

/** Every metric of a daemon. */
function metricsText(daemon: DaemonView, withNames: boolean): string {
  const status = statusOf(daemon);
  const { ovs, southbound } = status.connections;
  const { nodes } = describeGraph(daemon.engine, daemon.statistics);
  const states = new Map<string, number>(PORT_STATES.map((state) => [state, 0]));
  for (const { state } of status.ports) states.set(state, (states.get(state) ?? 0) + 1);
  const ofNodes = (counter: "recompute" | "compute" | "cancel" | "updated") =>
    nodes.map(({ name, live }): Sample => [{ node: name }, live?.[counter] ?? 0]);
  return [
    metric("vifplugd_info", "gauge", "The program and its chassis.", [
      [{ version: VERSION, chassis: status.chassis.name ?? "" }, 1],
    ]),
    metric("vifplugd_ready", "gauge", "Both databases are in sync and every port has been decided.", [
      [{}, Number(status.ready)],
    ]),
    metric("vifplugd_connected", "gauge", "The database is connected and in sync.", [
      [{ database: "Open_vSwitch" }, Number(ovs.state === "connected")],
      [{ database: "OVN_Southbound" }, Number(southbound.state === "connected")],
    ]),
    metric(
      "vifplugd_provider_ready",
      "gauge",
      "The enabled provider is registered.",
      status.providers.map(({ type, state }): Sample => [{ type }, Number(state === "ready")]),
    ),
    metric(
      "vifplugd_ports",
      "gauge",
      "Logical ports by state.",
      Array.from(states, ([state, count]): Sample => [{ state }, count]),
    ),
    ...(withNames ? [namedPorts(status.ports)] : []),
    metric("vifplugd_held_unplugs", "gauge", "Ports that safety.max_unplug holds.", [
      [{}, status.held_unplugs],
    ]),
    metric("vifplugd_node_recomputes_total", "counter", "Recomputes of a node.", ofNodes("recompute")),
    metric(
      "vifplugd_node_computes_total",
      "counter",
      "Changes of inputs that a node handled.",
      ofNodes("compute"),
    ),
    metric("vifplugd_node_cancels_total", "counter", "Runs in which a node was canceled.", ofNodes("cancel")),
    metric("vifplugd_node_updates_total", "counter", "Runs that changed a node.", ofNodes("updated")),
    metric(
      "vifplugd_events_total",
      "counter",
      "Events, as coverage/show counts them.",
      Array.from(daemon.coverage.totals(), ([event, total]): Sample => [{ event }, total]),
    ),
  ].join("");
}

/** The first ones in trouble, by name. */
function namedPorts(ports: readonly PortStatus[]): string {
  const troubled = ports.filter(({ state }) => state !== "plugged").slice(0, NAMED);
  return metric(
    "vifplugd_port_info",
    "gauge",
    "Logical ports that are not plugged; the first hundred by name, and none for clients that may not see names.",
    troubled.map(({ lport, state }): Sample => [{ lport: cut(lport), state }, 1]),
  );
}

function metric(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escaped(value: string): string {
  return printable(value).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
