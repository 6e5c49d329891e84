/** Ports of Open vSwitch's datapath in the kernel (linux/openvswitch.h), as far as this program needs them. */
import type { Result } from "../result.ts";
import { Attributes, concatenate, u32Attribute, viewOf } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";
import { genericPayload } from "./generic.ts";
import { FLAG, type Message } from "./message.ts";
import type { Request } from "./transport.ts";

export const OVS_VPORT_FAMILY = "ovs_vport";
/** The kind of the network device that stands for a datapath. */
export const OVS_DATAPATH_KIND = "openvswitch";

const VERSION = 1;
const COMMAND = { delete: 2, get: 3 } as const;
const ATTRIBUTE = { number: 1, name: 3, ifindex: 8, otherNamespace: 9 } as const;
/** struct genlmsghdr, then struct ovs_header: the datapath. */
const GENERIC_BYTES = 4;
const HEADER_BYTES = 4;

export interface Vport {
  readonly number: number;
  /** The name of its network device now. */
  readonly name: string;
  /** Of its network device; null: the kernel does not tell (before 4.15), or it is one of another namespace. */
  readonly ifindex: number | null;
}

/** @param datapath the index of the datapath's own network device */
export function vportDumpRequest(family: number, datapath: number): Request {
  return { type: family, flags: FLAG.dump, payload: payloadOf(COMMAND.get, datapath, []) };
}

/** The kernel finds a port whose network device was renamed by its number only. */
export function deleteVportRequest(family: number, datapath: number, number: number): Request {
  const which = u32Attribute(ATTRIBUTE.number, number);
  return { type: family, flags: FLAG.ack, payload: payloadOf(COMMAND.delete, datapath, [which]) };
}

export function parseVport({ payload }: Message): Result<Vport, NetlinkError> {
  return decoding("datapath port", () => {
    const attributes = new Attributes(payload.subarray(GENERIC_BYTES + HEADER_BYTES));
    const number = attributes.u32(ATTRIBUTE.number);
    const name = attributes.text(ATTRIBUTE.name);
    if (number === undefined || name === undefined) throw new MalformedMessage("it has no number or no name");
    const isElsewhere = attributes.has(ATTRIBUTE.otherNamespace);
    const ifindex = isElsewhere ? null : (attributes.u32(ATTRIBUTE.ifindex) ?? null);
    return { number, name, ifindex };
  });
}

function payloadOf(command: number, datapath: number, attributes: readonly Uint8Array[]): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  viewOf(header).setInt32(0, datapath, true);
  return genericPayload(command, VERSION, [concatenate([header, ...attributes])]);
}
