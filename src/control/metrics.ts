/**
 * The metrics listener: `/metrics` in the Prometheus text format (version 0.0.4), `/healthz` and `/readyz`. It reads,
 * and changes nothing.
 */
import { createServer, type Server } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { describeGraph } from "../graph/index.ts";
import type { Logger } from "../log/log.ts";
import { PORT_STATES } from "../plug/verdict.ts";
import { VERSION } from "../version.ts";
import type { DaemonView } from "./daemon-view.ts";
import { statusOf } from "./status.ts";

/** Where to listen. Port 0 is any that is free. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export class MetricsServer {
  readonly #daemon: DaemonView;
  readonly #log: Logger;
  #server: Server | null = null;
  #address: ListenAddress | null = null;

  constructor(daemon: DaemonView, log: Logger) {
    this.#daemon = daemon;
    this.#log = log;
  }

  /** Listens there, and nowhere else; null: nowhere. An address that cannot be had is told in the log. */
  listenOn(address: ListenAddress | null): void {
    if (isDeepStrictEqual(address, this.#address)) return;
    this.close();
    this.#address = address;
    if (address === null) return;
    const where = `${address.host} port ${address.port}`;
    const server = createServer((request, response) => {
      const { status, type, body } = this.#answer(request.method ?? "", request.url ?? "");
      response.writeHead(status, { "content-type": type });
      response.end(request.method === "HEAD" ? "" : body);
    });
    server.on("error", (error) => this.#log.error(`metrics: cannot listen on ${where}: ${error.message}`));
    server.listen({ host: address.host, port: address.port }, () => {
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
      this.#log.info(`metrics: listening on ${address.host} port ${port}`);
    });
    this.#server = server;
  }

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
    this.#address = null;
  }

  #answer(
    method: string,
    url: string,
  ): { readonly status: number; readonly type: string; readonly body: string } {
    const text = (status: number, body: string) => ({ status, type: "text/plain; charset=utf-8", body });
    if (method !== "GET" && method !== "HEAD") return text(405, "only GET and HEAD\n");
    switch (url.split("?", 1)[0]) {
      case "/metrics":
        return {
          status: 200,
          type: "text/plain; version=0.0.4; charset=utf-8",
          body: metricsText(this.#daemon),
        };
      case "/healthz":
        return text(200, "ok\n");
      case "/readyz": {
        const { notReady } = this.#daemon;
        return notReady === null ? text(200, "ready\n") : text(503, `not ready: ${notReady}\n`);
      }
      default:
        return text(404, "try /metrics, /healthz or /readyz\n");
    }
  }
}

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** Every metric of a daemon. */
export function metricsText(daemon: DaemonView): string {
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

function metric(name: string, type: "gauge" | "counter", help: string, samples: readonly Sample[]): string {
  const lines = samples.map(([labels, value]) => `${name}${labelsText(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
