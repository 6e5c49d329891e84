// What is known of the kernel's ports while the kernel cannot be asked, and when it can again.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { Facts } from "../../../src/providers/representor/facts.ts";
import { KernelPorts } from "../../../src/providers/representor/kernel-ports.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { turn } from "./support/start.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

async function opened(refuses: boolean) {
  const kernel = new FakeKernel();
  kernel.refusesDumps = refuses;
  const lines: string[] = [];
  const faults: (string | null)[] = [];
  const ports: KernelPorts = new KernelPorts({
    netlink: kernel,
    facts: new Facts(),
    onChange: () => faults.push(ports.fault),
    onRename: () => undefined,
    log: (level, message) => lines.push(`${level}: ${message}`),
  });
  await ports.open();
  const pass = async (milliseconds: number) => {
    jest.advanceTimersByTime(milliseconds);
    await turn();
  };
  return { kernel, ports, lines, faults, pass };
}

test("who asks learns that the kernel cannot be read, and that it can again", async () => {
  const { kernel, ports, faults, pass } = await opened(true);
  expect(faults.at(-1)).toContain("cannot be read");
  expect(ports.isCurrent).toBe(false);
  kernel.refusesDumps = false;
  await pass(1000);
  expect(faults.at(-1)).toBeNull();
  expect(ports.isCurrent).toBe(true);
  ports.close();
});

test("the same fault is warned of once, however often reading is tried", async () => {
  const { ports, lines, pass } = await opened(true);
  for (let tries = 0; tries < 3; tries++) await pass(1000);
  expect(lines).toEqual([expect.stringMatching(/^warn: the kernel's ports cannot be read/)]);
  ports.close();
});

test("it is not tried again after the end", async () => {
  const { kernel, ports, faults, pass } = await opened(true);
  ports.close();
  const before = faults.length;
  kernel.refusesDumps = false;
  await pass(10_000);
  expect(faults.length).toBe(before);
  expect(kernel.listeners).toBe(0);
});

test("a reading that works is not repeated", async () => {
  const { ports, faults, pass } = await opened(false);
  expect(faults).toEqual([null]);
  await pass(10_000);
  expect(faults).toEqual([null]);
  ports.close();
});
