/**
 * Hours of work in minutes, under `LONG=1`: ports come and go and change, long texts with them; connections break; clients
 * scrape, look and leave; the configuration is read again and again. What the process holds is looked at once a minute:
 * `MINUTES=n` minutes, 25 unless given. The table that it prints stands in docs/measured.md.
 */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../../bench/support/usage.ts";
import { controlSocketPath } from "../../src/control/client.ts";
import { random } from "../support/random.ts";
import { Crowd } from "./support/crowds.ts";
import { CHASSIS, LPORTS, Scene } from "./support/scene.ts";

const MINUTES = Number(process.env.MINUTES ?? 25);
/** Minutes after which everything that is made once has been made. */
const WARM = 3;
const MiB = 1 << 20;

interface Held {
  readonly minute: number;
  readonly rss: number;
  readonly anonymous: number;
  readonly descriptors: number;
  readonly threads: number;
  readonly cpu: number;
}

function heldBy(pid: number, minute: number): Held {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(status)?.[1]);
  return {
    minute,
    rss: number("VmRSS") * 1024,
    anonymous: number("RssAnon") * 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: number("Threads"),
    cpu: cpuSeconds(pid),
  };
}

function rowOf({ minute, rss, anonymous, descriptors, threads, cpu }: Held, changes: number): string {
  const sizes = [rss, anonymous].map((bytes) => (bytes / MiB).toFixed(1));
  return `| ${[minute, ...sizes, descriptors, threads, changes, cpu.toFixed(1)].join(" | ")} |`;
}

test.skipIf(process.env.LONG === undefined)(
  "what is held after many minutes is what was held after a few",
  async () => {
    const chance = random(7);
    await using scene = await Scene.set(chance);
    const { southbound, openVSwitch, site } = scene;
    await scene.start({ metrics: { listen: "127.0.0.1:0", page: true, engine: true } });
    const { daemon } = scene;
    const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
    const port = Number(/port (\d+)/.exec(line)?.[1]);
    const control = controlSocketPath(site.chassis.runDir, daemon.pid);
    const table: Held[] = [];
    console.log("| minute | RSS, MiB | anonymous, MiB | descriptors | threads | changes | CPU, s |");
    console.log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let changes = 0;
    for (let minute = 1; minute <= MINUTES; minute++) {
      const end = performance.now() + 50_000;
      while (performance.now() < end) {
        const junk = chance.chance(0.05) ? 500_000 : chance.int(200);
        await scene.setLport(chance.pick(LPORTS), chance.pick(CHASSIS), 1300 + chance.int(100), junk);
        changes++;
        await sleep(10);
      }
      const lookedAt = await fetch(`http://127.0.0.1:${port}/page/events`);
      await (await Crowd.gather("gone", port, 50, 20))[Symbol.asyncDispose]();
      await (await Crowd.gather("half", control, 50))[Symbol.asyncDispose]();
      await lookedAt.body?.cancel();
      for (const proxy of [southbound, openVSwitch]) proxy.cut();
      daemon.kill("SIGHUP");
      await scene.allPlugged(1500 + minute);
      // Long enough for memory to be given back.
      await sleep(20_000);
      const held = heldBy(daemon.pid, minute);
      table.push(held);
      console.log(rowOf(held, changes));
    }
    const [warm, last] = [table[WARM - 1], table.at(-1)];
    if (warm === undefined || last === undefined) throw new Error("too few minutes");
    expect(last.rss - warm.rss).toBeLessThan(8 * MiB);
    expect(last.descriptors).toBeLessThanOrEqual(warm.descriptors + 1);
    expect(last.threads).toBeLessThanOrEqual(warm.threads + 1);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  },
  MINUTES * 300_000,
);
