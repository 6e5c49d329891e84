/** All conditions, in the order of `explain` and docs/rules.md. */
import { ABSENCE } from "./absence.ts";
import { CHASSIS, CHASSIS_ROW } from "./chassis.ts";
import { type Listed, listed } from "./condition.ts";
import { IN_PLACE } from "./in-place.ts";
import type { PortView } from "./port-view.ts";
import { inView, WANTED } from "./wanted.ts";

export const CONDITIONS: readonly Listed<PortView>[] = [
  listed(inView, (view) => [view]),
  ABSENCE,
  CHASSIS_ROW,
  ...WANTED.map((condition) =>
    listed(condition, ({ binding, chassis, settings }: PortView) =>
      binding === null ? [] : [{ binding, chassis: chassis ?? { name: "", record: null }, settings }],
    ),
  ),
  ...IN_PLACE,
  ...CHASSIS,
];
