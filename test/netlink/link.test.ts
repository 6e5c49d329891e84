/** rtnetlink's messages about network devices, of a real kernel and made by hand. */
import { describe, expect, test } from "bun:test";
import {
  attribute,
  concatenate,
  nestedAttribute,
  textAttribute,
  u32Attribute,
  viewOf,
} from "../../src/netlink/attributes.ts";
import { deviceBelow, parseLinkEvent, setLinkRequest } from "../../src/netlink/link.ts";
import type { Message } from "../../src/netlink/message.ts";
import { ok } from "../../src/result.ts";
import { recorded } from "./recorded.ts";

const NEW_LINK = 16;
const DELETE_LINK = 17;
const AF_BRIDGE = 7;

function message(type: number, family: number, ifindex: number, attributes: readonly Uint8Array[]): Message {
  const header = new Uint8Array(16);
  header[0] = family;
  viewOf(header).setInt32(4, ifindex, true);
  return { type, flags: 0, sequence: 0, payload: concatenate([header, ...attributes]) };
}

function parsed(one: Message) {
  const event = parseLinkEvent(one);
  if (!event.ok) throw new Error(event.error.message);
  return event.value;
}

describe("a real kernel's messages", () => {
  test("dump every network device", () => {
    const links = recorded("dump of links").map(parsed);
    expect(links.map((event) => event?.kind === "present" && event.link.name)).toEqual([
      "lo",
      "eth0",
      "eth1",
      "eth2",
    ]);
    expect(links[1]).toMatchObject({
      link: { ifindex: 2, address: expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/) },
    });
  });

  test("tell of a new name, which devlink does not", () => {
    const events = recorded("the physical port's netdev is renamed: rtnetlink").map(parsed);
    expect(events).toMatchObject([{ kind: "present", link: { ifindex: 2, name: "uplink0" } }]);
    expect(recorded("the physical port's netdev is renamed: devlink")).toEqual([]);
  });

  test("tell of devices that go", () => {
    const events = recorded("the VFs go: rtnetlink").map(parsed);
    expect(events.map((event) => event?.kind)).toEqual(["removed", "removed"]);
  });
});

describe("messages made by hand", () => {
  test("tell the permanent address apart from the one in use", () => {
    const inUse = attribute(1, Uint8Array.of(2, 0, 0, 0, 0, 1));
    const permanent = attribute(54, Uint8Array.of(0, 0x53, 0, 0, 0, 0x42));
    expect(parsed(message(NEW_LINK, 0, 4, [textAttribute(3, "p0"), inUse, permanent]))).toEqual({
      kind: "present",
      link: {
        ifindex: 4,
        name: "p0",
        address: "02:00:00:00:00:01",
        permanentAddress: "00:53:00:00:00:42",
        master: null,
        kind: null,
        portName: null,
        switchId: null,
        parent: null,
        devlinkPort: null,
        isUp: false,
      },
    });
  });

  test("tell which port of which switch a device is", () => {
    const said = [
      ...[textAttribute(3, "eth4"), textAttribute(38, "c1pf0vf3"), attribute(36, Uint8Array.of(0x6c, 0x6d))],
      ...[textAttribute(56, "0000:03:00.0"), textAttribute(57, "pci")],
      nestedAttribute(62, [textAttribute(1, "pci"), textAttribute(2, "0000:03:00.0"), u32Attribute(3, 7)]),
    ];
    expect(parsed(message(NEW_LINK, 0, 4, said))).toMatchObject({
      link: {
        portName: "c1pf0vf3",
        switchId: "6c6d",
        parent: "pci/0000:03:00.0",
        devlinkPort: { device: "pci/0000:03:00.0", index: 7 },
      },
    });
  });

  test("tell on which device another one stands, unless that device is in another namespace", () => {
    const said = [textAttribute(3, "vlan8"), u32Attribute(5, 7)];
    expect(deviceBelow(message(NEW_LINK, 0, 8, said))).toEqual(ok(7));
    expect(deviceBelow(message(NEW_LINK, 0, 8, [...said, u32Attribute(37, 0)]))).toEqual(ok(null));
    expect(deviceBelow(message(NEW_LINK, 0, 8, [textAttribute(3, "eth8")]))).toEqual(ok(null));
  });

  test("of a device that leaves a bridge do not say that it goes", () => {
    expect(parsed(message(DELETE_LINK, AF_BRIDGE, 4, [textAttribute(3, "p0")]))).toBeNull();
  });

  test("of other types are about no network device", () => {
    expect(parsed(message(20, 0, 4, []))).toBeNull();
  });

  test("without a name, or cut off, are malformed", () => {
    expect(parseLinkEvent(message(NEW_LINK, 0, 4, []))).toMatchObject({ error: { code: "malformed" } });
    const short = { type: NEW_LINK, flags: 0, sequence: 0, payload: new Uint8Array(15) };
    expect(parseLinkEvent(short)).toMatchObject({ error: { code: "malformed" } });
  });

  test("ask to set one device up or down and change nothing else", () => {
    const [up, down] = [setLinkRequest(7, true), setLinkRequest(7, false)].map(({ payload }) =>
      payload.toHex(),
    );
    expect(up).toBe("00000000070000000100000001000000");
    expect(down).toBe("00000000070000000000000001000000");
  });
});
