/** Ports of Open vSwitch's datapath in the kernel (linux/openvswitch.h): the requests and messages that this program needs. */
import type { Result } from "../result.ts";
import { Attributes, concatenate, u32Attribute, viewOf } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError } from "./error.ts";
import { genericPayload } from "./generic.ts";
import { FLAG, type Message } from "./message.ts";
import type { Request } from "./transport.ts";

export const OVS_VPORT_FAMILY = "ovs_vport";
/** The kind of a datapath's network device. */
export const OVS_DATAPATH_KIND = "openvswitch";

const VERSION = 1;
const COMMAND = { delete: 2, get: 3 } as const;
const ATTRIBUTE = { number: 1, name: 3, ifindex: 8, otherNamespace: 9 } as const;
/** struct genlmsghdr, then struct ovs_header: the datapath. */
const GENERIC_BYTES = 4;
const HEADER_BYTES = 4;

export interface Vport {
  readonly number: number;
  /** The present name of its network device. */
  readonly name: string;
  /** The index of its network device; null: the kernel does not tell (before 4.15), or the device is in another namespace. */
  readonly ifindex: number | null;
}

/** @param datapath the index of the datapath's own network device */
export function vportDumpRequest(family: number, datapath: number): Request {
  return { type: family, flags: FLAG.dump, payload: payloadOf(COMMAND.get, datapath, []) };
}

/** Deletes a port by its number: after a rename of the network device, the kernel finds the port only by number. */
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
