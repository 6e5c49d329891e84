/** The cost of many ports that move away at once, and of a while in which nothing happens. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Trial } from "../plug/trial.ts";
import { atRest, cpuSeconds } from "../support/usage.ts";
import { type Costs, measure, noCosts } from "./costs.ts";
import { countBytes } from "./counted.ts";
import { WITHIN_MS } from "./life.ts";
import type { CloudPlan } from "./plan.ts";
import { pointTo, type Server } from "./servers.ts";

export const BULK = Array.from({ length: 1_000 }, (_, index) => `bulk${index}`);

export async function moveBulk({ bulks }: CloudPlan, server: number, { site, pid }: Trial): Promise<Costs> {
  const costs = noCosts();
  const bulk = BULK.map((name) => site.lport(name));
  const all = (whether: "plugged" | "unplugged") =>
    Promise.all(BULK.map((name) => site.interfaces[whether](name, WITHIN_MS)));
  for (let round = 0; round < bulks; round++) {
    await site.southbound.send(site.request(bulk, "hv1"));
    await all("plugged");
    await measure(
      server,
      costs,
      () => [pid],
      async () => {
        await site.southbound.send(site.request(bulk, "hv2"));
        await all("unplugged");
        return undefined;
      },
    );
  }
  return costs;
}

export interface Silence {
  /** The bytes between the process and the server, in both directions. */
  readonly bytes: number;
  /** Milliseconds of the server's CPU. */
  readonly server: number;
}

/** Measures a silence. The process connects to the server through a counter, which no other connection uses. */
export async function keepStill(
  { idleMs }: CloudPlan,
  { pid, socket, site }: Server,
  { pid: own }: Trial,
): Promise<Silence> {
  await using counted = await countBytes(join(site.chassis.runDir, "counted.sock"), socket);
  await pointTo(site, counted.socket);
  await site.southbound.send(site.request([site.lport("sample")], "hv1"));
  await site.interfaces.plugged("sample", WITHIN_MS);
  await site.southbound.send(site.request([site.lport("sample")], "hv2"));
  await site.interfaces.unplugged("sample", WITHIN_MS);
  await atRest([pid, own], WITHIN_MS);
  const [bytes, cpu] = [counted.bytes, cpuSeconds(pid)];
  if (bytes === 0) throw new Error("vifplugd did not take the way by which bytes are counted");
  await sleep(idleMs);
  const silence = { bytes: counted.bytes - bytes, server: (cpuSeconds(pid) - cpu) * 1000 };
  await pointTo(site, socket);
  return silence;
}
