/**
 * Part `plug`: from a Southbound commit to the interface's row, beside ovn-controller's own plugging and the floor that
 * the database servers set.
 */
import type { Figure } from "../support/figures.ts";
import type { Part } from "../support/report.ts";
import { measureBulk } from "./bulk.ts";
import { FULL, QUICK } from "./plan.ts";
import { ratiosOf } from "./ratios.ts";
import { measureSize } from "./size.ts";

export const plug: Part = {
  name: "plug",
  about: "vifplugd beside ovn-controller's own plugging and the database servers alone, 10 to 5,000 ports",
  async measure(quick) {
    const plan = quick ? QUICK : FULL;
    const figures: Figure[] = [];
    for (const vswitchd of [false, true]) {
      for (const ports of plan.sizes) figures.push(...(await measureSize(plan, { ports, vswitchd })));
      for (const ports of plan.bulks) figures.push(...(await measureBulk(plan, { ports, vswitchd })));
    }
    return { figures, ratios: ratiosOf(figures) };
  },
};
