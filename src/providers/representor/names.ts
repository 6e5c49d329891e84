/** What ports, PFs and functions are called: as keys of an index, by drivers, and to people. */
import type { PortName } from "../../netlink/devlink.ts";
import type { PciFunction } from "./options.ts";

/** `pci/0000:03:00.0/32768`, as devlink(8) writes it. */
export function nameOfPort({ device, index }: PortName): string {
  return `${device}/${index}`;
}

export interface PfName {
  readonly device: string;
  readonly controller: number;
  readonly number: number;
  /** Another host's, although its controller has the NIC's own number (EF100): this machine can have a PF of that number too. */
  readonly isForeign: boolean;
}

export function nameOfPf({ device, controller, number, isForeign }: PfName): string {
  const whose = isForeign ? " (external)" : "";
  return `${device}${controller === 0 ? "" : ` controller ${controller}`} pf ${number}${whose}`;
}

/** The PF that a port of a NIC's switch belongs to, or is. */
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

/** What a driver calls a network device's port of the switch (phys_port_name). */
export type DriverName =
  | { readonly kind: "physical"; readonly number: number }
  | {
      readonly kind: "function";
      /** Null where the name has none. */
      readonly controller: number | null;
      /** Null where the name does not tell. */
      readonly external: boolean | null;
      readonly pf: number;
      readonly function: PciFunction;
    };

/**
 * Null: a name that says nothing of which function it is, as older drivers give. Devlink's own form is c1pf0vf2; EF100 puts
 * its port before, and the interface of another host behind that (p0pf0vf2, p0if1pf0vf2); ice once wrote pf0vfr2.
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
    external: otherHost === undefined ? null : true,
    pf: Number(pf),
    function: kind === "vf" || kind === "sf" ? { kind, number: Number(number) } : { kind: "pf" },
  };
}
