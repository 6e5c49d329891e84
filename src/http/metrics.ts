/**
 * `/metrics` in the Prometheus text format (version 0.0.4), `/healthz` and `/readyz`.
 *
 * Invariant: `/metrics` takes at most a tenth of the time, however often clients ask; a client that asks more often gets the last
 * text again.
 */
import { describeGraph } from "../graph/index.ts";
import { PORT_STATES } from "../plug/lport-status.ts";
import { processUsage } from "../system/process-usage.ts";
import { cut } from "../text/cut.ts";
import { COMMIT, RUNTIME, TARGET, VERSION } from "../version.ts";
import type { DaemonView } from "../view/daemon-view.ts";
import { statusOf } from "../view/status.ts";
import type { PortStatus, Status } from "../view/status-shape.ts";
import { isInTrouble } from "../view/trouble.ts";
import { EXPOSITION, histograms, metric, type Sample, single } from "./exposition.ts";
import { type HttpResponse, text } from "./response.ts";
import type { Audience, Route } from "./server.ts";

/** @param withEngine whether the metrics include the counters of each node, by the present configuration */
export function metricsRoutes(daemon: DaemonView, withEngine: () => boolean): readonly Route[] {
  const metrics = new Metrics(daemon, withEngine);
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

/** The share of the time for making texts, and the most time that may be saved up, in milliseconds. */
const SHARE = 0.1;
const SAVED_MS = 100;

/** The optional parts of the metrics. */
interface Extent {
  readonly withNames: boolean;
  readonly withEngine: boolean;
}

class Metrics {
  readonly #daemon: DaemonView;
  readonly #withEngine: () => boolean;
  /** The last text, with names and without. */
  readonly #made = new Map<boolean, Uint8Array>();
  #leftMs = SAVED_MS;
  /** The time of the last count, in monotonic milliseconds. */
  #countedAt = performance.now();

  constructor(daemon: DaemonView, withEngine: () => boolean) {
    this.#daemon = daemon;
    this.#withEngine = withEngine;
  }

  answer({ maySeeNames }: Audience): HttpResponse {
    return { status: 200, type: EXPOSITION, body: this.#body(maySeeNames) };
  }

  #body(withNames: boolean): Uint8Array {
    const start = performance.now();
    this.#leftMs = Math.min(SAVED_MS, this.#leftMs + (start - this.#countedAt) * SHARE);
    this.#countedAt = start;
    const made = this.#made.get(withNames);
    if (made !== undefined && this.#leftMs <= 0) return made;
    const body = Buffer.from(metricsText(this.#daemon, { withNames, withEngine: this.#withEngine() }));
    this.#leftMs -= performance.now() - start;
    this.#made.set(withNames, body);
    return body;
  }
}

/** The most ports with their names. */
const NAMED = 100;

/** Every metric of a daemon. */
function metricsText(daemon: DaemonView, { withNames, withEngine }: Extent): string {
  const status = statusOf(daemon);
  return [
    ...aboutProgram(daemon, status),
    ...aboutConnections(daemon, status),
    ...aboutPorts(status, daemon.unbound, withNames),
    ...aboutTimes(daemon),
    ...(withEngine ? aboutNodes(daemon) : []),
    ...aboutProcess(),
  ].join("");
}

function aboutProgram({ coverage, lastReload }: DaemonView, { chassis, ready }: Status): readonly string[] {
  const build = { version: VERSION, commit: COMMIT, target: TARGET, runtime: RUNTIME };
  return [
    metric("vifplugd_build_info", "gauge", "The program, with its version and commit.", [[build, 1]]),
    metric("vifplugd_info", "gauge", "The program and its chassis.", [
      [{ version: VERSION, chassis: chassis.name ?? "" }, 1],
    ]),
    single(
      "vifplugd_ready",
      "gauge",
      "Both databases are in sync and every port has been decided.",
      Number(ready),
    ),
    ...(lastReload === null
      ? []
      : [
          single(
            "vifplugd_last_reload_timestamp_seconds",
            "gauge",
            "The time of the last reload of the configuration.",
            lastReload.time / 1000,
          ),
        ]),
    single(
      "vifplugd_last_reload_success",
      "gauge",
      "The last read configuration is in force; 0: it was not valid, and the old configuration is in force.",
      Number(lastReload?.isInForce ?? true),
    ),
    single(
      "vifplugd_internal_errors_total",
      "counter",
      "Errors of vifplugd itself, each repaired by a recompute.",
      coverage.total("internal_error"),
    ),
    metric(
      "vifplugd_events_total",
      "counter",
      "Events, as coverage/show counts them.",
      Array.from(coverage.totals(), ([event, total]): Sample => [{ event }, total]),
    ),
  ];
}

function aboutConnections(daemon: DaemonView, { connections, providers }: Status): readonly string[] {
  const { ovs, southbound } = connections;
  return [
    metric("vifplugd_connected", "gauge", "The database is connected and in sync.", [
      [{ database: "Open_vSwitch" }, Number(ovs.state === "connected")],
      [{ database: "OVN_Southbound" }, Number(southbound.state === "connected")],
    ]),
    single(
      "vifplugd_lock_held",
      "gauge",
      "This daemon decides and writes; 0: it stands by, or holds no lock yet.",
      Number(daemon.isLockHeld),
    ),
    metric(
      "vifplugd_provider_ready",
      "gauge",
      "The enabled provider is registered.",
      providers.map(({ type, state }): Sample => [{ type }, Number(state === "ready")]),
    ),
  ];
}

function aboutPorts(
  { ports, counts, held_unplugs: held, reason: ofChassis }: Status,
  unbound: number,
  withNames: boolean,
): readonly string[] {
  const troubled = ports.filter((port) => isInTrouble(port, ofChassis));
  return [
    metric(
      "vifplugd_ports",
      "gauge",
      "Logical ports by state.",
      PORT_STATES.map((state): Sample => [{ state }, counts.states[state] ?? 0]),
    ),
    single(
      "vifplugd_ports_plugged_with_reason",
      "gauge",
      "Plugged logical ports that do not work or are due to go, for the reason that status shows.",
      troubled.filter(({ state }) => state === "plugged").length,
    ),
    ...(withNames ? [namedPorts(troubled)] : []),
    single("vifplugd_held_unplugs", "gauge", "Ports whose unplug is held until somebody confirms it.", held),
    single(
      "vifplugd_ports_unbound",
      "gauge",
      "Plugged logical ports that ovn-controller has not bound here for 10 seconds or more.",
      unbound,
    ),
  ];
}

/** The first ports in trouble, by name. */
function namedPorts(troubled: readonly PortStatus[]): string {
  return metric(
    "vifplugd_port_info",
    "gauge",
    "Logical ports in trouble; the first hundred by name, and none for clients that may not see names.",
    troubled.slice(0, NAMED).map(({ lport, state }): Sample => [{ lport: cut(lport), state }, 1]),
  );
}

function aboutTimes({ latencies, providerTimes }: DaemonView): readonly string[] {
  return [
    histograms(
      "vifplugd_event_to_commit_seconds",
      "The time from a change in the Southbound to the commit of the row that follows from it.",
      [[{}, latencies.histogram]],
    ),
    histograms(
      "vifplugd_provider_call_seconds",
      "The durations of calls into providers.",
      providerTimes.all.map(({ type, callback, histogram }) => [{ type, callback }, histogram] as const),
    ),
  ];
}

function aboutNodes({ engine, statistics }: DaemonView): readonly string[] {
  const { nodes } = describeGraph(engine, statistics);
  const counted = (name: string, help: string, counter: "recompute" | "compute" | "cancel" | "updated") =>
    metric(
      name,
      "counter",
      help,
      nodes.map(({ name: node, live }): Sample => [{ node }, live?.[counter] ?? 0]),
    );
  return [
    counted("vifplugd_node_recomputes_total", "Recomputes of a node.", "recompute"),
    counted("vifplugd_node_computes_total", "Changes of inputs that a node handled.", "compute"),
    counted("vifplugd_node_cancels_total", "Runs in which a node was canceled.", "cancel"),
    counted("vifplugd_node_updates_total", "Runs that changed a node.", "updated"),
  ];
}

function aboutProcess(): readonly string[] {
  const usage = processUsage();
  const { openDescriptors } = usage;
  return [
    single("process_cpu_seconds_total", "counter", "CPU time, user and system.", usage.cpuSeconds),
    single("process_resident_memory_bytes", "gauge", "Resident memory.", usage.residentBytes),
    single("process_virtual_memory_bytes", "gauge", "Virtual memory.", usage.virtualBytes),
    ...(openDescriptors === null
      ? []
      : [single("process_open_fds", "gauge", "Open file descriptors.", openDescriptors)]),
    single("process_max_fds", "gauge", "The limit on file descriptors.", usage.maxDescriptors),
    single("process_start_time_seconds", "gauge", "The start of the process.", usage.startSeconds),
  ];
}
