/** The two programs that plug: vifplugd, and an ovn-controller with its dummy provider, each at a site of its own. */
import { startDaemon } from "../../tools/chassis/daemon.ts";
import { type Program, run } from "../../tools/chassis/program.ts";
import { commandLine } from "../../tools/chassis/programs.ts";
import type { Site } from "./site.ts";

export interface Plugger {
  /** The name of the plugger, also among the programs of its chassis. */
  readonly subject: "vifplugd" | "ovn-controller";
  /** Starts the plugger, and returns perhaps before the plugger has done anything. */
  start(site: Site): Promise<Program>;
  /** Call this when the plugger has plugged a port: from then on it unplugs as well. */
  letUnplug(site: Site): Promise<void>;
}

export const vifplugd: Plugger = {
  subject: "vifplugd",
  start: ({ chassis }) => startDaemon({ chassis }),
  letUnplug: () => Promise.resolve(),
};

/**
 * ovn-controller unplugs nothing in its first 10 s. A command ends this delay; given too early, ovn-controller would unplug every
 * port whose binding it has not read yet.
 */
export const ovnController: Plugger = {
  subject: "ovn-controller",
  async start({ chassis }) {
    const argv = [...commandLine("ovn-controller", chassis.dir), "--enable-dummy-vif-plug"];
    return chassis.spawn("ovn-controller", argv);
  },
  async letUnplug({ chassis }) {
    // With thousands of ports ovn-controller may not read its control socket for minutes; then the 10 s are over anyway.
    const argv = ["ovn-appctl", "--timeout=30", "-t", "ovn-controller", "debug/ignore-startup-delay"];
    await run(argv, chassis.env, 35_000).catch(() => {});
  },
};

/** Without ovs-vswitchd ovn-controller does not plug: it waits for the features of the switch. */
export function pluggersWith(vswitchd: boolean): readonly Plugger[] {
  return vswitchd ? [vifplugd, ovnController] : [vifplugd];
}

/** Parses ovn-controller's figures about its plugging pass, over all loops since its start; in milliseconds. */
export function parseStopwatch(text: string): { readonly passes: number; readonly average: number } {
  const number = (label: string) =>
    Number(new RegExp(`${label}:\\s+([\\d.]+)`).exec(text)?.[1] ?? Number.NaN);
  return { passes: number("Total samples"), average: number("Long term average") };
}
