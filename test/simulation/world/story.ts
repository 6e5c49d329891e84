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
  readsTogether,
  tellsLastFirst,
  isProgram,
  steps,
}: Plan): string {
  return [
    `seed ${seed}: ${topology} Southbound, ${daemons} vifplugd, on_withdraw ${onWithdraw}, on_rename ${onRename}, max_unplug ${maxUnplug}%${readsTogether === true ? ", messages are read together" : ""}${tellsLastFirst === true ? ", the last monitor tells first" : ""}${isProgram === true ? ", the provider is a program" : ""}`,
    ...steps.map((step) => `  ${describeStep(step)}`),
  ].join("\n");
}

export async function storyOf(plan: Plan): Promise<string> {
  const { failure, story } = await play(plan, "lines");
  return [describePlan(plan), "", ...story, "", failure ?? "nothing is wrong"].join("\n");
}

export async function diagramOf(plan: Plan): Promise<string> {
  const { story, failure } = await play(plan, "diagram");
  return [
    "sequenceDiagram",
    ...story.map((line) => `  ${line}`),
    `  %% ${failure ?? "nothing is wrong"}`,
  ].join("\n");
}
