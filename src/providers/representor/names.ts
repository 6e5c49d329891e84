/** What ports, PFs and functions are called: as keys of an index, and to people. */
import type { DevlinkPort, PortName } from "../../netlink/devlink.ts";
import type { PciFunction } from "./options.ts";

/** `pci/0000:03:00.0/32768`, as devlink(8) writes it. */
export function nameOfPort({ device, index }: PortName): string {
  return `${device}/${index}`;
}

export function nameOfPf(pf: {
  readonly device: string;
  readonly controller: number;
  readonly number: number;
}): string {
  const controller = pf.controller === 0 ? "" : ` controller ${pf.controller}`;
  return `${pf.device}${controller} pf ${pf.number}`;
}

/** Null: the port is no function's. */
export function pfKey({ device, controller, pf }: DevlinkPort): string | null {
  return pf === null ? null : nameOfPf({ device, controller, number: pf });
}

export function functionKey(wanted: PciFunction): string {
  return wanted.kind === "pf" ? "pf" : `${wanted.kind} ${wanted.number}`;
}

/** The function that a port represents; null when it represents none. */
export function functionOf({ flavour, vf, sf }: DevlinkPort): PciFunction | null {
  if (flavour === "pcipf") return { kind: "pf" };
  if (flavour === "pcivf" && vf !== null) return { kind: "vf", number: vf };
  if (flavour === "pcisf" && sf !== null) return { kind: "sf", number: sf };
  return null;
}
