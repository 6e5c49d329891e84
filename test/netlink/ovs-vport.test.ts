/** The messages about ports of Open vSwitch's datapath. */
import { describe, expect, test } from "bun:test";
import { concatenate, u32Attribute } from "../../src/netlink/attributes.ts";
import { FLAG } from "../../src/netlink/message.ts";
import { deleteVportRequest, parseVport, vportDumpRequest } from "../../src/netlink/ovs-vport.ts";
import { encodeVport, message, OVS_VPORT } from "./support/encode.ts";

describe("a port of the datapath", () => {
  test("is told with its number and its network device's name", () => {
    const told = { number: 6, name: "pf0vf1", ifindex: null };
    expect(parseVport(encodeVport(6, "pf0vf1"))).toEqual({ ok: true, value: told });
  });

  test("is told with its network device's index, where that is in this namespace", () => {
    const here = encodeVport(6, "pf0vf1", 12);
    expect(parseVport(here)).toMatchObject({ value: { ifindex: 12 } });
    const elsewhere = { ...here, payload: concatenate([here.payload, u32Attribute(9, 3)]) };
    expect(parseVport(elsewhere)).toMatchObject({ value: { ifindex: null } });
  });

  test("without them is malformed", () => {
    const nothing = message(OVS_VPORT, new Uint8Array(8));
    expect(parseVport(nothing)).toMatchObject({
      error: { code: "malformed", message: "datapath port: it has no number or no name" },
    });
  });
});

describe("a request", () => {
  test("dumps the ports of one datapath", () => {
    const { type, flags, payload } = vportDumpRequest(OVS_VPORT, 77);
    expect({ type, flags, payload: payload.toHex() }).toEqual({
      type: OVS_VPORT,
      flags: FLAG.dump,
      payload: "030100004d000000",
    });
  });

  test("takes out one port by its number, because the kernel does not find a renamed one by its name", () => {
    const { flags, payload } = deleteVportRequest(OVS_VPORT, 77, 6);
    expect({ flags, payload: payload.toHex() }).toEqual({
      flags: FLAG.ack,
      payload: "020100004d0000000800010006000000",
    });
  });
});
