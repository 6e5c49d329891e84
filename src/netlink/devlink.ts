/**
 * Devlink ports (linux/devlink.h, devlink-port(8)): the ports of a NIC's embedded switch, as the kernel shows them.
 * Requests and messages as pure functions over bytes.
 */
import type { Result } from "../result.ts";
import { type Attributes, nestedAttribute, textAttribute, u8Attribute, u32Attribute } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";
import { decodeGeneric, genericPayload } from "./generic.ts";
import { formatMac } from "./mac.ts";
import { FLAG, type Message } from "./message.ts";
import type { Request } from "./transport.ts";

export const DEVLINK_FAMILY = "devlink";
/** The multicast group in which devlink tells of new, changed and removed objects. */
export const DEVLINK_CONFIG_GROUP = "config";

const VERSION = 1;
/** A dump of ports says `new` where a notification says `portNew`; only what it carries tells a port from a device. */
const COMMAND = { new: 3, portGet: 5, portSet: 6, portNew: 7, portDelete: 8 } as const;
const ATTRIBUTE = {
  busName: 1,
  deviceName: 2,
  portIndex: 3,
  netdevIndex: 6,
  netdevName: 7,
  flavour: 77,
  number: 78,
  pciPf: 127,
  pciVf: 128,
  function: 145,
  external: 149,
  controller: 150,
  pciSf: 164,
} as const;
const FUNCTION_ATTRIBUTE = { hardwareAddress: 1, state: 2 } as const;
const FUNCTION_ACTIVE = 1;

/** In the order of enum devlink_port_flavour. */
const FLAVOURS = ["physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "unused", "pcisf"] as const;
export type Flavour = (typeof FLAVOURS)[number];

/** What names a port: devlink's bus and device, and the port's index there. */
export interface PortName {
  /** Bus and device as devlink(8) writes them: `pci/0000:03:00.0`. */
  readonly device: string;
  readonly index: number;
}

/** A port of an embedded switch; a number that the kernel does not give is null. */
export interface DevlinkPort extends PortName {
  /** Null: one that this program does not know. */
  readonly flavour: Flavour | null;
  /** Of a physical port. */
  readonly number: number | null;
  /** 0: the NIC's own; others are the hosts that a DPU serves. */
  readonly controller: number;
  /** The function belongs to another host than the one we run on. */
  readonly external: boolean;
  readonly pf: number | null;
  readonly vf: number | null;
  readonly sf: number | null;
  /** The network device that represents the port here. */
  readonly netdev: { readonly ifindex: number; readonly name: string } | null;
  readonly function: {
    /** The address of the function that the port represents; null: none is set, or the driver does not tell. */
    readonly hardwareAddress: string | null;
    /** Whether the function is active; null where functions have no such state (only sub-functions have). */
    readonly active: boolean | null;
  };
}

export type PortEvent =
  | { readonly kind: "present"; readonly port: DevlinkPort }
  | { readonly kind: "removed"; readonly port: PortName };

export function portDumpRequest(family: number): Request {
  return { type: family, flags: FLAG.dump, payload: genericPayload(COMMAND.portGet, VERSION, []) };
}

/** Asks the driver to activate a sub-function. */
export function activateRequest(family: number, { device, index }: PortName): Request {
  const slash = device.indexOf("/");
  return {
    type: family,
    flags: FLAG.ack,
    payload: genericPayload(COMMAND.portSet, VERSION, [
      textAttribute(ATTRIBUTE.busName, device.slice(0, slash)),
      textAttribute(ATTRIBUTE.deviceName, device.slice(slash + 1)),
      u32Attribute(ATTRIBUTE.portIndex, index),
      nestedAttribute(ATTRIBUTE.function, [u8Attribute(FUNCTION_ATTRIBUTE.state, FUNCTION_ACTIVE)]),
    ]),
  };
}

/** A message of the family `devlink`, from a dump or a notification; null when it is not about a port. */
export function parsePortEvent(message: Message): Result<PortEvent | null, NetlinkError> {
  return decoding("devlink port", () => {
    const { command, attributes } = decodeGeneric(message);
    switch (command) {
      case COMMAND.portNew:
        return { kind: "present", port: decodePort(attributes) };
      case COMMAND.new:
        return attributes.has(ATTRIBUTE.portIndex) ? { kind: "present", port: decodePort(attributes) } : null;
      case COMMAND.portDelete:
        return { kind: "removed", port: decodePort(attributes) };
      default:
        return null;
    }
  });
}

/** @throws MalformedMessage */
function decodePort(attributes: Attributes): DevlinkPort {
  const bus = attributes.text(ATTRIBUTE.busName);
  const device = attributes.text(ATTRIBUTE.deviceName);
  const index = attributes.u32(ATTRIBUTE.portIndex);
  if (bus === undefined || device === undefined || index === undefined) {
    throw new MalformedMessage("it has no bus, device or index");
  }
  const ifindex = attributes.u32(ATTRIBUTE.netdevIndex) ?? 0;
  const details = attributes.nested(ATTRIBUTE.function);
  const state = details?.u8(FUNCTION_ATTRIBUTE.state);
  return {
    device: `${bus}/${device}`,
    index,
    flavour: FLAVOURS[attributes.u16(ATTRIBUTE.flavour) ?? -1] ?? null,
    number: attributes.u32(ATTRIBUTE.number) ?? null,
    controller: attributes.u32(ATTRIBUTE.controller) ?? 0,
    external: attributes.u8(ATTRIBUTE.external) === 1,
    pf: attributes.u16(ATTRIBUTE.pciPf) ?? null,
    vf: attributes.u16(ATTRIBUTE.pciVf) ?? null,
    sf: attributes.u32(ATTRIBUTE.pciSf) ?? null,
    netdev: ifindex === 0 ? null : { ifindex, name: attributes.text(ATTRIBUTE.netdevName) ?? "" },
    function: {
      hardwareAddress: formatMac(details?.bytes(FUNCTION_ATTRIBUTE.hardwareAddress)),
      active: state === undefined ? null : state === FUNCTION_ACTIVE,
    },
  };
}
