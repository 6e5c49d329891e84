/** The kernel's side of the codec: the messages by which it would tell what a test made up. */
import {
  attribute,
  concatenate,
  nestedAttribute,
  textAttribute,
  u8Attribute,
  u16Attribute,
  u32Attribute,
  viewOf,
} from "../../../src/netlink/attributes.ts";
import type { DevlinkPort, PortName } from "../../../src/netlink/devlink.ts";
import { genericPayload } from "../../../src/netlink/generic.ts";
import type { Link } from "../../../src/netlink/link.ts";
import { macBytes } from "../../../src/netlink/mac.ts";
import type { Message } from "../../../src/netlink/message.ts";
import { deviceAttributes, portAttributes } from "../../../src/netlink/port-name.ts";

export const DEVLINK = 21;
export const OVS_VPORT = 22;

const flavours = ["physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "unused", "pcisf"];

export function message(type: number, payload: Uint8Array): Message {
  return { type, flags: 0, sequence: 0, payload };
}

export function encodeFamily(id: number, groups: Readonly<Record<string, number>>): Message {
  const list = Object.entries(groups).map(([name, number], index) =>
    nestedAttribute(index + 1, [textAttribute(1, name), u32Attribute(2, number)]),
  );
  return message(16, genericPayload(1, 2, [u16Attribute(1, id), nestedAttribute(7, list)]));
}

export function encodePort(port: DevlinkPort): Message {
  const { number, controller, pf, vf, sf, netdev, function: details } = port;
  const flavour = port.flavour === null ? 99 : flavours.indexOf(port.flavour);
  const inFunction = [
    ...(details.hardwareAddress === null ? [] : [attribute(1, macBytes(details.hardwareAddress))]),
    ...(details.active === null ? [] : [u8Attribute(2, details.active ? 1 : 0)]),
  ];
  return encodePortMessage(7, port, [
    u16Attribute(77, flavour),
    ...(number === null ? [] : [u32Attribute(78, number)]),
    ...(port.external === null
      ? []
      : [u32Attribute(150, controller), u8Attribute(149, port.external ? 1 : 0)]),
    ...(pf === null ? [] : [u16Attribute(127, pf)]),
    ...(vf === null ? [] : [u16Attribute(128, vf)]),
    ...(sf === null ? [] : [u32Attribute(164, sf)]),
    ...(netdev === null ? [] : [u32Attribute(6, netdev.ifindex), textAttribute(7, netdev.name)]),
    ...(inFunction.length === 0 ? [] : [nestedAttribute(145, inFunction)]),
  ]);
}

/** What is told of a device and of those that are parts of it. */
export function encodeDevice(device: string, nested: readonly string[]): Message {
  const parts = nested.map((one) => nestedAttribute(175, [...deviceAttributes(one)]));
  return message(DEVLINK, genericPayload(3, 1, [...deviceAttributes(device), ...parts]));
}

export function encodePortRemoval(port: PortName): Message {
  return encodePortMessage(8, port, []);
}

function encodePortMessage(command: number, port: PortName, rest: readonly Uint8Array[]): Message {
  return message(DEVLINK, genericPayload(command, 1, [...portAttributes(port), ...rest]));
}

export function encodeLink(link: Link): Message {
  const { ifindex, name, address, permanentAddress, master, kind, portName, switchId, parent, devlinkPort } =
    link;
  const [bus = "", device = ""] = parent?.split("/") ?? [];
  return message(
    16,
    concatenate([
      linkHeader(ifindex, link.isUp),
      textAttribute(3, name),
      ...(address === null ? [] : [attribute(1, macBytes(address))]),
      ...(permanentAddress === null ? [] : [attribute(54, macBytes(permanentAddress))]),
      ...(master === null ? [] : [u32Attribute(10, master)]),
      ...(kind === null ? [] : [nestedAttribute(18, [textAttribute(1, kind)])]),
      ...(switchId === null ? [] : [attribute(36, Uint8Array.fromHex(switchId))]),
      ...(portName === null ? [] : [textAttribute(38, portName)]),
      ...(parent === null ? [] : [textAttribute(56, device), textAttribute(57, bus)]),
      ...(devlinkPort === null ? [] : [nestedAttribute(62, portAttributes(devlinkPort))]),
    ]),
  );
}

export function encodeLinkRemoval(ifindex: number): Message {
  return message(17, linkHeader(ifindex));
}

/** @param ifindex null: a kernel that does not tell it */
export function encodeVport(number: number, name: string, ifindex: number | null = null): Message {
  const index = ifindex === null ? [] : [u32Attribute(8, ifindex)];
  const body = concatenate([
    ...[new Uint8Array(4), u32Attribute(1, number), textAttribute(3, name)],
    ...index,
  ]);
  return message(OVS_VPORT, genericPayload(1, 1, [body]));
}

function linkHeader(ifindex: number, isUp = false): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = viewOf(bytes);
  view.setInt32(4, ifindex, true);
  view.setUint32(8, isUp ? 1 : 0, true);
  return bytes;
}
