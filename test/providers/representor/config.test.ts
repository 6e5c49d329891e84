/** The provider's own keys in its entry of the configuration file. */
import { describe, expect, test } from "bun:test";
import { parseConfig } from "../../../src/config/parse.ts";

function check(...lines: readonly string[]): string {
  const parsed = parseConfig(["providers:", ...lines].join("\n"), "f");
  if (parsed.ok)
    return JSON.stringify(parsed.value.providers.map(({ match, options }) => ({ match, options })));
  return parsed.error.map(({ line, column, message }) => `${line}:${column}: ${message}`).join("\n");
}

describe("an entry of the provider", () => {
  test("needs none of its keys", () => {
    expect(check("  - type: representor")).toBe('[{"options":{"set_link":"up","userspace":"kernel"}}]');
  });

  test("may have all of them", () => {
    const all = check(
      "  - type: representor",
      "    match: [representor, sriov]",
      '    pf: [{ device: "pci/0000:03:00.0", pf: 0, controller: 1, mac: "00:53:00:00:00:4D" }]',
      "    quiet_ms: 200",
      "    set_link: up",
      "    sf_activate: true",
      "    userspace: dpdk",
      "    sf_range: 1000-1999",
      '    devices: [{ device: "pci/0002:1c:00.0", vf_base: 1 }]',
    );
    expect(JSON.parse(all)).toEqual([
      {
        match: ["representor", "sriov"],
        options: {
          pf: [{ device: "pci/0000:03:00.0", pf: 0, controller: 1, mac: "00:53:00:00:00:4d" }],
          quiet_ms: 200,
          set_link: "up",
          sf_activate: true,
          userspace: "dpdk",
          sf_range: { first: 1000, last: 1999 },
          devices: [{ device: "pci/0002:1c:00.0", vf_base: 1 }],
        },
      },
    ]);
  });

  test("may write its PCI and MAC addresses in any usual form", () => {
    const all = check(
      "  - type: representor",
      '    pf: [{ device: "PCI/0002:1C:00.0", pf: 1, mac: "B8-CE-F6-00-00-10" }]',
      '    devices: [{ device: "pci/00000002:1C:00.0", vf_base: 1 }]',
    );
    expect(JSON.parse(all)).toMatchObject([
      {
        options: {
          pf: [{ device: "pci/0002:1c:00.0", mac: "b8:ce:f6:00:00:10" }],
          devices: [{ device: "pci/0002:1c:00.0" }],
        },
      },
    ]);
  });

  test.each([
    [
      "a key that nobody knows",
      "quiet: 3",
      /^3:5: providers\.0\.quiet: unknown key: expected type, match, pf, /,
    ],
    [
      "an address that is none",
      "pf: [{device: pci/a, pf: 0, mac: x}]",
      /providers\.0\.pf\.0\.mac: expected a MAC/,
    ],
    [
      "a device without its bus",
      "pf: [{device: a, pf: 0, mac: x}]",
      /pf\.0\.device: expected a devlink device/,
    ],
    [
      "a PF that cannot be",
      "pf: [{device: pci/a, pf: 65536, mac: x}]",
      /pf\.0\.pf: expected the PF's number/,
    ],
    ["a link that goes down", "set_link: down", /set_link: expected "up" or "leave", received "down"/],
    [
      "a range that runs backwards",
      "sf_range: 9-1",
      /sf_range: expected numbers of sub-functions like 1000-1999/,
    ],
    [
      "a range beyond all numbers",
      "sf_range: 1-4294967296",
      /sf_range: expected numbers .* up to 4294967295/,
    ],
    ["VFs counted from 2", "devices: [{device: pci/a, vf_base: 2}]", /vf_base: expected 0 or 1/],
    ["a period that is negative", "quiet_ms: -1", /quiet_ms: expected milliseconds, a whole number from 0/],
  ])("must not have %s", (_, line, error) => {
    expect(check("  - type: representor", `    ${line}`)).toMatch(error);
  });
});

test("an entry of another provider must not have this one's keys", () => {
  expect(check("  - type: dummy", "    set_link: up")).toBe(
    "3:5: providers.0.set_link: unknown key: expected type, match",
  );
});
