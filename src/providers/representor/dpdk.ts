/**
 * A representor as a DPDK port of a userspace datapath: the arguments by which DPDK finds the port. They are the address of the
 * PF and, in DPDK's grammar, `[[c#]pf#]vf#`, `[[c#]pf#]sf#` or `[c#]pf#` (rte_eth_devargs_parse_representor_ports()).
 */
import type { PciFunction } from "./options.ts";

export const DPDK_DEVARGS = "dpdk-devargs";
/** The type of a bridge whose datapath is in userspace (ovs-vswitchd.conf.db(5)). */
export const USERSPACE_DATAPATH = "netdev";

export interface DpdkPort {
  readonly device: string;
  readonly controller: number;
  readonly pf: number;
  readonly function: PciFunction;
}

/** The device arguments of DPDK; null: the device is no PCI device, and DPDK finds only PCI devices. */
export function dpdkArguments({ device, controller, pf, function: wanted }: DpdkPort): string | null {
  const address = /^pci\/(.+)$/.exec(device)?.[1];
  if (address === undefined) return null;
  const host = controller === 0 ? "" : `c${controller}`;
  const which = wanted.kind === "pf" ? "" : `${wanted.kind}${wanted.number}`;
  return `${address},representor=${host}pf${pf}${which}`;
}
