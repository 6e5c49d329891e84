/**
 * Many chassis that start together: as many processes of vifplugd as memory allows, and sessions with the same requests for the
 * others. Measures the time until all of them are in sync, and the longest echo of another client of the server meanwhile.
 */
import { freemem } from "node:os";
import { join } from "node:path";
import { realEnvironment } from "ovsdb-jsonrpc";
import { findChassis } from "../../src/daemon/databases/chassis-lookup.ts";
import { connect } from "../../src/daemon/databases/southbound-session.ts";
import { MonitorScope } from "../../src/plug/monitor-scope.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Site } from "../plug/site.ts";
import { Wire } from "../plug/wire.ts";
import { type Figure, figure } from "../support/figures.ts";
import { cpuSeconds } from "../support/usage.ts";
import { CHASSIS_COUNT, chassisName } from "./cloud.ts";
import type { CloudPlan } from "./plan.ts";
import type { Server } from "./servers.ts";
import { IN_SYNC } from "./start.ts";

const WITHIN_MS = 900_000;
/** The memory for each process, and the share of the free memory for all of them. */
const BYTES_EACH = 96 * 2 ** 20;
const SHARE_OF_FREE = 0.85;

/** "lookup": the chassis row is looked up first, as vifplugd does; "name first": requests by the chassis name, then by the row. */
export type Asking = "lookup" | "name first";

export async function startTogether(
  plan: CloudPlan,
  { pid, socket, site }: Server,
  asking: Asking,
  at: { readonly ports: number },
): Promise<readonly Figure[]> {
  const affordable = Math.floor((freemem() * SHARE_OF_FREE) / BYTES_EACH);
  const processes = asking === "lookup" ? Math.min(plan.processes, affordable) : 0;
  const other = await Wire.open(socket);
  let isOver = false;
  let longest = 0;
  const echoing = (async () => {
    while (!isOver) {
      const sent = performance.now();
      const { at: answered } = await other.request("echo", []);
      longest = Math.max(longest, answered - sent);
    }
  })();
  const before = cpuSeconds(pid);
  const started = performance.now();
  const chassis = Array.from({ length: plan.sessions }, (_, index) => chassisName(index % CHASSIS_COUNT));
  const sessions = chassis.slice(processes).map((name) => open(socket, name, asking));
  const programs = await Promise.all(chassis.slice(0, processes).map((name) => startProcess(site, name)));
  await Promise.all([
    ...sessions.map((session) => session.synced),
    ...programs.map((program) => program.waitLog(IN_SYNC, WITHIN_MS)),
  ]);
  const took = performance.now() - started;
  const used = (cpuSeconds(pid) - before) * 1000;
  isOver = true;
  await echoing;
  other.close();
  for (const session of sessions) session.close();
  await Promise.all(programs.map((program) => program.stop()));
  const subject = `${plan.sessions} chassis at once, ${processes} of them processes${asking === "lookup" ? "" : ", by name first"}`;
  return [
    figure(subject, "until all are in sync", "ms", [took], at),
    figure(subject, "until all are in sync: server's CPU", "ms", [used], at),
    figure(subject, "the longest echo of another client", "ms", [longest], at),
  ];
}

/** Starts a process whose bridge does not exist, so that it plugs and unplugs nothing. Its requests to the Southbound are the same. */
function startProcess({ chassis }: Site, name: string) {
  const config = {
    ...baseConfig(chassis),
    ovs: { remote: `unix:${chassis.ovsSock}`, bridge: `br-${name}` },
    run_dir: join(chassis.dir, name),
    chassis: name,
    providers: [{ type: "dummy" }],
  };
  return startDaemon({ chassis, config, name: `vifplugd-${name}` });
}

interface Opened {
  /** Settles when all rows of the conditions with the chassis row have arrived. */
  readonly synced: Promise<unknown>;
  close(): void;
}

function open(socket: string, name: string, asking: Asking): Opened {
  const byName = MonitorScope.of({ name, record: null }, new Set());
  const remotes = `unix:${socket}`;
  const session = connect(
    realEnvironment,
    { kind: "named", remotes, probeIntervalMs: undefined, tls: {} },
    { Chassis: byName.chassis(), Port_Binding: byName.portBindings() },
    async (connection) => {
      const row = asking === "lookup" ? await findChassis(connection, name) : null;
      return row ? { Port_Binding: byName.withRow(row).portBindings() } : {};
    },
  );
  const close = () => session.close();
  if (asking === "lookup") return { synced: session.synced(), close };
  const { promise, resolve } = Promise.withResolvers<void>();
  session.onBatch(({ initial, tables: { Chassis } }) => {
    const [row] = Chassis;
    if (!initial || !row?.new) return;
    const wanted = byName.withRow(row.new).portBindings();
    session.setCondition("Port_Binding", wanted);
    session.onCondition(({ Port_Binding }) => Port_Binding === wanted && resolve());
  });
  return { synced: promise, close };
}
