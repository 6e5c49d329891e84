/** Devlink's messages: those of a real kernel, those that only a DPU's would send, and those that nobody should. */
import { describe, expect, test } from "bun:test";
import {
  attribute,
  nestedAttribute,
  textAttribute,
  u8Attribute,
  u16Attribute,
  u32Attribute,
} from "../../src/netlink/attributes.ts";
import {
  activateRequest,
  type DevlinkPort,
  parseDevlinkEvent,
  portDumpRequest,
} from "../../src/netlink/devlink.ts";
import { genericPayload, parseFamily } from "../../src/netlink/generic.ts";
import { FLAG, type Message } from "../../src/netlink/message.ts";
import { checkProperty, type Random } from "../support/random.ts";
import { recorded } from "./recorded.ts";
import { encodePort } from "./support/encode.ts";

const PORT_NEW = 7;
const address = Uint8Array.of(0, 0x53, 0, 0, 0, 0x42);

function message(command: number, attributes: readonly Uint8Array[]): Message {
  return { type: 21, flags: 0, sequence: 0, payload: genericPayload(command, 1, attributes) };
}

const onDpu = [textAttribute(1, "pci"), textAttribute(2, "0000:03:00.0"), u32Attribute(3, 131072)];

function parsed(one: Message) {
  const event = parseDevlinkEvent(one);
  if (!event.ok) throw new Error(event.error.message);
  return event.value;
}

describe("a real kernel's messages", () => {
  test("tell the number of the family and of its group", () => {
    const [family] = recorded("the family devlink").map((one) => parseFamily(one));
    expect(family).toMatchObject({ ok: true, value: { id: expect.any(Number) } });
    if (family?.ok) expect([...family.value.groups.keys()]).toEqual(["config"]);
  });

  test("dump every port, physical and VF, with its netdev", () => {
    const ports = recorded("dump of ports").map(parsed);
    const none = { hardwareAddress: null, active: null };
    const common = {
      device: "netdevsim/netdevsim7",
      controller: 0,
      external: false,
      sf: null,
      function: none,
    };
    expect(ports).toEqual([
      {
        kind: "present",
        port: {
          ...common,
          external: null,
          index: 0,
          flavour: "physical",
          number: 1,
          pf: null,
          vf: null,
          netdev: { ifindex: 2, name: "eth0" },
        },
      },
      ...[0, 1].map((vf) => ({
        kind: "present" as const,
        port: {
          ...common,
          index: 128 + vf,
          flavour: "pcivf" as const,
          number: null,
          pf: 0,
          vf,
          netdev: { ifindex: 3 + vf, name: `eth${1 + vf}` },
        },
      })),
    ]);
  });

  test("tell of a VF's port before it has a netdev, and again with it", () => {
    const ports = recorded("two VFs come: devlink")
      .map(parsed)
      .flatMap((event) => (event?.kind === "present" ? [event.port] : []));
    expect(ports.map(({ vf, netdev }) => [vf, netdev?.name ?? null])).toEqual([
      [0, null],
      [0, "eth1"],
      [1, null],
      [1, "eth2"],
    ]);
  });

  test("tell of the ports that go", () => {
    const removed = recorded("the VFs go: devlink")
      .map(parsed)
      .flatMap((event) => (event?.kind === "removed" ? [`${event.port.device}/${event.port.index}`] : []));
    expect(removed.toSorted()).toEqual(["netdevsim/netdevsim7/128", "netdevsim/netdevsim7/129"]);
  });

  test("that are about devices, regions and traps are about no port", () => {
    const events = recorded("a device comes: devlink").map(parsed);
    expect(events.some((event) => event === null)).toBe(true);
    expect(events.flatMap((event) => (event === null ? [] : [event.kind]))).not.toContain("removed");
  });
});

