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
import type { Message } from "../../../src/netlink/message.ts";

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
    u32Attribute(150, controller),
    u8Attribute(149, port.external ? 1 : 0),
    ...(pf === null ? [] : [u16Attribute(127, pf)]),
    ...(vf === null ? [] : [u16Attribute(128, vf)]),
    ...(sf === null ? [] : [u32Attribute(164, sf)]),
    ...(netdev === null ? [] : [u32Attribute(6, netdev.ifindex), textAttribute(7, netdev.name)]),
    ...(inFunction.length === 0 ? [] : [nestedAttribute(145, inFunction)]),
  ]);
}

export function encodePortRemoval(port: PortName): Message {
  return encodePortMessage(8, port, []);
}

function encodePortMessage(
  command: number,
  { device, index }: PortName,
  rest: readonly Uint8Array[],
): Message {
  const [bus = "", name = ""] = device.split("/");
  const attributes = [textAttribute(1, bus), textAttribute(2, name), u32Attribute(3, index), ...rest];
  return message(DEVLINK, genericPayload(command, 1, attributes));
}

export function encodeLink({ ifindex, name, address, permanentAddress, master, kind }: Link): Message {
  return message(
    16,
    concatenate([
      linkHeader(ifindex),
      textAttribute(3, name),
      ...(address === null ? [] : [attribute(1, macBytes(address))]),
      ...(permanentAddress === null ? [] : [attribute(54, macBytes(permanentAddress))]),
      ...(master === null ? [] : [u32Attribute(10, master)]),
      ...(kind === null ? [] : [nestedAttribute(18, [textAttribute(1, kind)])]),
    ]),
  );
}

export function encodeLinkRemoval(ifindex: number): Message {
  return message(17, linkHeader(ifindex));
}

export function encodeVport(number: number, name: string): Message {
  const body = concatenate([new Uint8Array(4), u32Attribute(1, number), textAttribute(3, name)]);
  return message(OVS_VPORT, genericPayload(1, 1, [body]));
}

function linkHeader(ifindex: number): Uint8Array {
  const bytes = new Uint8Array(16);
  viewOf(bytes).setInt32(4, ifindex, true);
  return bytes;
}

function macBytes(mac: string): Uint8Array {
  return Uint8Array.fromHex(mac.replaceAll(":", ""));
}
