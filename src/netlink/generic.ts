/**
 * Generic netlink (linux/genetlink.h): families of commands with names. The kernel gives a family its number at registration; the
 * family `nlctrl` with the fixed number 16 tells the numbers.
 */
import { fail, type Result } from "../result.ts";
import { Attributes, concatenate, textAttribute } from "./attributes.ts";
import { decoding, MalformedMessage, type NetlinkError, netlinkError } from "./error.ts";
import { FLAG, type Message } from "./message.ts";
import { type NetlinkTransport, PROTOCOL, type Request } from "./transport.ts";

/** struct genlmsghdr: command, version, two reserved bytes. */
const HEADER_BYTES = 4;

const CONTROLLER = { family: 16, version: 2, getFamily: 3 } as const;
const ATTRIBUTE = { familyId: 1, familyName: 2, multicastGroups: 7 } as const;
const GROUP_ATTRIBUTE = { name: 1, id: 2 } as const;

export interface Family {
  readonly id: number;
  /** The numbers of its multicast groups, by name. */
  readonly groups: ReadonlyMap<string, number>;
}

export interface GenericMessage {
  readonly command: number;
  readonly attributes: Attributes;
}

export function familyRequest(name: string): Request {
  return {
    type: CONTROLLER.family,
    flags: FLAG.ack,
    payload: genericPayload(CONTROLLER.getFamily, CONTROLLER.version, [
      textAttribute(ATTRIBUTE.familyName, name),
    ]),
  };
}

export function parseFamily(message: Message): Result<Family, NetlinkError> {
  return decoding("generic netlink family", () => {
    const { attributes } = decodeGeneric(message);
    const id = attributes.u16(ATTRIBUTE.familyId);
    if (id === undefined) throw new MalformedMessage("it has no number");
    const groups = new Map<string, number>();
    for (const bytes of attributes.nested(ATTRIBUTE.multicastGroups)?.all ?? []) {
      const group = new Attributes(bytes);
      const name = group.text(GROUP_ATTRIBUTE.name);
      const number = group.u32(GROUP_ATTRIBUTE.id);
      if (name === undefined || number === undefined) {
        throw new MalformedMessage("a multicast group has no name or no number");
      }
      groups.set(name, number);
    }
    return { id, groups };
  });
}

/** Asks the kernel for a family by its name. */
export async function findFamily(
  netlink: NetlinkTransport,
  name: string,
): Promise<Result<Family, NetlinkError>> {
  const answer = await netlink.request(PROTOCOL.generic, familyRequest(name));
  if (!answer.ok) {
    if (answer.error.code !== "refused") return answer;
    return fail({ ...answer.error, message: `the kernel has no ${name}: ${answer.error.message}` });
  }
  const [message] = answer.value;
  return message === undefined
    ? fail(netlinkError("malformed", `the kernel's answer about ${name} is empty`))
    : parseFamily(message);
}

export function genericPayload(
  command: number,
  version: number,
  attributes: readonly Uint8Array[],
): Uint8Array {
  return concatenate([Uint8Array.of(command, version, 0, 0), ...attributes]);
}

/** @throws MalformedMessage */
export function decodeGeneric({ payload }: Message): GenericMessage {
  const command = payload[0];
  if (command === undefined || payload.length < HEADER_BYTES) {
    throw new MalformedMessage("the generic header is cut off");
  }
  return { command, attributes: new Attributes(payload.subarray(HEADER_BYTES)) };
}
