/** The access of the provider to its machine. */
import { kernelTransport } from "../../netlink/kernel-transport.ts";
import type { NetlinkTransport } from "../../netlink/transport.ts";
import { type LookUps, lookUpsIn } from "./sysfs.ts";

/** The parts of the machine that tests replace. */
export interface Machine {
  readonly netlink: NetlinkTransport;
  readonly lookUps: LookUps;
  /** Where `run/udev` is; "/" unless tests say otherwise. */
  readonly root: string;
}

export function thisMachine(): Machine {
  return { netlink: kernelTransport(), lookUps: lookUpsIn("/"), root: "/" };
}
