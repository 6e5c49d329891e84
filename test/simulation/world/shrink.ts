/** A failing history made small: fewer steps, fewer processes, a simpler Southbound. */
import { shrinkList } from "../../support/random.ts";
import { type Plan, play } from "./history.ts";

/** The plan without what its failure does not need; `fails` says that a smaller one still fails. */
export function shrink(plan: Plan, fails: (smaller: Plan) => boolean = failsAtAll): Plan {
  let smallest = plan;
  const attempt = (change: Partial<Plan>) => {
    const smaller = { ...smallest, ...change };
    if (fails(smaller)) smallest = smaller;
  };
  const fewerSteps = () => {
    const steps = shrinkList(smallest.steps, (fewer) => fails({ ...smallest, steps: fewer }));
    smallest = { ...smallest, steps };
  };
  fewerSteps();
  if (smallest.daemons > 1) attempt({ daemons: 1 });
  if (smallest.topology !== "standalone") attempt({ topology: "standalone" });
  if (smallest.onRename !== "replug") attempt({ onRename: "replug" });
  if (smallest.onWithdraw !== "unplug") attempt({ onWithdraw: "unplug" });
  if (smallest.maxUnplug !== 100) attempt({ maxUnplug: 100 });
  if (smallest.steps.length < plan.steps.length) fewerSteps();
  return smallest;
}

function failsAtAll(plan: Plan): boolean {
  return play(plan).failure !== null;
}
