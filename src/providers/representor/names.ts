/** The names of ports, PFs and functions: as keys of an index, as drivers give them, and for people. */
import type { PortName } from "../../netlink/devlink.ts";
import type { PciFunction } from "./options.ts";

/** The name of a port in devlink(8)'s notation, as `pci/0000:03:00.0/32768`. */
export function nameOfPort({ device, index }: PortName): string {
  return `${device}/${index}`;
}

export interface PfName {
  readonly device: string;
  readonly controller: number;
  readonly number: number;
  /** True: a PF of another host, with the controller number of the NIC itself (EF100). This machine can have such a PF too. */
  readonly isForeign: boolean;
}

/** Where functions are whose device nobody tells: before the identity of their switch. */
export const UNKNOWN_DEVICE = "switch/";

export function nameOfPf({ device, controller, number, isForeign }: PfName): string {
  const whose = isForeign ? " (external)" : "";
  return `${device}${controller === 0 ? "" : ` controller ${controller}`} pf ${number}${whose}`;
}

/** The PF of a port in a NIC's switch: the PF that the port belongs to, or represents. */
export function pfNameOf(port: {
  readonly device: string;
  readonly controller: number;
  readonly external: boolean | null;
  readonly pf: number | null;
}): PfName {
  const { device, controller, external, pf } = port;
  return { device, controller, number: pf ?? 0, isForeign: controller === 0 && external === true };
}

export function functionKey(wanted: PciFunction): string {
  return wanted.kind === "pf" ? "pf" : `${wanted.kind} ${wanted.number}`;
}

/** The name that a driver gives to the switch port of a network device (phys_port_name), parsed. */
export type DriverName =
  | { readonly kind: "physical"; readonly number: number }
  | {
      readonly kind: "function";
      /** Null: the name has no controller. */
      readonly controller: number | null;
      /** Null: the name does not say. */
      readonly external: boolean | null;
      readonly pf: number;
      readonly function: PciFunction;
    };

/**
 * Parses a driver's name; null: the name names no function, as with older drivers. Devlink's own form is
 * c1pf0vf2, with the controller only where that is another host's. EF100 puts its
 * port first, and the interface of another host second (p0pf0vf2, p0if1pf0vf2). Old versions of ice wrote pf0vfr2.
 */
export function parseDriverName(name: string | null): DriverName | null {
  const physical = /^p(\d{1,5})(s\d{1,5})?$/.exec(name ?? "");
  if (physical !== null) return { kind: "physical", number: Number(physical[1]) };
  const parts = /^(?:c(\d{1,10})|p\d{1,5}(if\d{1,5})?)?pf(\d{1,5})(?:(vf|sf)r?(\d{1,10}))?$/.exec(name ?? "");
  if (parts === null) return null;
  const [, controller, otherHost, pf, kind, number] = parts;
  return {
    kind: "function",
    controller: controller === undefined ? null : Number(controller),
    external: controller === undefined && otherHost === undefined ? null : true,
    pf: Number(pf),
    function: kind === "vf" || kind === "sf" ? { kind, number: Number(number) } : { kind: "pf" },
  };
}
