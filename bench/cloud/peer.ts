/** The same steps with an ovn-controller in the place of vifplugd: what the Southbound server has to do for it. */
import { commandLine } from "../../tools/chassis/programs.ts";
import type { Site } from "../plug/site.ts";
import { atRest, cpuSeconds } from "../support/usage.ts";
import { type Costs, measure, noCosts, serverOf } from "./costs.ts";
import type { CloudPlan } from "./plan.ts";

const START_WITHIN_MS = 120_000;

export async function ovnControllerSteps(
  plan: CloudPlan,
  site: Site,
  monitorAll: boolean,
): Promise<ReadonlyMap<string, Costs>> {
  const { chassis } = site;
  await chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-monitor-all=${monitorAll}`);
  const costs = new Map(["start", "plug", "unplug"].map((step) => [step, noCosts()]));
  const server = serverOf(site);
  await atRest([server], START_WITHIN_MS);
  const before = cpuSeconds(server);
  const started = performance.now();
  const program = chassis.spawn("ovn-controller", commandLine("ovn-controller", chassis.dir));
  await program.waitLog(/OVNSB commit failed|Claiming lport|ofctrl_seqno|connected/);
  await atRest([server, program.pid], START_WITHIN_MS);
  costs.get("start")?.took.push(performance.now() - started);
  costs.get("start")?.server.push((cpuSeconds(server) - before) * 1000);
  const lport = site.lport("sample");
  for (let round = 0; round < plan.rounds; round++) {
    for (const [step, to] of [
      ["plug", "hv1"],
      ["unplug", "hv2"],
    ] as const) {
      await measure(site, costs.get(step) ?? noCosts(), [program.pid], () =>
        site.southbound.send(site.request([lport], to)),
      );
    }
  }
  await program.stop();
  return costs;
}