describe("messages that only a DPU sends", () => {
  test("tell the host's PF with the address that the host sees", () => {
    const event = parsed(
      message(PORT_NEW, [
        ...onDpu,
        u16Attribute(77, 3),
        u32Attribute(150, 1),
        u16Attribute(127, 0),
        u8Attribute(149, 1),
        u32Attribute(6, 9),
        textAttribute(7, "pf0hpf"),
        nestedAttribute(145, [attribute(1, address)]),
      ]),
    );
    expect(event).toEqual({
      kind: "present",
      port: {
        device: "pci/0000:03:00.0",
        index: 131072,
        flavour: "pcipf",
        number: null,
        controller: 1,
        external: true,
        pf: 0,
        vf: null,
        sf: null,
        netdev: { ifindex: 9, name: "pf0hpf" },
        function: { hardwareAddress: "00:53:00:00:00:42", active: null },
      },
    });
  });

  test("tell a sub-function with its number, beyond 16 bits, and its state", () => {
    const subFunction = (state: number) =>
      parsed(
        message(PORT_NEW, [
          ...onDpu,
          u16Attribute(77, 7),
          u16Attribute(127, 0),
          u32Attribute(164, 88000),
          nestedAttribute(145, [u8Attribute(2, state)]),
        ]),
      );
    expect(subFunction(0)).toMatchObject({
      port: { flavour: "pcisf", sf: 88000, netdev: null, function: { active: false } },
    });
    expect(subFunction(1)).toMatchObject({ port: { function: { active: true } } });
  });

  test("give no address where it is all zeros", () => {
    const zeros = nestedAttribute(145, [attribute(1, new Uint8Array(6))]);
    expect(parsed(message(PORT_NEW, [...onDpu, u16Attribute(77, 3), zeros]))).toMatchObject({
      port: { function: { hardwareAddress: null } },
    });
  });

  test("of a flavour that is not known are ports of no flavour", () => {
    expect(parsed(message(PORT_NEW, [...onDpu, u16Attribute(77, 99)]))).toMatchObject({
      port: { flavour: null },
    });
  });
});

describe("messages that nobody should send", () => {
  test.each([
    ["no bus", [textAttribute(2, "0000:03:00.0"), u32Attribute(3, 1)], "it has no bus, device or index"],
    ["a number of another size", [...onDpu, u32Attribute(77, 3)], "attribute 77 has 4 bytes; expected 2"],
    [
      "a function that is cut off",
      [...onDpu, attribute(145, Uint8Array.of(200, 0, 1, 0))],
      "attribute 1 claims 200 bytes where 4 are left",
    ],
  ])("are malformed: %s", (_, attributes, reason) => {
    const event = parseDevlinkEvent(message(PORT_NEW, attributes));
    expect(event).toEqual({
      ok: false,
      error: { code: "malformed", message: `devlink port: ${reason}`, errno: 0 },
    });
  });

  test("are malformed: without the generic header", () => {
    const event = parseDevlinkEvent({ type: 21, flags: 0, sequence: 0, payload: Uint8Array.of(7) });
    expect(event).toMatchObject({ ok: false, error: { code: "malformed" } });
  });
});

describe("requests", () => {
  test("dump the ports of every device", () => {
    expect(portDumpRequest(21)).toEqual({
      type: 21,
      flags: FLAG.dump,
      payload: Uint8Array.of(5, 1, 0, 0),
    });
  });

  test("activate the function of one port", () => {
    const { payload } = activateRequest(21, { device: "pci/0000:03:00.0", index: 32768 });
    expect(payload[0]).toBe(6);
    const echoed = parsed({
      type: 21,
      flags: 0,
      sequence: 0,
      payload: Uint8Array.from([7, ...payload.slice(1)]),
    });
    expect(echoed).toMatchObject({
      port: { device: "pci/0000:03:00.0", index: 32768, function: { active: true } },
    });
  });
});

test("whatever a port is like, it is read as it was told", () => {
  const orNull = <T>(random: Random, value: T) => (random.chance(0.5) ? null : value);
  checkProperty<DevlinkPort>({
    cases: 500,
    generate: (random) => ({
      device: random.pick(["pci/0000:03:00.0", "netdevsim/netdevsim7", "auxiliary/mlx5_core.sf.4"]),
      index: random.int(2 ** 32),
      flavour: random.pick(["physical", "cpu", "dsa", "pcipf", "pcivf", "virtual", "unused", "pcisf", null]),
      number: orNull(random, random.int(2 ** 32)),
      controller: random.int(2 ** 32),
      external: random.chance(0.5),
      pf: orNull(random, random.int(2 ** 16)),
      vf: orNull(random, random.int(2 ** 16)),
      sf: orNull(random, random.int(2 ** 32)),
      netdev: orNull(random, { ifindex: 1 + random.int(2 ** 31), name: random.pick(["p0", "pf0vf1", "ä"]) }),
      function: {
        hardwareAddress: orNull(random, random.pick(["00:53:00:00:00:42", "ff:ff:ff:ff:ff:ff"])),
        active: orNull(random, random.chance(0.5)),
      },
    }),
    failure(port) {
      const read = parseDevlinkEvent(encodePort(port));
      if (read.ok && Bun.deepEquals(read.value, { kind: "present", port })) return undefined;
      return Bun.inspect(read, { depth: 6 });
    },
    shrink: (port) => port,
    format: (port) => JSON.stringify(port),
  });
});
