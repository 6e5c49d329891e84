/**
 * By which MAC address a PF is known to the CMS, from the sources there are, the first that knows it:
 *
 * 1. The configuration, which can pin it.
 * 2. The PF's own port: on a DPU the kernel shows the host's PF with the address that the host sees.
 * 3. A file in sysfs, by which DPU kernels told it before devlink did.
 * 4. Where the functions are not another host's (a hypervisor): the physical port's network device is the PF's, and its
 *    permanent address is the PF's, or the one in use where the driver tells no permanent one.
 *
 * Which physical port is a PF's is told by its number, unless the device has only one.
 */
import type { Link } from "../../netlink/link.ts";
import type { PfPin } from "./config.ts";

export type PfAddress =
  | { readonly mac: string }
  | { readonly mac: null /** For people to read. */; readonly reason: string };

export interface PhysicalPort {
  readonly number: number | null;
  readonly link: Link | null;
}

export interface PfFacts {
  readonly device: string;
  readonly controller: number;
  readonly number: number;
  /** Some function of the PF is another host's. */
  readonly external: boolean;
  /** Of the PF's own port; null without one, or when it has none. */
  readonly hardwareAddress: string | null;
  /** The physical ports of the device. */
  readonly physical: readonly PhysicalPort[];
}

export interface PfAddressSources {
  readonly pins: readonly PfPin[];
  /** What sysfs says of the PF behind an uplink, or null. */
  readonly smartNic: (uplink: string) => string | null;
}

export function pfAddress(pf: PfFacts, { pins, smartNic }: PfAddressSources): PfAddress {
  const pinned = pins.find(
    ({ device, pf: number, controller }) =>
      device === pf.device &&
      number === pf.number &&
      (controller === undefined || controller === pf.controller),
  );
  if (pinned !== undefined) return { mac: pinned.mac };
  if (pf.hardwareAddress !== null) return { mac: pf.hardwareAddress };
  const uplink = uplinkOf(pf);
  if (typeof uplink === "string") return { mac: null, reason: uplink };
  const told = smartNic(uplink.name);
  if (told !== null) return { mac: told };
  if (pf.external) {
    return {
      mac: null,
      reason: `it is another host's, and neither its port function nor smart_nic/pf/config of ${uplink.name} tells its address`,
    };
  }
  const mac = uplink.permanentAddress ?? uplink.address;
  return mac === null ? { mac, reason: `its uplink ${uplink.name} has no address` } : { mac };
}

/** A text says why there is none. */
function uplinkOf({ number, physical }: PfFacts): Link | string {
  const [first, ...others] = physical;
  const same = physical.filter((port) => port.number === number);
  const [port] = same.length === 1 ? same : others.length === 0 ? [first] : [];
  if (port !== undefined) return port.link ?? "its physical port has no network device";
  return physical.length === 0
    ? "its device has no physical port"
    : `none of its device's ${physical.length} physical ports alone has its number; pin its address in the configuration`;
}
