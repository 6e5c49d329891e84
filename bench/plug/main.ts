/**
 * Part `plug`: the time from a Southbound commit to the interface's row, beside ovn-controller's own plugging and the floor that
 * the database servers set.
 */
import type { Figure } from "../support/figures.ts";
import type { Part } from "../support/report.ts";
import { measureBulk } from "./bulk.ts";
import { FULL, QUICK, type Size } from "./plan.ts";
import { ratiosOf } from "./ratios.ts";
import { measureSize } from "./size.ts";
import { messageOf } from "./trial.ts";

export const plug: Part = {
  name: "plug",
  about: "vifplugd beside ovn-controller's own plugging and the database servers alone, 10 to 5,000 ports",
  async measure(quick) {
    const plan = quick ? QUICK : FULL;
    const figures: Figure[] = [];
    for (const size of plan.sizes) {
      say(`${wordsOf(size)} plugged`);
      figures.push(...(await orNothing(measureSize(plan, size))));
    }
    for (const size of plan.bulks) {
      say(`${wordsOf(size)} at once`);
      figures.push(...(await orNothing(measureBulk(plan, size))));
    }
    return { figures, ratios: ratiosOf(figures) };
  },
};

/** A size that fails loses only its own figures, and makes the benchmark fail in the end. */
async function orNothing(measured: Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  try {
    return await measured;
  } catch (error) {
    say(`failed: ${messageOf(error)}`);
    process.exitCode = 1;
    return [];
  }
}

function wordsOf({ ports, vswitchd }: Size): string {
  return `${ports.toLocaleString("en")} ports, ${vswitchd ? "with" : "without"} ovs-vswitchd`;
}

/** Tells the progress. */
function say(words: string): void {
  process.stderr.write(`bench: plug: ${words}\n`);
}
