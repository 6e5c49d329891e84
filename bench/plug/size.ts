/**
 * All measurements with one number of plugged ports. The pluggers run at the same time, each on a chassis of its own, and take
 * turns with the floor, so that other work of the machine affects all alike. During a turn the chassis of the other pluggers
 * stand still, so that their work in the background is not in the figures.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Figure, figure } from "../support/figures.ts";
import { atRest } from "../support/usage.ts";
import { Floor, type FloorTimes } from "./floor.ts";
import type { Plan, Size } from "./plan.ts";
import { type Plugger, parseStopwatch, pluggersWith, vifplugd } from "./pluggers.ts";
import { Site } from "./site.ts";
import { type ColdStart, coldStart } from "./start.ts";
import { storm } from "./storm.ts";
import { messageOf, STEPS, Trial } from "./trial.ts";

/** The limits on a change and on a start of a plugger, in milliseconds. */
const WITHIN = 60_000;
const START_WITHIN = 240_000;
/** The longest wait for rest, in milliseconds: an ovn-controller with a thousand ports may never rest. */
const REST_WITHIN = 250;
const STORM_LPORTS = Array.from({ length: 10 }, (_, index) => `storm${index}`);
const MEGABYTE = 1e6;
/** Rounds of the warm-up: the first rounds, which are reported, and the last rounds, in which the floor takes part. */
const FRESH = 10;
const FLOOR_WARM_UP = 10;

export async function measureSize(plan: Plan, size: Size): Promise<readonly Figure[]> {
  await using sites = new AsyncDisposableStack();
  const figures: Figure[] = [];
  const trials: Trial[] = [];
  for (const plugger of pluggersWith(size.vswitchd)) {
    const site = sites.use(await Site.start({ ...size, spare: ["sample", "floor", ...STORM_LPORTS] }));
    try {
      const starts = await startAgainAndAgain(plugger, site, plugger === vifplugd ? plan.coldStarts : 1);
      trials.push(new Trial(plugger, site, starts.last.program, WITHIN));
      figures.push(...figuresOfStarts(plugger.subject, starts.all, size));
    } catch (error) {
      if (plugger === vifplugd) throw error;
      figures.push(gaveUp(plugger.subject, messageOf(error), size));
    }
  }
  figures.push(...(await takeTurns(plan, trials, size)));
  await sleep(plan.silenceMs);
  for (const trial of trials) {
    figures.push(...(await alone(trial, trials, () => afterwards(plan, trial, size))));
  }
  return figures;
}

async function startAgainAndAgain(plugger: Plugger, site: Site, count: number) {
  let last = await coldStart(plugger, site, START_WITHIN);
  const all = [last];
  while (all.length < count) {
    await last.program.stop();
    last = await coldStart(plugger, site, START_WITHIN);
    all.push(last);
  }
  return { all, last };
}

/** The figure for a plugger that missed its limit. @param words the missed step */
function gaveUp(subject: string, words: string, size: Size): Figure {
  return figure(subject, `gave up: ${words}`, "", [1], size);
}

function figuresOfStarts(subject: string, starts: readonly ColdStart[], size: Size): readonly Figure[] {
  const settled = starts.map((start) => start.settled);
  const writes = starts.map((start) => start.writes);
  return [
    figure(subject, "cold start", "ms", settled, size),
    figure(subject, "writes at a cold start", "", writes, size),
  ];
}

async function takeTurns(plan: Plan, trials: readonly Trial[], size: Size): Promise<readonly Figure[]> {
  const [ours] = trials;
  if (ours === undefined) throw new RangeError("there is nobody to take turns");
  const floor = await Floor.open(ours.site);
  const floors: FloorTimes[] = [];
  const calibrations: number[] = [];
  let peerMs = 0;
  const rest = () =>
    atRest(
      trials.flatMap((trial) => [trial.pid, ...trial.site.servers]),
      REST_WITHIN,
    );
  const peers = trials.filter((trial) => trial !== ours);
  for (const peer of peers) await atRest([peer.pid, ...peer.site.servers], plan.peerRestMs);
  const fresh = await alone(ours, trials, () => warmUp(plan, ours, floor, rest, size));
  for (const peer of peers) await alone(peer, trials, () => peer.round(rest));
  for (const trial of trials) trial.begin();
  for (let round = 0; round < plan.rounds; round++) {
    await alone(ours, trials, async () => {
      await rest();
      calibrations.push(calibrate());
      floors.push(await floor.measure(ours.site.lport("floor"), rest));
      await ours.round(rest);
    });
    if (peerMs > plan.peerMs) continue;
    const started = performance.now();
    for (const peer of peers) await alone(peer, trials, () => peer.round(rest));
    peerMs += performance.now() - started;
  }
  floor.close();
  return [
    figure("machine", "the same work, again and again", "ms", calibrations, size),
    ...figuresOfFloor(floors, size),
    ...fresh,
    ...trials.flatMap((trial) => figuresOfTrial(trial, size)),
  ];
}

