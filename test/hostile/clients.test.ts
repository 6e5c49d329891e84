/**
 * Clients that nobody knows, any number of them: what they cost the compiled executable, and that ports are plugged
 * and scrapes answered meanwhile. Costs are compared with those of the undisturbed daemon in the same run.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds, memory } from "../../bench/support/usage.ts";
import { controlSocketPath } from "../../src/control/client.ts";
import { startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { Crowd, type CrowdKind } from "./support/crowds.ts";

const MiB = 1 << 20;

let hypervisor: Hypervisor;
let port = 0;
let control = "";
beforeAll(async () => {
  hypervisor = await startHypervisor({ config: { metrics: { listen: "127.0.0.1:0", page: true } } });
  port = await metricsPort(hypervisor.daemon);
  control = controlSocketPath(hypervisor.chassis.runDir, hypervisor.daemon.pid);
  await hypervisor.addPlugged("first");
  // A daemon that has been at work: what it needs at first is not what a crowd costs.
  for (let round = 0; round < 50; round++) await scrape();
});
afterAll(() => hypervisor.stop());

async function metricsPort(daemon: Program): Promise<number> {
  const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
  return Number(/port (\d+)/.exec(line)?.[1]);
}

async function scrape(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: "close" } });
  return response.text();
}

/** Sockets that the process holds. */
function socketsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:");
    } catch {
      return false;
    }
  }).length;
}

let ports = 0;
/** A port comes and goes. */
async function plugOne(): Promise<void> {
  const lport = `h${++ports}`;
  await hypervisor.addLport(lport);
  await hypervisor.interface(lport);
  await hypervisor.deleteLport(lport);
  await hypervisor.gone(lport);
}

/** Seconds of CPU that the daemon takes while that happens. */
async function cpuOf(doing: () => Promise<void>): Promise<number> {
  const before = cpuSeconds(hypervisor.daemon.pid);
  await doing();
  return cpuSeconds(hypervisor.daemon.pid) - before;
}

async function visit(
  kind: CrowdKind,
  target: number | string,
  count: number,
  requests: number,
): Promise<void> {
  const crowd = await Crowd.gather(kind, target, count, requests);
  // What they have left behind is over when a port has come and gone.
  await plugOne();
  await crowd[Symbol.asyncDispose]();
}

describe.each([
  ["HTTP", () => port],
  ["the control socket", () => control],
] as const)("at %s,", (_, target) => {
  test("clients that send thousands of requests and are gone cost what the same clients with one cost", async () => {
    await visit("gone", target(), 50, 1);
    const undisturbed = await cpuOf(() => visit("gone", target(), 50, 1));
    const before = memory(hypervisor.daemon.pid).anonymous;
    const disturbed = await cpuOf(() => visit("gone", target(), 50, 2000));
    expect(disturbed / undisturbed).toBeLessThan(10);
    expect(memory(hypervisor.daemon.pid).anonymous - before).toBeLessThan(64 * MiB);
  });

  test.each<CrowdKind>(["silent", "half", "deaf", "eager"])(
    "a thousand %s clients keep nobody out, and take at most 64 descriptors and 64 MiB",
    async (kind) => {
      const { pid } = hypervisor.daemon;
      const [sockets, resident] = [socketsOf(pid), memory(pid).anonymous];
      await using _crowd = await Crowd.gather(kind, target(), 1000, 100);
      for (let round = 0; round < 3; round++) {
        await plugOne();
        expect(await scrape()).toContain("vifplugd_ready 1");
        expect(await hypervisor.chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
      }
      // Of those that are being answered some may be there too many for a moment.
      expect(socketsOf(pid) - sockets).toBeLessThanOrEqual(2 * 64);
      expect(memory(pid).anonymous - resident).toBeLessThan(64 * MiB);
    },
    60_000,
  );
});

test.each<CrowdKind>(["watching", "dozing", "slow"])(
  "a hundred %s clients at the page's stream keep nobody out, and take bounded memory",
  async (kind) => {
    const { pid } = hypervisor.daemon;
    const [sockets, resident] = [socketsOf(pid), memory(pid).anonymous];
    await using _crowd = await Crowd.gather(kind, port, 100);
    for (let round = 0; round < 10; round++) await plugOne();
    expect(await scrape()).toContain("vifplugd_ready 1");
    expect(await hypervisor.chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
    expect(socketsOf(pid) - sockets).toBeLessThanOrEqual(2 * 64);
    expect(memory(pid).anonymous - resident).toBeLessThan(64 * MiB);
  },
  60_000,
);

test("those that stay, and do nothing, take no CPU", async () => {
  const { pid } = hypervisor.daemon;
  const idleFor = (ms: number) => cpuOf(() => sleep(ms));
  await using _http = await Crowd.gather("silent", port, 1000);
  await using _control = await Crowd.gather("half", control, 1000);
  await plugOne();
  // A second in which a loop that spins would take most of a second.
  expect(await idleFor(1000)).toBeLessThan(0.3);
  expect(socketsOf(pid)).toBeLessThanOrEqual(2 * 64 + 16);
});

test("a scrape that is under way is never the one that makes room", async () => {
  const scrapes = Array.from({ length: 20 }, scrape);
  await using _crowd = await Crowd.gather("silent", port, 500);
  for (const text of await Promise.all(scrapes)) expect(text).toContain("vifplugd_ready 1");
  for (let round = 0; round < 20; round++) expect(await scrape()).toContain("vifplugd_ready 1");
});

test("where descriptors are few, both databases are found again, and nothing spins", async () => {
  await using few = await startHypervisor({ daemon: false });
  const { chassis } = few;
  const wrapper = `${chassis.dir}/few-descriptors`;
  const { executable } = await import("../../tools/chassis/daemon.ts");
  await Bun.write(wrapper, `#!/bin/sh\nulimit -n 40\nexec ${executable} "$@"\n`);
  await Bun.spawn(["chmod", "755", wrapper]).exited;
  const daemon = await startDaemon({
    chassis,
    program: wrapper,
    config: {
      ovs: { remote: `unix:${chassis.ovsSock}` },
      run_dir: chassis.runDir,
      providers: [{ type: "dummy" }],
      metrics: { listen: "127.0.0.1:0", page: true },
    },
  });
  const http = await metricsPort(daemon);
  await daemon.waitLog(/OVN_Southbound: in sync/);
  await using _silent = await Crowd.gather("silent", http, 200);
  await using _half = await Crowd.gather("half", controlSocketPath(chassis.runDir, daemon.pid), 200);
  await using _deaf = await Crowd.gather("deaf", controlSocketPath(chassis.runDir, daemon.pid), 100, 100);
  await using _dozing = await Crowd.gather("dozing", http, 100);
  await using _slow = await Crowd.gather("slow", controlSocketPath(chassis.runDir, daemon.pid), 50);
  await few.addPlugged("web1");
  await chassis.kill("ovsdb-server", "SIGKILL");
  await daemon.waitLog(/Open_vSwitch: not connected/);
  await few.restartDatabase();
  await few.addPlugged("web2");
  expect(await chassis.appctl("vifplugd", "version")).toStartWith("vifplugd ");
  const before = cpuSeconds(daemon.pid);
  await sleep(1000);
  expect(cpuSeconds(daemon.pid) - before).toBeLessThan(0.3);
});
