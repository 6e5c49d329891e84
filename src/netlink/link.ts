/**
 * Network devices as rtnetlink(7) shows them: their names, addresses, and coming and going. Requests and messages as
 * pure functions over bytes.
 */
import { ok, type Result } from "../result.ts";
import { Attributes, concatenate, u32Attribute, viewOf } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";
import { formatMac } from "./mac.ts";
import { FLAG, type Message } from "./message.ts";
import { type PortName, portNameIn } from "./port-name.ts";
import type { Request } from "./transport.ts";

/** The multicast group RTNLGRP_LINK of linux/rtnetlink.h. */
export const LINK_GROUP = 1;

const TYPE = { newLink: 16, deleteLink: 17, getLink: 18, setLink: 19 } as const;
const ATTRIBUTE = {
  address: 1,
  name: 3,
  master: 10,
  linkInfo: 18,
  extendedMask: 29,
  switchId: 36,
  portName: 38,
  permanentAddress: 54,
  parentName: 56,
  parentBus: 57,
  devlinkPort: 62,
} as const;
const INFO_KIND = 1;
/** The alternative names: IFLA_PROP_LIST, a list of IFLA_ALT_IFNAME. */
const PROPERTIES = 52;
/** The device below, as of a VLAN: IFLA_LINK, and IFLA_LINK_NETNSID where that device is in another network namespace. */
const BELOW = 5;
const BELOW_NAMESPACE = 37;
/** The numbers of the attributes that are read. */
export const LINK_ATTRIBUTES = { ...ATTRIBUTE, kind: INFO_KIND } as const;
/** Leaves the counters out of the answer (RTEXT_FILTER_SKIP_STATS). */
const WITHOUT_COUNTERS = 8;

/** struct ifinfomsg: family, a reserved byte, device type, index, flags, mask of the flags to change. */
const HEADER_BYTES = 16;

export { HEADER_BYTES as LINK_HEADER_BYTES };

const FLAG_UP = 1;

export interface Link {
  readonly ifindex: number;
  readonly name: string;
  readonly address: string | null;
  /** The permanent address of the hardware; null: the driver tells none. */
  readonly permanentAddress: string | null;
  /** The index of the master device, such as a bridge or a datapath of Open vSwitch; null: none. */
  readonly master: number | null;
  /** The kind of a virtual device, such as "openvswitch"; null: any other device. */
  readonly kind: string | null;
  /** The name of its port in the NIC's switch, as `pf0vf3`; null: the driver gives none. */
  readonly portName: string | null;
  /** The identity of its switch, in hexadecimal digits; null: none. */
  readonly switchId: string | null;
  /** The parent device, as `pci/0000:03:00.0`; null: the kernel does not tell. */
  readonly parent: string | null;
  /** Its devlink port (Linux 6.2 and newer); null: none. */
  readonly devlinkPort: PortName | null;
  /** Whether the device is set up (IFF_UP). */
  readonly isUp: boolean;
}

export type LinkEvent =
  | { readonly kind: "present"; readonly link: Link }
  | { readonly kind: "removed"; readonly ifindex: number };

export function linkDumpRequest(): Request {
  return {
    type: TYPE.getLink,
    flags: FLAG.dump,
    payload: concatenate([header(0, 0, 0), u32Attribute(ATTRIBUTE.extendedMask, WITHOUT_COUNTERS)]),
  };
}

export function setLinkRequest(ifindex: number, up: boolean): Request {
  return { type: TYPE.setLink, flags: FLAG.ack, payload: header(ifindex, up ? FLAG_UP : 0, FLAG_UP) };
}

/** Parses a message of rtnetlink; null: the message is not about a network device itself. */
export function parseLinkEvent({ type, payload }: Message): Result<LinkEvent | null, NetlinkError> {
  if (type !== TYPE.newLink && type !== TYPE.deleteLink) return ok(null);
  return decoding("rtnetlink link", () => {
    if (payload.length < HEADER_BYTES) throw new MalformedMessage("its header is cut off");
    const view = viewOf(payload);
    // A message of another family tells of the device as a member, for instance of a bridge that the device leaves.
    if (view.getUint8(0) !== 0) return null;
    const ifindex = view.getInt32(4, true);
    if (type === TYPE.deleteLink) return { kind: "removed", ifindex };
    const attributes = new Attributes(payload.subarray(HEADER_BYTES));
    const name = attributes.text(ATTRIBUTE.name);
    if (name === undefined) throw new MalformedMessage(`the network device ${ifindex} has no name`);
    return {
      kind: "present",
      link: {
        ifindex,
        name,
        address: formatMac(attributes.bytes(ATTRIBUTE.address)),
        permanentAddress: formatMac(attributes.bytes(ATTRIBUTE.permanentAddress)),
        master: attributes.u32(ATTRIBUTE.master) ?? null,
        kind: attributes.nested(ATTRIBUTE.linkInfo)?.text(INFO_KIND) ?? null,
        portName: attributes.text(ATTRIBUTE.portName) || null,
        switchId: attributes.bytes(ATTRIBUTE.switchId)?.toHex() || null,
        parent: parentIn(attributes),
        devlinkPort: portNameIn(attributes.nested(ATTRIBUTE.devlinkPort)),
        isUp: (view.getUint32(8, true) & FLAG_UP) !== 0,
      },
    };
  });
}

/** The alternative names of the network device in a message (ip-link(8), `property`). */
export function alternativeNames({ type, payload }: Message): Result<readonly string[], NetlinkError> {
  if (type !== TYPE.newLink || payload.length < HEADER_BYTES) return ok([]);
  return decoding("rtnetlink link", () => {
    const properties = new Attributes(payload.subarray(HEADER_BYTES)).nested(PROPERTIES);
    const decoder = new TextDecoder();
    return properties?.all.map((bytes) => decoder.decode(bytes).replace(/\0.*$/s, "")) ?? [];
  });
}

/**
 * The index of the network device in this network namespace on which the one in a message stands, as a VLAN does; null: none.
 * Of a veth it is the other end.
 */
export function deviceBelow({ type, payload }: Message): Result<number | null, NetlinkError> {
  if (type !== TYPE.newLink || payload.length < HEADER_BYTES) return ok(null);
  return decoding("rtnetlink link", () => {
    const attributes = new Attributes(payload.subarray(HEADER_BYTES));
    return attributes.has(BELOW_NAMESPACE) ? null : (attributes.u32(BELOW) ?? null);
  });
}

function parentIn(attributes: Attributes): string | null {
  const name = attributes.text(ATTRIBUTE.parentName);
  const bus = attributes.text(ATTRIBUTE.parentBus);
  return name === undefined || bus === undefined ? null : `${bus}/${name}`;
}

function header(ifindex: number, flags: number, change: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  view.setInt32(4, ifindex, true);
  view.setUint32(8, flags, true);
  view.setUint32(12, change, true);
  return bytes;
}
