/** The goals of the part `plug`, each as a ratio of figures of the same run. A ratio without figures is left out. */
import type { Figure } from "../support/figures.ts";
import type { Ratio } from "../support/report.ts";
import { STEPS } from "./trial.ts";

const FLOOR_TIMES = 1.5;
const FLAT_TIMES = 1.3;
const BULK_TIMES = 2;
const COLD_START_MS = 1_000;
const RSS_MB = 90;
/** The goals for the ratio of ovn-controller's time to vifplugd's for a change, by the number of ports. */
const PEER_TIMES: ReadonlyMap<number, number> = new Map([
  [10, 1],
  [1_000, 40],
  [5_000, 400],
]);

export function ratiosOf(figures: readonly Figure[]): readonly Ratio[] {
  return [false, true].flatMap((vswitchd) => {
    const of = figures.filter((one) => one.vswitchd === vswitchd);
    const sizes = [...new Set(of.filter(({ metric }) => metric === "plug").map(({ ports = 0 }) => ports))];
    const bulks = [...new Set(of.filter(({ metric }) => metric === "bulk").map(({ ports = 0 }) => ports))];
    const where = vswitchd ? "with ovs-vswitchd" : "without ovs-vswitchd";
    const ratios = [
      ...sizes.flatMap((ports) => sizeRatios(of, ports)),
      ...flatness(of, Math.min(...sizes), Math.max(...sizes)),
      ...bulks.flatMap((ports) => bulkRatios(of, ports)),
    ];
    return ratios.map((ratio) => ({ ...ratio, name: `${ratio.name}, ${where}` }));
  });
}

function sizeRatios(figures: readonly Figure[], ports: number): readonly Ratio[] {
  const find = finder(figures, ports);
  const at = `${ports.toLocaleString("en")} ports`;
  const peerGoal = PEER_TIMES.get(ports);
  const peer = (metric: string) =>
    ratio(
      `${metric}, ${at}: ovn-controller to vifplugd`,
      find("ovn-controller", metric),
      find("vifplugd", metric),
      {
        ...(peerGoal === undefined ? {} : { goal: { atLeast: peerGoal } }),
      },
    );
  return [
    ...STEPS.flatMap((step) =>
      ratio(`${step}, ${at}: vifplugd to the floor`, find("vifplugd", step), find("floor", step), {
        goal: { atMost: FLOOR_TIMES },
      }),
    ),
    ...STEPS.flatMap(peer),
    ...peer("CPU per 100 changes"),
    ...(ports < Math.max(...PEER_TIMES.keys())
      ? []
      : [
          ...value(`cold start, ${at}, ms`, find("vifplugd", "cold start"), COLD_START_MS),
          ...value(`writes at a cold start, ${at}`, find("vifplugd", "writes at a cold start"), 0),
          ...value(`RSS, ${at}, MB`, find("vifplugd", "RSS"), RSS_MB),
        ]),
  ];
}

function flatness(figures: readonly Figure[], fewest: number, most: number): readonly Ratio[] {
  if (fewest === most) return [];
  const [few, many] = [finder(figures, fewest), finder(figures, most)];
  return STEPS.flatMap((step) => [
    ...ratio(
      `${step}: vifplugd with ${most.toLocaleString("en")} ports to ${fewest}`,
      many("vifplugd", step),
      few("vifplugd", step),
      { goal: { atMost: FLAT_TIMES } },
    ),
    ...ratio(
      `${step}: the floor with ${most.toLocaleString("en")} ports to ${fewest}`,
      many("floor", step),
      few("floor", step),
      {},
    ),
  ]);
}

function bulkRatios(figures: readonly Figure[], ports: number): readonly Ratio[] {
  const find = finder(figures, ports);
  const at = `${ports.toLocaleString("en")} ports`;
  const ours = find("vifplugd", "bulk");
  const transaction = find("floor", "bulk: one transaction");
  const southbound = find("floor", "bulk: Southbound commit");
  const path =
    transaction === undefined || southbound === undefined
      ? undefined
      : { ...transaction, median: transaction.median + southbound.median };
  return [
    ...ratio(`bulk of ${at}: vifplugd to one transaction`, ours, transaction, {
      goal: { atMost: BULK_TIMES },
    }),
    ...ratio(`bulk of ${at}: vifplugd to the path (Southbound commit and transaction)`, ours, path, {}),
    ...ratio(`bulk of ${at}: ovn-controller to vifplugd`, find("ovn-controller", "bulk"), ours, {}),
  ];
}

function finder(figures: readonly Figure[], ports: number) {
  return (subject: string, metric: string) =>
    figures.find((one) => one.subject === subject && one.metric === metric && one.ports === ports);
}

function ratio(
  name: string,
  over: Figure | undefined,
  under: Figure | undefined,
  goal: Pick<Ratio, "goal">,
): readonly Ratio[] {
  if (over === undefined || under === undefined) return [];
  return [{ name, value: over.median / under.median, ...goal }];
}

function value(name: string, of: Figure | undefined, atMost: number): readonly Ratio[] {
  return of === undefined ? [] : [{ name, value: of.median, goal: { atMost } }];
}
