/** A history told: as lines, or as a sequence diagram in the notation of Mermaid. */
import { type Plan, play } from "./history.ts";
import { describeStep } from "./steps.ts";

export function describePlan({
  seed,
  topology,
  daemons,
  onWithdraw,
  onRename,
  maxUnplug,
  steps,
}: Plan): string {
  return [
    `seed ${seed}: ${topology} Southbound, ${daemons} vifplugd, on_withdraw ${onWithdraw}, on_rename ${onRename}, max_unplug ${maxUnplug}%`,
    ...steps.map((step) => `  ${describeStep(step)}`),
  ].join("\n");
}

export function storyOf(plan: Plan): string {
  const { failure, story } = play(plan, "lines");
  return [describePlan(plan), "", ...story, "", failure ?? "nothing is wrong"].join("\n");
}

export function diagramOf(plan: Plan): string {
  const { story, failure } = play(plan, "diagram");
  return [
    "sequenceDiagram",
    ...story.map((line) => `  ${line}`),
    `  %% ${failure ?? "nothing is wrong"}`,
  ].join("\n");
}
