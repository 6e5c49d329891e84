/** The options of a logical port: read in full or refused with the reason. */
import { describe, expect, test } from "bun:test";
import { parseOptions } from "../../../src/providers/representor/options.ts";

const mac = "00:53:00:00:00:42";

function parse(options: Readonly<Record<string, string>>) {
  const prefixed = Object.entries(options).map(
    ([key, value]) => [`vif-plug:representor:${key}`, value] as const,
  );
  return parseOptions(new Map(prefixed));
}

describe("options name", () => {
  test.each([
    ["a VF", { "pf-mac": mac, "vf-num": "0" }, { kind: "vf", number: 0 }],
    ["the last VF there can be", { "pf-mac": mac, "vf-num": "65535" }, { kind: "vf", number: 65535 }],
    ["a sub-function", { "pf-mac": mac, "sf-num": "88000" }, { kind: "sf", number: 88000 }],
    ["the PF", { "pf-mac": mac }, { kind: "pf" }],
    ["the PF, with numbers that are empty", { "pf-mac": mac, "vf-num": "", "sf-num": "" }, { kind: "pf" }],
    [
      "a sub-function beside an empty number",
      { "pf-mac": mac, "vf-num": "", "sf-num": "7" },
      { kind: "sf", number: 7 },
    ],
    [
      "a PF in capitals",
      { "pf-mac": "00:53:00:00:00:42".toUpperCase(), "vf-num": "1" },
      { kind: "vf", number: 1 },
    ],
  ] as const)("%s", (_, options, wanted) => {
    const pf = { mac, device: null, number: null, controller: null };
    expect(parse(options)).toEqual({ ok: true, value: { pf, function: wanted, hardwareAddress: null } });
  });
});

describe("options say which PF", () => {
  const pf = (options: Readonly<Record<string, string>>) => {
    const parsed = parse(options);
    return parsed.ok ? parsed.value.pf : parsed.error;
  };

  test.each(["00-53-00-00-00-42", "0053.0000.0042", "005300000042", "00:53:00:00:00:42"])("%s", (form) => {
    expect(pf({ "pf-mac": form })).toMatchObject({ mac });
  });

  test.each([
    ["0000:03:00.0", "pci/0000:03:00.0"],
    ["03:00.0", "pci/0000:03:00.0"],
    ["pci/0000:03:00.0", "pci/0000:03:00.0"],
    ["pci/0000:3B:00.0", "pci/0000:3b:00.0"],
    ["00000000:3B:00.0", "pci/0000:3b:00.0"],
    ["netdevsim/netdevsim7", "netdevsim/netdevsim7"],
    ["platform/MLNXBF17:00", "platform/MLNXBF17:00"],
  ])("by its device %s", (text, device) => {
    expect(pf({ "pf-pci": text })).toEqual({ mac: null, device, number: null, controller: null });
  });

  test("by its number and its controller's beside the address", () => {
    expect(pf({ "pf-mac": mac, "pf-num": "1", controller: "2" })).toMatchObject({ number: 1, controller: 2 });
  });

  test("and no device that is none", () => {
    expect(pf({ "pf-pci": "eth0" })).toBe(
      'option vif-plug:representor:pf-pci is "eth0": expected a devlink device like pci/0000:03:00.0, or its PCI address',
    );
  });
});

describe("options are refused with", () => {
  test.each([
    [
      "no PF",
      { "vf-num": "1" },
      "option vif-plug:representor:pf-mac is missing: expected the MAC address of the PF, or vif-plug:representor:pf-pci",
    ],
    [
      "a PF that is no address",
      { "pf-mac": "None" },
      'option vif-plug:representor:pf-mac is "None": expected a MAC address like 00:53:00:00:00:42',
    ],
    [
      "both numbers",
      { "pf-mac": mac, "vf-num": "1", "sf-num": "1" },
      "options vif-plug:representor:vf-num and vif-plug:representor:sf-num are both given: expected one of them, or neither for the PF",
    ],
    ...["None", "1x", "-1", "65536", "1.0", " 1", "0x1", "1e3", "99999999999"].map(
      (number) =>
        [
          `the VF ${JSON.stringify(number)}`,
          { "pf-mac": mac, "vf-num": number },
          `option vif-plug:representor:vf-num is ${JSON.stringify(number)}: expected a whole number from 0 to 65535`,
        ] as const,
    ),
    [
      "a sub-function beyond 32 bits",
      { "pf-mac": mac, "sf-num": "4294967296" },
      'option vif-plug:representor:sf-num is "4294967296": expected a whole number from 0 to 4294967295',
    ],
  ] as const)("%s", (_, options, reason) => {
    expect(parse(options)).toEqual({ ok: false, error: reason });
  });
});
