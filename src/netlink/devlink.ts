/**
 * Devlink ports (linux/devlink.h, devlink-port(8)): the ports of a NIC's embedded switch, as the kernel shows them.
 * Requests and messages as pure functions over bytes.
 */
import type { Result } from "../result.ts";
import {
  Attributes,
  attribute,
  nestedAttribute,
  u8Attribute,
  u16Attribute,
  u32Attribute,
} from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";
import { decodeGeneric, genericPayload } from "./generic.ts";
import { formatMac, macBytes } from "./mac.ts";
import { FLAG, type Message } from "./message.ts";
import { deviceAttributes, deviceNameIn, type PortName, portAttributes, portNameIn } from "./port-name.ts";
import type { Request } from "./transport.ts";

export const DEVLINK_FAMILY = "devlink";
/** The multicast group in which devlink tells of new, changed and removed objects. */
export const DEVLINK_CONFIG_GROUP = "config";

const VERSION = 1;
/** A dump of ports has `new` where a notification has `portNew`; only the attributes distinguish a port from a device. */
const COMMAND = { get: 1, new: 3, delete: 4, portGet: 5, portSet: 6, portNew: 7, portDelete: 8 } as const;
const ATTRIBUTE = {
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
  nestedDevlink: 175,
} as const;
const FUNCTION_ATTRIBUTE = { hardwareAddress: 1, state: 2 } as const;
/** DEVLINK_ATTR_NETNS_ID: a device that is in another network namespace. */
const NAMESPACE_ID = 140;
const FUNCTION_ACTIVE = 1;
const SUB_FUNCTION = 7;
/** The numbers of the attributes that are read. */
export const DEVLINK_ATTRIBUTES = {
  netdevName: ATTRIBUTE.netdevName,
  function: ATTRIBUTE.function,
  hardwareAddress: FUNCTION_ATTRIBUTE.hardwareAddress,
  /** The attributes that name a port, and all others. */
  known: new Set([1, 2, ...Object.values(ATTRIBUTE)]),
} as const;

