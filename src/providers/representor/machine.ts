/** What the provider has of the machine that it runs on. */
import { kernelTransport } from "../../netlink/kernel-transport.ts";
import type { NetlinkTransport } from "../../netlink/transport.ts";
import { type LookUps, lookUpsIn } from "./sysfs.ts";

/** What tests put something else in the place of. */
export interface Machine {
  readonly netlink: NetlinkTransport;
  readonly lookUps: LookUps;
  /** Where `run/udev` is; "/" unless tests say otherwise. */
  readonly root: string;
}

export function thisMachine(): Machine {
  return { netlink: kernelTransport(), lookUps: lookUpsIn("/"), root: "/" };
}
