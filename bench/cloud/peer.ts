/** The costs of the same steps for the Southbound server, with an ovn-controller that plugs in the place of vifplugd. */
import { ovnController } from "../plug/pluggers.ts";
import { Trial } from "../plug/trial.ts";
import { atRest, cpuSeconds } from "../support/usage.ts";
import { type Costs, noCosts } from "./costs.ts";
import { liveOnce, noLife, WITHIN_MS } from "./life.ts";
import type { CloudPlan } from "./plan.ts";
import type { Server } from "./servers.ts";

/** ovn-controller has all rows of its chassis when it has plugged a port that was requested before its start. */
export async function lifeWithOvnController(
  { peerRounds }: CloudPlan,
  { pid, site }: Server,
  monitorAll: boolean,
): Promise<ReadonlyMap<string, Costs>> {
  const { chassis } = site;
  await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-monitor-all=${monitorAll}`);
  const start = noCosts();
  const sample = site.lport("sample");
  await site.southbound.send(site.request([sample], "hv1"));
  await atRest([pid], WITHIN_MS);
  const before = cpuSeconds(pid);
  const started = performance.now();
  const program = await ovnController.start(site);
  await site.interfaces.plugged("sample", WITHIN_MS);
  start.took.push(performance.now() - started);
  await atRest([pid, program.pid], WITHIN_MS);
  start.server.push((cpuSeconds(pid) - before) * 1000);
  await ovnController.letUnplug(site);
  await site.southbound.send(site.request([sample], "hv2"));
  await site.interfaces.unplugged("sample", WITHIN_MS);
  const trial = new Trial(ovnController, site, program, WITHIN_MS);
  await liveOnce(trial, pid, noLife());
  const life = noLife();
  for (let round = 0; round < peerRounds; round++) await liveOnce(trial, pid, life);
  await program.stop();
  return new Map<string, Costs>([["start", start], ...life]);
}