/** In the order of enum devlink_port_flavour. */
const FLAVOURS = ["physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "unused", "pcisf"] as const;
export type Flavour = (typeof FLAVOURS)[number];

/** A port of an embedded switch; a number that the kernel does not give is null. */
export interface DevlinkPort extends PortName {
  /** Null: a flavour that this program does not know. */
  readonly flavour: Flavour | null;
  /** The number of a physical port. */
  readonly number: number | null;
  /** 0: the NIC's own controller, or the kernel tells none; other numbers: the hosts that a DPU serves. */
  readonly controller: number;
  /** True: the function belongs to another host than this one; null: the kernel does not tell. */
  readonly external: boolean | null;
  readonly pf: number | null;
  readonly vf: number | null;
  readonly sf: number | null;
  /** The network device that represents the port here. */
  readonly netdev: { readonly ifindex: number; readonly name: string } | null;
  readonly function: {
    /** The address of the represented function; null: no address is set, or the driver does not tell. */
    readonly hardwareAddress: string | null;
    /** Whether the function is active; null: the function has no such state (only sub-functions have). */
    readonly active: boolean | null;
  };
}

export type { PortName } from "./port-name.ts";

export type DevlinkEvent =
  | { readonly kind: "present"; readonly port: DevlinkPort }
  | { readonly kind: "removed"; readonly port: PortName }
  /** A device and its nested devices (Linux 6.7 and newer); empty: the device was removed. */
  | { readonly kind: "device"; readonly device: string; readonly nested: readonly string[] };

export function portDumpRequest(family: number): Request {
  return { type: family, flags: FLAG.dump, payload: genericPayload(COMMAND.portGet, VERSION, []) };
}

export function deviceDumpRequest(family: number): Request {
  return { type: family, flags: FLAG.dump, payload: genericPayload(COMMAND.get, VERSION, []) };
}

/** Whether the request is a dump of devices, not of ports. */
export function isDeviceDump({ payload }: Request): boolean {
  return payload[0] === COMMAND.get;
}

/** Asks the driver to activate a sub-function. */
export function activateRequest(family: number, port: PortName): Request {
  return setFunction(family, port, u8Attribute(FUNCTION_ATTRIBUTE.state, FUNCTION_ACTIVE));
}

/** Gives the function behind a port its address. @param mac as mac.ts writes it */
export function setAddressRequest(family: number, port: PortName, mac: string): Request {
  return setFunction(family, port, attribute(FUNCTION_ATTRIBUTE.hardwareAddress, macBytes(mac)));
}

function setFunction(family: number, port: PortName, what: Uint8Array): Request {
  const details = nestedAttribute(ATTRIBUTE.function, [what]);
  return request(family, COMMAND.portSet, [...portAttributes(port), details]);
}

/** A sub-function to make. */
export interface NewSubFunction {
  readonly device: string;
  readonly pf: number;
  readonly sf: number;
  /** The controller of the sub-function; null: this host. */
  readonly controller: number | null;
}

/** Makes a sub-function and its port (devlink-port(8), `add`); the kernel answers with the port. */
export function addSubFunctionRequest(family: number, wanted: NewSubFunction): Request {
  const { device, pf, sf, controller } = wanted;
  return request(family, COMMAND.portNew, [
    ...deviceAttributes(device),
    u16Attribute(ATTRIBUTE.flavour, SUB_FUNCTION),
    u16Attribute(ATTRIBUTE.pciPf, pf),
    u32Attribute(ATTRIBUTE.pciSf, sf),
    ...(controller === null ? [] : [u32Attribute(ATTRIBUTE.controller, controller)]),
  ]);
}

/** Removes a port that was made by request, and with it its function. */
export function deletePortRequest(family: number, port: PortName): Request {
  return request(family, COMMAND.portDelete, portAttributes(port));
}

function request(family: number, command: number, attributes: readonly Uint8Array[]): Request {
  return { type: family, flags: FLAG.ack, payload: genericPayload(command, VERSION, attributes) };
}

/** Parses a message of the family `devlink`; null: the message is about neither a port nor a device. */
export function parseDevlinkEvent(message: Message): Result<DevlinkEvent | null, NetlinkError> {
  return decoding("devlink port", () => {
    const { command, attributes } = decodeGeneric(message);
    switch (command) {
      case COMMAND.portNew:
        return { kind: "present", port: decodePort(attributes) };
      case COMMAND.new:
        return attributes.has(ATTRIBUTE.portIndex)
          ? { kind: "present", port: decodePort(attributes) }
          : { kind: "device", device: decodeDevice(attributes), nested: nestedDevices(attributes) };
      case COMMAND.portDelete:
        return { kind: "removed", port: decodeName(attributes) };
      case COMMAND.delete:
        return { kind: "device", device: decodeDevice(attributes), nested: [] };
      default:
        return null;
    }
  });
}

/** @throws MalformedMessage */
function decodeDevice(attributes: Attributes): string {
  const device = deviceNameIn(attributes);
  if (device === null) throw new MalformedMessage("it has no bus or device");
  return device;
}

/** The nested devices: one attribute for each. Devices of other namespaces are left out. @throws MalformedMessage */
function nestedDevices(attributes: Attributes): readonly string[] {
  return attributes.entries.flatMap(([type, value]) => {
    if (type !== ATTRIBUTE.nestedDevlink) return [];
    const nested = new Attributes(value);
    return nested.has(NAMESPACE_ID) ? [] : (deviceNameIn(nested) ?? []);
  });
}

/** @throws MalformedMessage */
function decodeName(attributes: Attributes): PortName {
  const name = portNameIn(attributes);
  if (name === null) throw new MalformedMessage("it has no bus, device or index");
  return name;
}

/** Whether the function is external, as the kernel tells; where the kernel tells only the controller: any other than 0. */
function isExternal(attributes: Attributes): boolean | null {
  const told = attributes.u8(ATTRIBUTE.external);
  if (told !== undefined) return told === 1;
  const controller = attributes.u32(ATTRIBUTE.controller);
  return controller === undefined ? null : controller !== 0;
}

/** @throws MalformedMessage */
function decodePort(attributes: Attributes): DevlinkPort {
  const ifindex = attributes.u32(ATTRIBUTE.netdevIndex) ?? 0;
  const details = attributes.nested(ATTRIBUTE.function);
  const state = details?.u8(FUNCTION_ATTRIBUTE.state);
  return {
    ...decodeName(attributes),
    flavour: FLAVOURS[attributes.u16(ATTRIBUTE.flavour) ?? -1] ?? null,
    number: attributes.u32(ATTRIBUTE.number) ?? null,
    controller: attributes.u32(ATTRIBUTE.controller) ?? 0,
    external: isExternal(attributes),
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
