/** The frames of netlink, what the kernel says of a request, and bytes that claim to be what they are not. */
import { describe, expect, test } from "bun:test";
import { concatenate, textAttribute } from "../../src/netlink/attributes.ts";
import { parseDevlinkEvent } from "../../src/netlink/devlink.ts";
import { parseFamily } from "../../src/netlink/generic.ts";
import { parseLinkEvent } from "../../src/netlink/link.ts";
import { formatMac, parseMac } from "../../src/netlink/mac.ts";
import {
  encodeMessage,
  FLAG,
  MESSAGE_TYPE,
  type Message,
  parseAcknowledgement,
  parseMessages,
} from "../../src/netlink/message.ts";
import { checkProperty } from "../support/random.ts";
import { everyStep, recordedBytes } from "./recorded.ts";

const ENODEV = 19;

function message(fields: Partial<Message>): Message {
  return { type: MESSAGE_TYPE.error, flags: 0, sequence: 1, payload: new Uint8Array(), ...fields };
}

function errorNumber(errno: number): Uint8Array {
  return new Uint8Array(Int32Array.of(-errno).buffer);
}

describe("frames", () => {
  test("that follow each other are taken apart at their padding", () => {
    const first = message({ type: 30, flags: 2, sequence: 7, payload: Uint8Array.of(1, 2, 3, 4, 5) });
    const second = message({ type: 31, payload: Uint8Array.of(9) });
    const bytes = concatenate([encodeMessage(first), encodeMessage(second)]);
    expect(bytes.length).toBe(24 + 20);
    expect(parseMessages(bytes)).toEqual({ ok: true, value: [first, second] });
  });

  test("come as none from nothing", () => {
    expect(parseMessages(new Uint8Array())).toEqual({ ok: true, value: [] });
  });

  test("that are cut off anywhere but between two are malformed", () => {
    const whole = encodeMessage(message({ payload: Uint8Array.of(1, 2, 3, 4) }));
    for (let length = 1; length < whole.length; length++) {
      expect(parseMessages(whole.subarray(0, length))).toMatchObject({ error: { code: "malformed" } });
    }
  });

  test("that claim less than their header are malformed", () => {
    const bytes = encodeMessage(message({}));
    bytes[0] = 15;
    expect(parseMessages(bytes)).toMatchObject({
      error: { message: "netlink: a message claims 15 bytes where 16 are left" },
    });
  });
});

describe("what the kernel says of a request", () => {
  test("is no error", () => {
    const said = parseAcknowledgement(message({ payload: errorNumber(0) }));
    expect(said).toEqual({ ok: true, value: { errno: 0, words: null } });
  });

  test.each([
    ["with the whole request", 0, new Uint8Array(8)],
    ["with the request's header alone", FLAG.capped, new Uint8Array()],
  ])("is an error number and its words, %s", (_, capped, rest) => {
    const request = encodeMessage(message({ type: 21, payload: new Uint8Array(8) })).slice(0, 16);
    const payload = concatenate([errorNumber(ENODEV), request, rest, textAttribute(1, "no such device")]);
    const said = parseAcknowledgement(message({ flags: FLAG.ackAttributes | capped, payload }));
    expect(said).toEqual({ ok: true, value: { errno: ENODEV, words: "no such device" } });
  });

  test("at the end of a dump carries its words right behind the number", () => {
    const payload = concatenate([errorNumber(ENODEV), textAttribute(1, "gone")]);
    const said = parseAcknowledgement(
      message({ type: MESSAGE_TYPE.done, flags: FLAG.ackAttributes, payload }),
    );
    expect(said).toEqual({ ok: true, value: { errno: ENODEV, words: "gone" } });
  });

  test("is malformed without a number", () => {
    expect(parseAcknowledgement(message({ payload: new Uint8Array(3) }))).toMatchObject({ ok: false });
  });
});

describe("addresses", () => {
  test("are read in full, in either case", () => {
    expect(parseMac("00:53:00:00:00:aB")).toBe("00:53:00:00:00:ab");
  });

  test.each([
    "",
    "None",
    "00:53:00:00:00",
    "00:53:00:00:00:42:",
    "00:53-00:00:00:42",
    "0053.0000.00.42",
    "00:53:00:00:00:4",
  ])("are not read from %p", (text) => expect(parseMac(text)).toBeNull());

  test("that are all zeros, or of another length, are none", () => {
    expect(formatMac(new Uint8Array(6))).toBeNull();
    expect(formatMac(new Uint8Array(20).fill(1))).toBeNull();
    expect(formatMac(undefined)).toBeNull();
  });
});

describe("hostile bytes", () => {
  test("are an error value or a message, never an exception, and never end the reading", () => {
    const genuine = everyStep.flatMap((what) => recordedBytes(what));
    interface Case {
      readonly base: Uint8Array;
      readonly changes: readonly (readonly [at: number, value: number])[];
      readonly length: number;
    }
    checkProperty<Case>({
      cases: 2_000,
      generate(random) {
        const base = random.pick(genuine);
        return {
          base,
          changes: random.list(1 + random.int(6), () => [random.int(base.length), random.int(256)]),
          length: random.chance(0.3) ? random.int(base.length) : base.length,
        };
      },
      failure({ base, changes, length }) {
        const bytes = base.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          const messages = parseMessages(bytes.subarray(0, length));
          for (const one of messages.ok ? messages.value : []) {
            for (const parse of [parseDevlinkEvent, parseLinkEvent, parseFamily, parseAcknowledgement])
              parse(one);
          }
          return undefined;
        } catch (thrown) {
          return String(thrown);
        }
      },
      shrink: (one) => one,
      format: ({ base, changes, length }) => `${base.toHex()} ${JSON.stringify(changes)} cut at ${length}`,
    });
  });
});
