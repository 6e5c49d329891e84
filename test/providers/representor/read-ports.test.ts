/** What people are shown of the kernel's ports. */
import { expect, jest, test } from "bun:test";
import { readPorts } from "../../../src/providers/representor/read-ports.ts";
import { parseSmartNic } from "../../../src/providers/representor/smart-nic.ts";
import { lookUpsIn } from "../../../src/providers/representor/sysfs.ts";
import { faultsOf } from "../../support/json-output.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { device, hostMac, uplink, uplinkLink, uplinkMac, vf, vfLink } from "./support/nic.ts";

function read(kernel: FakeKernel) {
  const waits: string[] = [];
  const machine = { netlink: kernel, lookUps: lookUpsIn("/nowhere"), root: "/nowhere" };
  const rows = readPorts({ options: {}, machine, warn() {}, waits: (words) => waits.push(words) });
  return { rows, waits };
}

test("every port is shown, by device and index, with its netdev and its PF's address", async () => {
  const kernel = new FakeKernel();
  for (const port of [vf(1), vf(0), uplink]) kernel.setPort(port);
  for (const link of [uplinkLink, vfLink(0)]) kernel.setLink(link);
  const common = { controller: 0, external: false };
  const ofPf = { ...common, flavour: "pcivf", pf: 0, pfMac: uplinkMac } as const;
  expect(await read(kernel).rows).toEqual({
    ok: true,
    value: [
      {
        ...common,
        port: `${device}/0`,
        flavour: "physical",
        pf: null,
        number: null,
        netdev: "p0",
        pfMac: null,
      },
      { ...ofPf, port: `${device}/100`, number: 0, netdev: "pf0vf0" },
      { ...ofPf, port: `${device}/101`, number: 1, netdev: null },
    ],
  });
  expect(kernel.listeners).toBe(0);
  const rows = await read(kernel).rows;
  if (!rows.ok) throw new Error(rows.error);
  const withLports = rows.value.map((row) => ({ ...row, lport: null }));
  expect(faultsOf("representor-ports", withLports)).toEqual([]);
});

test("what is waited for is said when somebody works on a NIC, and then the ports are shown", async () => {
  jest.useFakeTimers();
  const kernel = new FakeKernel();
  kernel.setPort(uplink);
  const work = Promise.withResolvers<void>();
  kernel.busy = work.promise;
  const { rows, waits } = read(kernel);
  jest.advanceTimersByTime(1001);
  jest.useRealTimers();
  expect(waits).toEqual([
    expect.stringMatching(/^the kernel is being asked for its ports; .*devlink dev flash/),
  ]);
  work.resolve();
  expect(await rows).toMatchObject({ ok: true, value: [{ port: `${device}/0` }] });
});

test("a kernel that does not answer is an error that says so", async () => {
  const kernel = new FakeKernel();
  kernel.refusesDumps = true;
  expect(await read(kernel).rows).toEqual({
    ok: false,
    error: "the kernel's ports cannot be read: netlink: no memory",
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
