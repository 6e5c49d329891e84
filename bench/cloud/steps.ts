/** What the steps of a port's life cost a cloud of this size, with vifplugd and without, and what its silence costs. */
import { setTimeout as sleep } from "node:timers/promises";
import { vifplugd } from "../plug/pluggers.ts";
import { Site } from "../plug/site.ts";
import { STEPS, Trial } from "../plug/trial.ts";
import { type Figure, figure } from "../support/figures.ts";
import { cpuSeconds } from "../support/usage.ts";
import { fillCloud } from "./cloud.ts";
import { bytesMoved, type Costs, measure, noCosts, serverOf } from "./costs.ts";
import { ovnControllerSteps } from "./peer.ts";
import type { CloudPlan } from "./plan.ts";
import { restartTogether } from "./sessions.ts";

const WITHIN_MS = 120_000;
const BULK = Array.from({ length: 1_000 }, (_, index) => `bulk${index}`);

export async function measureCloud(plan: CloudPlan, bindings: number): Promise<readonly Figure[]> {
  await using site = await Site.start({ ports: plan.plugged, vswitchd: false, spare: ["sample", ...BULK] });
  await fillCloud(site, bindings);
  const at = { ports: bindings };
  const figures: Figure[] = [];
  const tell = (subject: string, metric: string, { took, server }: Costs) => {
    figures.push(figure(subject, metric, "ms", took, at));
    figures.push(figure(subject, `${metric}: Southbound CPU`, "ms", server, at));
  };
  for (const [metric, costs] of await withoutAnybody(plan, site)) tell("the change alone", metric, costs);
  figures.push(...(await vifplugdSteps(plan, site, tell, at)));
  if (plan.withPeer) {
    for (const monitorAll of [false, true]) {
      const costs = await ovnControllerSteps(plan, site, monitorAll);
      for (const [metric, cost] of costs) tell(`ovn-controller, ovn-monitor-all ${monitorAll}`, metric, cost);
    }
  }
  figures.push(...(await restartTogether(plan, site, at)));
  return figures;
}

/** The same commits with nobody who plugs, and the monitor request of one chassis. */
async function withoutAnybody(plan: CloudPlan, site: Site): Promise<ReadonlyMap<string, Costs>> {
  const costs = new Map(["plug", "unplug"].map((step) => [step, noCosts()]));
  const lport = site.lport("sample");
  for (let round = 0; round < plan.rounds; round++) {
    for (const [step, to] of [
      ["plug", "hv1"],
      ["unplug", "hv2"],
    ] as const) {
      await measure(site, costs.get(step) ?? noCosts(), [], () =>
        site.southbound.send(site.request([lport], to)),
      );
    }
  }
  return costs;
}

async function vifplugdSteps(
  plan: CloudPlan,
  site: Site,
  tell: (subject: string, metric: string, costs: Costs) => void,
  at: { readonly ports: number },
): Promise<readonly Figure[]> {
  const { subject } = vifplugd;
  const start = noCosts();
  const sample = site.lport("sample");
  await site.southbound.send(site.request([sample], "hv1"));
  let program = await vifplugd.start(site);
  await site.interfaces.plugged("sample", WITHIN_MS);
  for (let round = 0; round < plan.starts; round++) {
    await program.stop();
    await site.southbound.send(site.request([sample], "hv2"));
    await measure(site, start, [], async () => {
      // It has read everything when it has unplugged what went meanwhile; asked for by name, as after every start.
      program = await vifplugd.start(site);
      await site.interfaces.unplugged("sample", WITHIN_MS);
    });
    await site.southbound.send(site.request([sample], "hv1"));
    await site.interfaces.plugged("sample", WITHIN_MS);
  }
  tell(subject, "start, with one port to be asked for by name", start);
  await site.southbound.send(site.request([sample], "hv2"));
  await site.interfaces.unplugged("sample", WITHIN_MS);
  const trial = new Trial(vifplugd, site, program, WITHIN_MS);
  const costs = new Map(STEPS.map((step) => [step, noCosts()]));
  for (let round = 0; round < plan.warmUp + plan.rounds; round++) {
    for (const step of STEPS) {
      const kept = round < plan.warmUp ? noCosts() : (costs.get(step) ?? noCosts());
      const waiting = noCosts();
      let took = 0;
      await measure(site, waiting, [trial.pid], async () => {
        took = await trial.time(step, sample);
      });
      kept.took.push(took);
      kept.server.push(...waiting.server);
    }
  }
  for (const [step, cost] of costs) tell(subject, step, cost);
  const moved = noCosts();
  const bulk = BULK.map((name) => site.lport(name));
  for (let round = 0; round < plan.bulks; round++) {
    const [first = "", last = ""] = [BULK[0], BULK.at(-1)];
    await site.southbound.send(site.request(bulk, "hv1"));
    await Promise.all([first, last].map((name) => site.interfaces.plugged(name, WITHIN_MS)));
    await measure(site, moved, [trial.pid], async () => {
      await site.southbound.send(site.request(bulk, "hv2"));
      await Promise.all([first, last].map((name) => site.interfaces.unplugged(name, WITHIN_MS)));
    });
  }
  tell(subject, "1,000 ports moved away at once", moved);
  const server = serverOf(site);
  const [bytes, cpu] = [bytesMoved(trial.pid), cpuSeconds(server)];
  await sleep(plan.idleMs);
  const idle = [
    figure(subject, `silence of ${plan.idleMs / 1000} s`, "bytes", [bytesMoved(trial.pid) - bytes], at),
    figure(
      subject,
      `silence of ${plan.idleMs / 1000} s: Southbound CPU`,
      "ms",
      [(cpuSeconds(server) - cpu) * 1000],
      at,
    ),
  ];
  await program.stop();
  return idle;
}
