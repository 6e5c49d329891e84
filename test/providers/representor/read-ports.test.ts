/** What people are shown of the kernel's ports. */
import { expect, test } from "bun:test";
import { readPorts } from "../../../src/providers/representor/read-ports.ts";
import { parseSmartNic } from "../../../src/providers/representor/smart-nic.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { hostMac, uplink, uplinkLink, uplinkMac, vf, vfLink } from "./support/nic.ts";

function read(kernel: FakeKernel) {
  const warnings: string[] = [];
  return readPorts([], (warning) => warnings.push(warning), { netlink: kernel, root: "/nowhere" });
}

test("every port is shown, by device and index, with its netdev and its PF's address", () => {
  const kernel = new FakeKernel();
  for (const port of [vf(1), vf(0), uplink]) kernel.setPort(port);
  for (const link of [uplinkLink, vfLink(0)]) kernel.setLink(link);
  expect(read(kernel)).toEqual({
    ok: true,
    value: [
      { port: uplink, netdev: "p0", pfMac: null },
      { port: vf(0), netdev: "pf0vf0", pfMac: uplinkMac },
      { port: vf(1), netdev: null, pfMac: uplinkMac },
    ],
  });
  expect(kernel.listeners).toBe(0);
});

test("a kernel without devlink is an error that says so", () => {
  const kernel = new FakeKernel();
  kernel.hasDevlink = false;
  expect(read(kernel)).toEqual({
    ok: false,
    error: "the kernel has no devlink: the kernel refused it: ENOENT",
  });
});

test.each([
  ["as DPU kernels write it", `MAC        : ${hostMac}\nMaxTxRate  : 0\nState      : Follow\n`, hostMac],
  ["in capitals, without spaces", `State: Up\nmac:${hostMac.toUpperCase()}`, hostMac],
  ["all zeros", "MAC : 00:00:00:00:00:00\n", null],
  ["cut off", "MAC : 00:53:00\n", null],
  ["empty", "", null],
])("the file in sysfs is understood: %s", (_, text, mac) => {
  expect(parseSmartNic(text)).toBe(mac);
});
