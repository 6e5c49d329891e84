/**
 * Makes netlink messages fit to be sent to others: keeps only attributes that the provider reads, and replaces addresses. Equal
 * addresses get equal replacements.
 */
import { attribute, attributesIn, concatenate } from "../../netlink/attributes.ts";
import { DEVLINK_ATTRIBUTES } from "../../netlink/devlink.ts";
import { LINK_ATTRIBUTES, LINK_HEADER_BYTES } from "../../netlink/link.ts";
import { formatMac, MAC_BYTES, macBytes } from "../../netlink/mac.ts";
import type { Message } from "../../netlink/message.ts";

/** The size of struct genlmsghdr. */
const GENERIC_HEADER_BYTES = 4;

export class Scrubber {
  readonly #isPlain: boolean;
  readonly #macs = new Map<string, string>();
  readonly #ids = new Map<string, Uint8Array>();

  /** @param isPlain true: addresses are not replaced */
  constructor(isPlain: boolean) {
    this.#isPlain = isPlain;
  }

  /** The replacement for an address, in the notation of mac.ts. */
  mac(mac: string): string {
    if (this.#isPlain) return mac;
    const known = this.#macs.get(mac);
    if (known !== undefined) return known;
    const number = this.#macs.size + 1;
    const standIn = formatMac(Uint8Array.of(0x02, 0x53, 0, 0, number >> 8, number & 0xff)) ?? mac;
    this.#macs.set(mac, standIn);
    return standIn;
  }

  /** Replaces addresses in a text: with colons, and in names such as enx005300000042. */
  text(text: string): string {
    if (this.#isPlain) return text;
    return text
      .replaceAll(/\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b/gi, (mac) => this.mac(mac.toLowerCase()))
      .replaceAll(
        /x[0-9a-f]{12}\b/g,
        (name) => `x${this.mac(withColons(name.slice(1))).replaceAll(":", "")}`,
      );
  }

  /** Scrubs a message about a network device. */
  link({ payload, ...rest }: Message): Message {
    const { address, permanentAddress, name, linkInfo, kind, switchId, portName } = LINK_ATTRIBUTES;
    const kept = attributesIn(payload.subarray(LINK_HEADER_BYTES)).flatMap(([type, value]) => {
      switch (type) {
        case address:
        case permanentAddress:
          return [attribute(type, this.#address(value))];
        case name:
          return [attribute(type, this.#string(value))];
        case switchId:
          return [attribute(type, this.#identity(value))];
        case linkInfo:
          return [
            attribute(
              type,
              concatenate(
                attributesIn(value).flatMap(([inner, bytes]) =>
                  inner === kind ? [attribute(inner, bytes)] : [],
                ),
              ),
            ),
          ];
        case portName:
        case LINK_ATTRIBUTES.master:
        case LINK_ATTRIBUTES.parentName:
        case LINK_ATTRIBUTES.parentBus:
        case LINK_ATTRIBUTES.devlinkPort:
          return [attribute(type, value)];
        default:
          return [];
      }
    });
    return { ...rest, payload: concatenate([payload.subarray(0, LINK_HEADER_BYTES), ...kept]) };
  }

  /** Scrubs a message about a devlink port or device. */
  port({ payload, ...rest }: Message): Message {
    const { function: details, hardwareAddress, netdevName, known } = DEVLINK_ATTRIBUTES;
    const kept = attributesIn(payload.subarray(GENERIC_HEADER_BYTES)).flatMap(([type, value]) => {
      if (type === netdevName) return [attribute(type, this.#string(value))];
      if (type !== details) return known.has(type) ? [attribute(type, value)] : [];
      const inner = attributesIn(value).map(([of, bytes]) =>
        attribute(of, of === hardwareAddress ? this.#address(bytes) : bytes),
      );
      return [attribute(type, concatenate(inner))];
    });
    return { ...rest, payload: concatenate([payload.subarray(0, GENERIC_HEADER_BYTES), ...kept]) };
  }

  #address(bytes: Uint8Array): Uint8Array {
    const mac = formatMac(bytes);
    return bytes.length !== MAC_BYTES || mac === null ? bytes : macBytes(this.mac(mac));
  }

  #string(bytes: Uint8Array): Uint8Array {
    return new TextEncoder().encode(this.text(new TextDecoder().decode(bytes)));
  }

  /** Replaces the identity of a switch, which drivers often make from an address. */
  #identity(bytes: Uint8Array): Uint8Array {
    if (this.#isPlain) return bytes;
    const key = bytes.toHex();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const standIn = new Uint8Array(bytes.length);
    standIn[bytes.length - 1] = this.#ids.size + 1;
    this.#ids.set(key, standIn);
    return standIn;
  }
}

function withColons(digits: string): string {
  return (digits.match(/../g) ?? []).join(":");
}
