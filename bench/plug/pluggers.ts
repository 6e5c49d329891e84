/** The two programs that plug: vifplugd, and an ovn-controller with its dummy provider, each at a site of its own. */
import { startDaemon } from "../../tools/chassis/daemon.ts";
import { type Program, run } from "../../tools/chassis/program.ts";
import { commandLine } from "../../tools/chassis/programs.ts";
import type { Site } from "./site.ts";

export interface Plugger {
  /** Its name, also among the programs of its chassis. */
  readonly subject: "vifplugd" | "ovn-controller";
  /** Starts it; it has not necessarily done anything yet. */
  start(site: Site): Promise<Program>;
  /** To be called once it has plugged something: from then on it unplugs as well. */
  letUnplug(site: Site): Promise<void>;
}

export const vifplugd: Plugger = {
  subject: "vifplugd",
  start: ({ chassis }) => startDaemon({ chassis }),
  letUnplug: () => Promise.resolve(),
};

/**
 * It unplugs nothing in its first 10 s, which can be cut short. Cut short at once, it would unplug every port whose
 * binding it has not read yet.
 */
export const ovnController: Plugger = {
  subject: "ovn-controller",
  async start({ chassis }) {
    const argv = [...commandLine("ovn-controller", chassis.dir), "--enable-dummy-vif-plug"];
    return chassis.spawn("ovn-controller", argv);
  },
  async letUnplug({ chassis }) {
    // With thousands of ports it may not look at its control socket for minutes; then the 10 s are over anyway.
    const argv = ["ovn-appctl", "--timeout=30", "-t", "ovn-controller", "debug/ignore-startup-delay"];
    await run(argv, chassis.env, 35_000).catch(() => {});
  },
};

/** Without ovs-vswitchd ovn-controller does not plug: it first waits to learn what the switch can do. */
export function pluggersWith(vswitchd: boolean): readonly Plugger[] {
  return vswitchd ? [vifplugd, ovnController] : [vifplugd];
}

/** What ovn-controller says of its plugging pass alone, of every loop since its start; milliseconds. */
export function parseStopwatch(text: string): { readonly passes: number; readonly average: number } {
  const number = (label: string) =>
    Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(text)?.[1] ?? Number.NaN);
  return { passes: number("Total samples"), average: number("Long term average") };
}
