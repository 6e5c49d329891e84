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
}

export function nameOfPf({ device, controller, number }: PfName): string {
  return `${device}${controller === 0 ? "" : ` controller ${controller}`} pf ${number}`;
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
      readonly pf: number;
      readonly function: PciFunction;
    };

/** Null: a name that says nothing of which function it is, as older drivers give. */
export function parseDriverName(name: string | null): DriverName | null {
  const physical = /^p(\d{1,5})(s\d{1,5})?$/.exec(name ?? "");
  if (physical !== null) return { kind: "physical", number: Number(physical[1]) };
  const parts = /^(?:c(\d{1,10}))?pf(\d{1,5})(?:(vf|sf)(\d{1,10}))?$/.exec(name ?? "");
  if (parts === null) return null;
  const [, controller, pf, kind, number] = parts;
  return {
    kind: "function",
    controller: controller === undefined ? null : Number(controller),
    pf: Number(pf),
    function: kind === "vf" || kind === "sf" ? { kind, number: Number(number) } : { kind: "pf" },
  };
}
