/** The time from one Southbound commit with many ports to the last interface, beside one transaction with the same rows. */
import { type Figure, figure } from "../support/figures.ts";
import { atRest, memory } from "../support/usage.ts";
import { Floor } from "./floor.ts";
import type { Plan, Size } from "./plan.ts";
import { type Plugger, pluggersWith, vifplugd } from "./pluggers.ts";
import { Site } from "./site.ts";

import { coldStart } from "./start.ts";
import { messageOf } from "./trial.ts";

/** The limit until all interfaces are there, in milliseconds. */
const WITHIN = 180_000;
/** The longest wait for rest before, in milliseconds. ovs-vswitchd may not rest: it has thousands of ports to remove. */
const REST_WITHIN = 10_000;
const MEGABYTE = 1e6;

/** @param size the number of ports that come at once to an empty bridge */
export async function measureBulk(plan: Plan, size: Size): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const plugger of pluggersWith(size.vswitchd)) {
    if (plugger === vifplugd) figures.push(...(await measure(plugger, size, plan.bulkRounds)));
    else if (plan.peerBulks.includes(size.ports)) figures.push(...(await measurePeer(plugger, size)));
  }
  return figures;
}

async function measurePeer(plugger: Plugger, size: Size): Promise<readonly Figure[]> {
  try {
    return await measure(plugger, size, 1);
  } catch (error) {
    return [figure(plugger.subject, `bulk: gave up: ${messageOf(error)}`, "", [1], size)];
  }
}

async function measure(plugger: Plugger, size: Size, rounds: number): Promise<readonly Figure[]> {
  const names = Array.from({ length: size.ports }, (_, index) => `bulk${index}`);
  const floorNames = Array.from({ length: size.ports }, (_, index) => `floor${index}`);
  await using site = await Site.start({ ...size, ports: 0, spare: ["sample", ...names, ...floorNames] });
  const { program } = await coldStart(plugger, site, WITHIN);
  const floor = await Floor.open(site);
  const floorLports = floorNames.map((name) => site.lport(name));
  const running = [program.pid, ...site.servers];
  if (size.vswitchd) running.push(site.chassis.program("ovs-vswitchd").pid);
  const rest = () => atRest(running, REST_WITHIN);
  const southbound: number[] = [];
  const transaction: number[] = [];
  const bulk: number[] = [];
  for (let round = 0; round < rounds; round++) {
    if (plugger === vifplugd) {
      await rest();
      southbound.push(await floor.bulkSouthbound(floorLports));
      await rest();
      const { plug, rows } = await floor.bulkPlug(floorNames);
      transaction.push(plug);
      await rest();
      await floor.bulkUnplug(rows);
    }
    await rest();
    bulk.push(await plugAll(site, names));
    if (round < rounds - 1) await unplugAll(site, names);
  }
  floor.close();
  const { subject } = plugger;
  const { peak } = memory(program.pid);
  const floors =
    plugger === vifplugd
      ? [
          figure("floor", "bulk: Southbound commit", "ms", southbound, size),
          figure("floor", "bulk: one transaction", "ms", transaction, size),
        ]
      : [];
  return [
    ...floors,
    figure(subject, "bulk", "ms", bulk, size),
    figure(subject, "bulk: peak RSS", "MB", [peak / MEGABYTE], size),
  ];
}

async function plugAll(site: Site, names: readonly string[]): Promise<number> {
  const { interfaces } = site;
  const there = interfaces.size + names.length;
  const commit = site.request(
    names.map((name) => site.lport(name)),
    "hv1",
  );
  const all = interfaces.when(`${there} interfaces`, () => interfaces.size === there, WITHIN);
  const started = performance.now();
  const [at] = await Promise.all([all, site.southbound.send(commit)]);
  return at - started;
}

async function unplugAll(site: Site, names: readonly string[]): Promise<void> {
  const { interfaces } = site;
  const left = interfaces.size - names.length;
  await site.southbound.send(
    site.request(
      names.map((name) => site.lport(name)),
      "hv2",
    ),
  );
  await interfaces.when(`${left} interfaces`, () => interfaces.size === left, WITHIN);
}
