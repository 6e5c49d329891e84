/** What may happen in a history besides what the actors do by themselves, and how it is drawn. */
import type { Random } from "../../support/random.ts";
import { CHASSIS } from "./chassis.ts";
import { CLOUD } from "./steps/cloud.ts";
import { DEVICES } from "./steps/devices.ts";
import { HOSTNAME, type Kinds, LPORTS, PASSING_HOSTNAMES, type Stage, type Step } from "./steps/kind.ts";
import { OPERATOR } from "./steps/operator.ts";
import { ORDERS } from "./steps/orders.ts";
import { OUTAGES } from "./steps/outages.ts";

export type { Stage, Step } from "./steps/kind.ts";

export const KINDS: Kinds = { ...CLOUD, ...DEVICES, ...OPERATOR, ...ORDERS, ...OUTAGES };

const WEIGHTED = Object.entries(KINDS).flatMap(([what, { weight }]) =>
  Array.from({ length: weight }, () => what),
);

const PEACEFUL = WEIGHTED.filter((what) => KINDS[what]?.isFault === false);

/**
 * Most steps come in bursts, a few milliseconds apart, so that they meet each other's messages on the way.
 *
 * @param count how many, in this many milliseconds
 */
export function randomSteps(random: Random, count: number, within: number): readonly Step[] {
  const bursts = random.list(1 + Math.floor(count / 8), () => random.int(within));
  // Where everything breaks all the time, little is done that could be wrong.
  const temper = random.pick([0.1, 0.3, 1]);
  const steps = random.list(count, (): Step => {
    const drawn = random.pick(WEIGHTED);
    const what = KINDS[drawn]?.isFault === true && !random.chance(temper) ? random.pick(PEACEFUL) : drawn;
    const at = random.chance(0.2)
      ? random.int(within)
      : random.pick(bursts) + random.int(random.pick([3, 30, 300]));
    return { at: Math.min(at, within - 1), what, args: KINDS[what]?.args(random) ?? [] };
  });
  return steps.sort((a, b) => a.at - b.at);
}

/** Some ports that are there from the beginning. */
export function firstSteps(random: Random): readonly Step[] {
  return LPORTS.filter(() => random.chance(0.5)).map((name) => ({
    at: 0,
    what: "add",
    args: [name, CHASSIS, ""],
  }));
}

export function describeStep({ at, what, args }: Step): string {
  return `${at} ms: ${what}${args.length === 0 ? "" : ` ${args.map((arg) => JSON.stringify(arg)).join(" ")}`}`;
}

/** Whoever was disturbed works again, and the devices are as usual, but for those that are misplaced. */
export function calm({ world, southbound, chassis, cloud, devices, daemons }: Stage): void {
  world.isCalm = true;
  Object.assign(world.network.weather, { latency: 0.2, lateOf: 1000, late: 5 });
  southbound.calm();
  chassis.server.start();
  chassis.setHostname(HOSTNAME);
  chassis.controller.start();
  chassis.vswitchd.start();
  cloud.northd.start();
  cloud.northd.wake();
  chassis.changed();
  // What is for this host by another name would stay until somebody decides about it.
  for (const [name, { options }] of cloud.ports) {
    const names = (options.get("requested-chassis") ?? "").split(",");
    if (names.some((one) => PASSING_HOSTNAMES.includes(one)))
      cloud.setOption(name, "requested-chassis", HOSTNAME);
  }
  devices.reset("misplaced");
  daemons.calm();
}
