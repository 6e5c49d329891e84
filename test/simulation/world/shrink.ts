/** A failing history made small: fewer steps, fewer processes, a simpler Southbound. */
import { shrinkListSlowly } from "../../support/random.ts";
import { type Plan, play } from "./history.ts";

/** What the histories may have that are tried, in all: a minute or two. */
const MOST_EVENTS = 400_000;

/** The plan without what its failure does not need, as far as that is found in time. */
export async function shrink(plan: Plan, mostEvents = MOST_EVENTS): Promise<Plan> {
  let left = mostEvents;
  const fails = async (smaller: Plan): Promise<boolean> => {
    if (left <= 0) return false;
    const { failure, events } = await play(smaller);
    left -= events;
    return failure !== null;
  };
  let smallest = plan;
  const attempt = async (change: Partial<Plan>) => {
    const smaller = { ...smallest, ...change };
    if (await fails(smaller)) smallest = smaller;
  };
  const fewerSteps = async () => {
    const steps = await shrinkListSlowly(smallest.steps, (fewer) => fails({ ...smallest, steps: fewer }));
    smallest = { ...smallest, steps };
  };
  await fewerSteps();
  if (smallest.daemons > 1) await attempt({ daemons: 1 });
  if (smallest.topology !== "standalone") await attempt({ topology: "standalone" });
  if (smallest.onRename !== "replug") await attempt({ onRename: "replug" });
  if (smallest.onWithdraw !== "unplug") await attempt({ onWithdraw: "unplug" });
  if (smallest.maxUnplug !== 100) await attempt({ maxUnplug: 100 });
  if (smallest.readsTogether === true) await attempt({ readsTogether: false });
  if (smallest.tellsLastFirst === true) await attempt({ tellsLastFirst: false });
  if (smallest.isProgram === true) await attempt({ isProgram: false });
  if (smallest.steps.length < plan.steps.length) await fewerSteps();
  return smallest;
}