/** Gives a trial its turn, in which the chassis of all other trials stand still. */
async function alone<Outcome>(
  trial: Trial,
  trials: readonly Trial[],
  turn: () => Promise<Outcome>,
): Promise<Outcome> {
  const others = trials.filter((other) => other !== trial);
  for (const { site } of others) site.chassis.signal("SIGSTOP");
  try {
    return await turn();
  } finally {
    for (const { site } of others) site.chassis.signal("SIGCONT");
  }
}

/**
 * Runs the rounds of the warm-up: the code of vifplugd and of the floor is compiled while it runs. For ovn-controller one round is
 * enough. The figures of a vifplugd that has just started are from here.
 */
async function warmUp(
  plan: Plan,
  ours: Trial,
  floor: Floor,
  rest: () => Promise<unknown>,
  size: Size,
): Promise<readonly Figure[]> {
  for (let round = 0; round < plan.warmUp; round++) {
    await ours.round(rest);
    if (plan.warmUp - round <= FLOOR_WARM_UP) await floor.measure(ours.site.lport("floor"), rest);
  }
  return STEPS.map((step) => {
    const metric = `${step}, of the first ${FRESH} after a start`;
    return figure(ours.plugger.subject, metric, "ms", ours.times[step].slice(0, FRESH), size);
  });
}

function figuresOfFloor(floors: readonly FloorTimes[], size: Size): readonly Figure[] {
  const of = (metric: string, time: (times: FloorTimes) => number) =>
    figure("floor", metric, "ms", floors.map(time), size);
  return [
    of("Southbound commit", ({ southbound }) => southbound),
    of("Southbound question", ({ question }) => question),
    of("plug", ({ southbound, plug }) => southbound + plug),
    of("update", ({ southbound, update }) => southbound + update),
    of("unplug", ({ southbound, question, unplug }) => southbound + question + unplug),
  ];
}

function figuresOfTrial(trial: Trial, size: Size): readonly Figure[] {
  const { plugger, times, cpuSecondsPer100 } = trial;
  const { subject } = plugger;
  if (cpuSecondsPer100 === null) return [];
  return [
    ...STEPS.filter((step) => times[step].length > 0).map((step) =>
      figure(subject, step, "ms", times[step], size),
    ),
    figure(subject, "CPU per 100 changes", "s", [cpuSecondsPer100], size),
  ];
}

async function afterwards(plan: Plan, trial: Trial, size: Size): Promise<readonly Figure[]> {
  const {
    plugger: { subject },
    site,
  } = trial;
  const figures: Figure[] = [];
  await atRest([trial.pid, ...site.servers], REST_WITHIN);
  if (size.ports === plan.stormPorts && trial.missed === null) {
    const { times, missed, cpu } = await storm(
      trial,
      STORM_LPORTS.map((name) => site.lport(name)),
      plan.stormSeconds,
    );
    figures.push(figure(subject, "storm", "ms", times, size));
    figures.push(figure(subject, "storm: changes that did not come", "", [missed], size));
    figures.push(figure(subject, "storm: CPU per second", "s", [cpu], size));
  }
  const { resident, peak } = trial.memory;
  figures.push(figure(subject, "RSS", "MB", [resident / MEGABYTE], size));
  figures.push(figure(subject, "peak RSS", "MB", [peak / MEGABYTE], size));
  if (trial.missed !== null) figures.push(gaveUp(subject, trial.missed, size));
  if (subject === "ovn-controller") figures.push(await plugPass(trial, size));
  return figures;
}

/** ovn-controller's own figure about its plugging. With thousands of ports ovn-controller may be too busy to answer. */
async function plugPass({ plugger: { subject }, site }: Trial, size: Size): Promise<Figure> {
  try {
    const { average } = parseStopwatch(await site.chassis.appctl(subject, "stopwatch/show", "vif-plug-run"));
    return figure(subject, "its plugging pass alone, average", "ms", [average], size);
  } catch (error) {
    return gaveUp(subject, messageOf(error), size);
  }
}

const CALIBRATION = new Uint8Array(1 << 20);

/** The time of a fixed piece of work, whose spread is the noise of the machine. */
function calibrate(): number {
  const started = performance.now();
  new Bun.CryptoHasher("sha256").update(CALIBRATION).digest();
  return performance.now() - started;
}
