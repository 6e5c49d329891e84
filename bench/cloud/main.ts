/** Part `cloud`: the cost of vifplugd for the Southbound servers of a cloud, from 1,000 to 100,000 port bindings. */
import { vifplugd } from "../plug/pluggers.ts";
import { messageOf, STEPS } from "../plug/trial.ts";
import type { Figure } from "../support/figures.ts";
import type { Part, Ratio } from "../support/report.ts";
import { type CloudPlan, FULL, QUICK } from "./plan.ts";
import { ALONE, CPU, measureClouds, measureOwnPorts, OWN, REQUEST, SELECT, subjectAt } from "./steps.ts";

export const cloud: Part = {
  name: "cloud",
  about:
    "what the Southbound server pays for vifplugd, beside ovn-controller, 1,000 to 100,000 port bindings (12 min)",
  async measure(quick) {
    const plan = quick ? QUICK : FULL;
    const figures: Figure[] = [];
    try {
      await measureClouds(plan, figures);
      if (plan.ownPorts.length > 0) await measureOwnPorts(plan, Math.min(...plan.bindings), figures);
    } catch (error) {
      // The figures so far took long to measure and are valid, so the report keeps them.
      process.stderr.write(`bench: cloud: ends early: ${messageOf(error)}\n`);
      process.exitCode = 1;
    }
    return { figures, ratios: ratiosOf(figures, plan) };
  },
};

const FLAT = { atMost: 1.3 };

function ratiosOf(figures: readonly Figure[], plan: CloudPlan): readonly Ratio[] {
  const [few, many] = [Math.min(...plan.bindings), Math.max(...plan.bindings)];
  const median = (subject: string, metric: string, ports: number) =>
    figures.find((one) => one.subject === subject && one.metric === metric && one.ports === ports)?.median ??
    Number.NaN;
  const text = (ports: number) => ports.toLocaleString("en");
  const growth = (subject: string, metric: string, from: number, to: number): Ratio => ({
    name: `${subject}: ${metric}: ${text(to)} to ${text(from)}`,
    value: median(subject, metric, to) / median(subject, metric, from),
    goal: FLAT,
  });
  const atServers = plan.servers.flatMap((kind): readonly Ratio[] => {
    const subject = subjectAt(vifplugd.subject, kind);
    const alone = subjectAt(ALONE, kind);
    const above = STEPS.map((step) => ({
      name: `${subject}: ${step}: ${CPU} above the change alone at ${text(many)}, ms`,
      value: median(subject, `${step}: ${CPU}`, many) - median(alone, `${step}: ${CPU}`, many),
      ...(step === "unplug" ? { goal: { atMost: 0.3 } } : {}),
    }));
    const select = median(subjectAt(SELECT, kind), `select: ${CPU}`, many);
    const unplug = above.find(({ goal }) => goal !== undefined)?.value ?? Number.NaN;
    const request = subjectAt(REQUEST, kind);
    const start = `start: ${CPU}`;
    return [
      growth(subject, "unplug", few, many),
      growth(subject, `unplug: ${CPU}`, few, many),
      ...above,
      { name: `${subject}: … to that of one select by uuid`, value: unplug / select },
      {
        name: `${subject}: ${start}, to one monitor request at ${text(many)}`,
        value: median(subject, start, many) / median(request, start, many),
        goal: { atMost: 1.2 },
      },
    ];
  });
  const [fewOwn, manyOwn] = plan.ownPorts;
  if (fewOwn === undefined || manyOwn === undefined) return atServers;
  return [
    ...atServers,
    growth(OWN, "unplug", fewOwn, manyOwn),
    growth(OWN, `unplug: ${CPU}`, fewOwn, manyOwn),
  ];
}
