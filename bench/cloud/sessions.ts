/**
 * Many chassis that are started anew together: sessions with the requests of vifplugd. How long until all of them are in
 * sync, and how long another client of the server waited for an echo meanwhile.
 */
import { Session } from "ovsdb-jsonrpc";
import { MonitorScope } from "../../src/plug/monitor-scope.ts";
import { selectionOf } from "../../src/plug/tables.ts";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import type { Site } from "../plug/site.ts";
import { Wire } from "../plug/wire.ts";
import { type Figure, figure } from "../support/figures.ts";
import { cpuSeconds } from "../support/usage.ts";
import { CHASSIS_COUNT, chassisName } from "./cloud.ts";
import { serverOf } from "./costs.ts";
import type { CloudPlan } from "./plan.ts";

export async function restartTogether(
  plan: CloudPlan,
  site: Site,
  at: { readonly ports: number },
): Promise<readonly Figure[]> {
  const subject = `${plan.sessions} sessions at once`;
  const server = serverOf(site);
  const other = await Wire.open(site.chassis.sbSock);
  let isOver = false;
  const echoes: number[] = [];
  const echoing = (async () => {
    while (!isOver) {
      const sent = performance.now();
      await other.request("echo", []);
      echoes.push(performance.now() - sent);
    }
  })();
  const before = cpuSeconds(server);
  const started = performance.now();
  const sessions = Array.from({ length: plan.sessions }, (_, index) =>
    open(site, chassisName(index % CHASSIS_COUNT)),
  );
  await Promise.all(sessions.map((session) => session.synced()));
  const took = performance.now() - started;
  const used = (cpuSeconds(server) - before) * 1000;
  isOver = true;
  await echoing;
  for (const session of sessions) session.close();
  other.close();
  return [
    figure(subject, "until all are in sync", "ms", [took], at),
    figure(subject, "until all are in sync: Southbound CPU", "ms", [used], at),
    figure(subject, "the longest echo of another client", "ms", [Math.max(...echoes)], at),
  ];
}

function open({ chassis }: Site, name: string) {
  const scope = MonitorScope.of({ name, record: null }, new Set());
  return new Session({
    database: ovnSouthbound,
    remotes: `unix:${chassis.sbSock}`,
    monitor: selectionOf("OVN_Southbound"),
    where: { Chassis: scope.chassis(), Port_Binding: scope.portBindings() },
  });
}
