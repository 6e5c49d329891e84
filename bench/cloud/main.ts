/** Part `cloud`: what a cloud pays for vifplugd in its Southbound server, from 1,000 to 100,000 port bindings. */
import type { Figure } from "../support/figures.ts";
import type { Part, Ratio } from "../support/report.ts";
import { FULL, QUICK } from "./plan.ts";
import { measureCloud } from "./steps.ts";

export const cloud: Part = {
  name: "cloud",
  about:
    "what the Southbound server pays for vifplugd, beside ovn-controller, 1,000 to 100,000 port bindings",
  async measure(quick) {
    const plan = quick ? QUICK : FULL;
    const figures: Figure[] = [];
    for (const bindings of plan.bindings) {
      process.stderr.write(`bench: cloud: ${bindings.toLocaleString("en")} port bindings\n`);
      figures.push(...(await measureCloud(plan, bindings)));
    }
    return { figures, ratios: ratiosOf(figures, plan.bindings) };
  },
};

/** Of an unplug, the largest cloud to the smallest, and what is above the change alone. */
function ratiosOf(figures: readonly Figure[], bindings: readonly number[]): readonly Ratio[] {
  const [few, many] = [Math.min(...bindings), Math.max(...bindings)];
  const median = (subject: string, metric: string, ports: number) =>
    figures.find((one) => one.subject === subject && one.metric === metric && one.ports === ports)?.median ??
    Number.NaN;
  const growth = (metric: string) => median("vifplugd", metric, many) / median("vifplugd", metric, few);
  const CPU = "unplug: Southbound CPU";
  return [
    {
      name: `unplug: ${many.toLocaleString("en")} to ${few.toLocaleString("en")}`,
      value: growth("unplug"),
      goal: { atMost: 1.3 },
    },
    {
      name: `${CPU}: ${many.toLocaleString("en")} to ${few.toLocaleString("en")}`,
      value: growth(CPU),
      goal: { atMost: 1.3 },
    },
    {
      name: `${CPU}, above the change alone, ms`,
      value: median("vifplugd", CPU, many) - median("the change alone", CPU, many),
      goal: { atMost: 0.3 },
    },
  ];
}
