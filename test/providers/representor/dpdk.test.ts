/** Representors on a userspace datapath: DPDK ports by the arguments that DPDK finds them by. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Provider } from "../../../src/providers/provider.ts";
import { dpdkArguments } from "../../../src/providers/representor/dpdk.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { uplink, uplinkLink, uplinkMac, vf, vfLink } from "./support/nic.ts";
import { questionOf, startProvider, turn } from "./support/start.ts";

test.each([
  ["a VF", { pf: 0, controller: 0, function: { kind: "vf", number: 3 } }, "0000:03:00.0,representor=pf0vf3"],
  [
    "a sub-function",
    { pf: 1, controller: 0, function: { kind: "sf", number: 88 } },
    "0000:03:00.0,representor=pf1sf88",
  ],
  [
    "a PF of another host",
    { pf: 0, controller: 1, function: { kind: "pf" } },
    "0000:03:00.0,representor=c1pf0",
  ],
  [
    "a VF of another host",
    { pf: 1, controller: 2, function: { kind: "vf", number: 0 } },
    "0000:03:00.0,representor=c2pf1vf0",
  ],
] as const)("%s is named in DPDK's grammar", (_, port, devargs) => {
  expect(dpdkArguments({ device: "pci/0000:03:00.0", ...port })).toBe(devargs);
});

describe("with userspace: dpdk", () => {
  let kernel = new FakeKernel();
  let provider: Provider | null = null;
  beforeEach(() => {
    kernel = new FakeKernel();
    for (const one of [uplink, vf(1)]) kernel.setPort(one);
    for (const one of [uplinkLink, { ...vfLink(1), isUp: false }]) kernel.setLink(one);
  });
  afterEach(() => provider?.destroy?.());
  const options = { "pf-mac": uplinkMac, "vf-num": "1" };

  test("a port on a userspace datapath is one of DPDK's, and its network device is left to DPDK", async () => {
    provider = await startProvider(kernel, { userspace: "dpdk" });
    const wanted = {
      name: "pf0vf1",
      type: "dpdk",
      options: { "dpdk-devargs": "0000:03:00.0,representor=pf0vf1" },
    };
    const question = questionOf("lp", options, { datapath: "netdev" });
    expect(provider.prepare(question)).toEqual({ ready: true, interface: wanted });
    provider.finish?.(question, wanted);
    await turn();
    expect(kernel.changes).toEqual([]);
    expect(provider.maintainedOptions).toEqual(["dpdk-devargs"]);
  });

  test.each([
    ["the kernel's datapath", { userspace: "dpdk" }, ""],
    ["a userspace datapath without it", {}, "netdev"],
  ] as const)("a port on %s is a device of the system", async (_, configured, datapath) => {
    provider = await startProvider(kernel, configured);
    expect(provider.prepare(questionOf("lp", options, { datapath }))).toMatchObject({
      interface: { type: "" },
    });
  });
});
