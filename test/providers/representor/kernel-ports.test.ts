// What is known of the kernel's ports while the kernel cannot be asked, and when it can again.
import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { Facts } from "../../../src/providers/representor/facts.ts";
import { KernelPorts } from "../../../src/providers/representor/kernel-ports.ts";
import { FakeKernel } from "./support/fake-kernel.ts";
import { device, vf } from "./support/nic.ts";
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
  const facts = new Facts();
  const ports: KernelPorts = new KernelPorts({
    netlink: kernel,
    facts,
    onChange: () => faults.push(ports.fault),
    onRename: () => undefined,
    log: (level, message) => lines.push(`${level}: ${message}`),
  });
  await ports.open();
  const pass = async (milliseconds: number) => {
    jest.advanceTimersByTime(milliseconds);
    await turn();
  };
  return { kernel, ports, lines, faults, facts, pass };
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

test("what cannot be asked again is asked for until the kernel answers, with one warning, and then no more", async () => {
  const { kernel, ports, lines, faults, facts, pass } = await opened(false);
  kernel.ports.set(`${device}/101`, vf(1));
  kernel.refusesDumps = true;
  await ports.askAgain();
  await pass(1000);
  await pass(1000);
  expect(lines).toEqual(["warn: the kernel's ports cannot be asked again: netlink: no memory"]);
  kernel.refusesDumps = false;
  await pass(1000);
  expect([...facts.ports.values()]).toEqual([vf(1)]);
  expect(jest.getTimerCount()).toBe(0);
  expect(faults).toEqual([null, null]);
  ports.close();
});

test("what cannot be asked again is asked for at once when somebody asks, and not after the end", async () => {
  const { kernel, ports } = await opened(false);
  kernel.refusesDumps = true;
  await ports.askAgain();
  await ports.askAgain();
  expect(jest.getTimerCount()).toBe(1);
  kernel.refusesDumps = false;
  await ports.askAgain();
  expect(jest.getTimerCount()).toBe(0);
  kernel.refusesDumps = true;
  await ports.askAgain();
  ports.close();
  expect(jest.getTimerCount()).toBe(0);
});

test("a reading that works is not repeated", async () => {
  const { ports, faults, pass } = await opened(false);
  expect(faults).toEqual([null]);
  await pass(10_000);
  expect(faults).toEqual([null]);
  ports.close();
});
