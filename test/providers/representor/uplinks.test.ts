/** Which uplink is a PF's: by its number, or as the only uplink of the device that the PF is. */
import { describe, expect, test } from "bun:test";
import type { Link } from "../../../src/netlink/link.ts";
import { type PfFacts, uplinkOf } from "../../../src/providers/representor/pf-address.ts";
import type { SwitchPort } from "../../../src/providers/representor/switch-port.ts";
import { link } from "./support/nic.ts";

const DEVICE = "pci/0000:03:00.0";

const common = { devlink: null, device: DEVICE, controller: 0, external: null, fault: null } as const;

function uplink(number: number | null, more: Partial<SwitchPort> = {}): SwitchPort {
  const name = `p${number}`;
  const role = { kind: "uplink", number } as const;
  return { ...common, name, pf: null, role, link: link(10 + (number ?? 0), name), ...more };
}

/** A PF with one port: a VF's unless it says otherwise. */
function pf(number: number, more: Partial<PfFacts> = {}, port: Partial<SwitchPort> = {}): PfFacts {
  const { device = DEVICE, controller = 0 } = more;
  const role = { kind: "function", function: { kind: "vf", number: 0 } } as const;
  const name = `pf${number}vf0`;
  const ports = [{ ...common, name, device, controller, pf: number, role, link: null, ...port }];
  return { device, controller, number, isForeign: false, ports, ...more };
}

/** The PF of a host, with a port of its own, as a DPU shows the PF. */
function hostPf(number: number, controller = 1): PfFacts {
  const role = { kind: "function", function: { kind: "pf" } } as const;
  return pf(number, { controller }, { external: true, role });
}

function found(pf: PfFacts, uplinks: readonly SwitchPort[], others: readonly PfFacts[] = []) {
  const { link, ...rest } = uplinkOf(pf, { pfs: [pf, ...others], uplinks });
  return link?.name ?? rest;
}

const none = (reason: RegExp) => ({ reason: expect.stringMatching(reason) });

describe("the uplink of the PF's number", () => {
  test("is the PF's, whatever else is on the device", () => {
    expect(found(pf(1), [uplink(0), uplink(1)], [pf(0), hostPf(1)])).toBe("p1");
    expect(found(hostPf(1), [uplink(0), uplink(1)])).toBe("p1");
  });

  test("is not one of another device", () => {
    expect(found(pf(1), [uplink(1, { device: "pci/0000:04:00.0" })])).toEqual(none(/has no uplink$/));
  });

  test("is none when there are several", () => {
    const halves = [uplink(0, { name: "p0s0" }), uplink(0, { name: "p0s1" })];
    expect(found(pf(0), halves)).toEqual(none(/which of the 2 uplinks is that of pci\S+ pf 0$/));
  });

  test("is known without a network device, and so is that it has none", () => {
    expect(found(pf(0), [uplink(0, { link: null }), uplink(1)])).toEqual(none(/no network device$/));
  });
});

describe("the only uplink of a device, of another number,", () => {
  test.each<[string, PfFacts, readonly SwitchPort[], readonly PfFacts[]]>([
    ["the PF has the number of the device's PCI function", pf(0), [uplink(1)], []],
    ["the uplink has no number", pf(0), [uplink(null)], []],
    ["the device is not on PCI", pf(0, { device: "sim/1" }), [uplink(1, { device: "sim/1" })], []],
    ["the host's PF has the number too", pf(1), [uplink(0)], [hostPf(1)]],
    ["PFs of other controllers are there", pf(0), [uplink(2)], [hostPf(1), hostPf(3, 2)]],
    ["PFs of other devices are there", pf(0), [uplink(2)], [pf(1, { device: "pci/0000:04:00.0" })]],
    ["the PF is a host's", pf(0, { controller: 1 }, { external: true }), [uplink(1)], []],
  ])("is the PF's where %s", (_, one, uplinks, others) => {
    expect(found(one, uplinks, others)).toBe(uplinks[0]?.name ?? "");
  });

  const mayBeAnothers = none(/whether the uplink p\d is that of pci\S+ .*pf \d or of another PF$/);
  test.each<[string, PfFacts, readonly SwitchPort[], readonly PfFacts[]]>([
    ["the PF has another number than the PCI function", pf(1), [uplink(0)], []],
    ["another PF of the controller is there", pf(0), [uplink(2)], [pf(1)]],
    ["it has the PF's number, and another PF that of the PCI function", pf(1), [uplink(1)], [pf(0)]],
    ["it has another PF's number, and the PF that of the PCI function", pf(0), [uplink(1)], [pf(1)]],
    ["only some hosts' PFs have the number", pf(1), [uplink(0)], [hostPf(1), hostPf(2, 2)]],
    ["the hosts' PFs have another number", pf(1), [uplink(0)], [hostPf(2)]],
    ["a host's function, and not its PF, has the number", pf(1), [uplink(0)], [hostFunction()]],
    ["the PF is a host's, and another host's has the number", hostPf(1), [uplink(0)], [hostPf(1, 2)]],
    ["the uplink's device was found by its switch", pf(0), [uplink(1, { isPlaced: true })], []],
    ["the function's device was found by its switch", pf(0, {}, { isPlaced: true }), [uplink(1)], []],
  ])("is not where %s", (_, one, uplinks, others) => {
    expect(found(one, uplinks, others)).toEqual(mayBeAnothers);
  });

  function hostFunction(): PfFacts {
    return pf(1, { controller: 1 }, { external: true });
  }

  test("is none when there are several", () => {
    expect(found(pf(0), [uplink(1), uplink(2)])).toEqual(none(/which of the 2 uplinks/));
    expect(found(pf(3), [uplink(0), uplink(1), uplink(2)])).toEqual(none(/which of the 3 uplinks/));
  });
});

test("the network device of the uplink is what is found", () => {
  const own: Link = link(77, "enp3s0", { address: "00:53:00:00:00:01" });
  expect(uplinkOf(pf(0), { pfs: [pf(0)], uplinks: [uplink(0, { link: own })] }).link).toBe(own);
});
