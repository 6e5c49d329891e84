/** Which network devices are too new to be plugged under the name that they have. */
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Settling } from "../../src/providers/settling.ts";

let root = "";
const opened: Settling[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vs-"));
});
afterEach(async () => {
  jest.useRealTimers();
  for (const settling of opened.splice(0)) settling.close();
  await rm(root, { recursive: true });
});

function start(quietMs = 0) {
  const settled = Promise.withResolvers<void>();
  const settling = new Settling({ root, quietMs, onSettled: settled.resolve, warn: settled.reject });
  opened.push(settling);
  return { settling, settled: settled.promise };
}

/** How often this process watches udev's database (proc_pid_fdinfo(5)). */
function watches(): number {
  const lines = readdirSync("/proc/self/fdinfo").flatMap((fd) => {
    try {
      return readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").split("\n");
    } catch {
      // The descriptor by which the folder was listed is closed by now.
      return [];
    }
  });
  const inode = statSync(join(root, "run/udev/data")).ino.toString(16);
  return lines.filter((line) => line.startsWith("inotify wd:") && line.includes(` ino:${inode} `)).length;
}

async function runUdev(...known: readonly number[]): Promise<void> {
  await mkdir(join(root, "run/udev/data"), { recursive: true });
  await Bun.write(join(root, "run/udev/control"), "");
  for (const ifindex of known) await Bun.write(join(root, `run/udev/data/n${ifindex}`), "I:1\n");
}

/** As udev writes its database: a file of another name, which then takes the place of the former one. */
async function writeAnew(name: string, text: string): Promise<void> {
  const path = join(root, "run/udev/data", name);
  await Bun.write(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

describe("where udev runs, a device", () => {
  test("that udev has dealt with is settled", async () => {
    await runUdev(7);
    const { settling } = start();
    settling.appeared(7, true);
    expect(settling.pending(7)).toBeNull();
  });

  test("is settled as soon as udev has dealt with it", async () => {
    await runUdev();
    const { settling, settled } = start();
    settling.appeared(7, true);
    settling.appeared(8, true);
    expect(settling.pending(7)).toBe("udev has not dealt with it yet and may rename it");
    await runUdev(7);
    await settled;
    expect(settling.pending(7)).toBeNull();
    expect(settling.pending(8)).not.toBeNull();
  });

  test.each([
    ["is about to rename", "E:ID_RENAMING=1\nE:ID_PROCESSING=1\n"],
    ["has just renamed", "I:1\nE:ID_RENAMING=1\n"],
    ["still runs rules for", "I:1\nE:ID_NET_NAME=enp3s0\nE:ID_PROCESSING=1\nG:systemd\n"],
  ])("that udev %s is settled only when udev is done with it", async (_, written) => {
    await runUdev();
    await Bun.write(join(root, "run/udev/data/n7"), written);
    const { settling, settled } = start();
    settling.appeared(7, true);
    expect(settling.pending(7)).toBe("udev has not dealt with it yet and may rename it");
    await writeAnew("n7", "I:1\nE:ID_NET_NAME=enp3s0\nV:1\n");
    await settled;
    expect(settling.pending(7)).toBeNull();
  });

  test("that udev writes down before it renames it is waited for further", async () => {
    await runUdev();
    const { settling, settled } = start();
    settling.appeared(7, true);
    settling.appeared(8, true);
    await writeAnew("n7", "E:ID_RENAMING=1\nE:ID_PROCESSING=1\n");
    await writeAnew("n8", "I:1\n");
    await settled;
    expect([settling.pending(7) === null, settling.pending(8) === null]).toEqual([false, true]);
  });

  test("of which udev says that it was renamed once, or of which a value only looks alike, is settled", async () => {
    await runUdev();
    await Bun.write(join(root, "run/udev/data/n7"), "I:1\nE:ID_RENAMING=0\nE:NOTE=E:ID_RENAMING=1\n");
    const { settling } = start();
    settling.appeared(7, true);
    expect(settling.pending(7)).toBeNull();
  });

  test("is waited for also when it was there before us", async () => {
    await runUdev();
    const { settling } = start();
    settling.appeared(7, false);
    expect(settling.pending(7)).not.toBeNull();
  });

  test("that udev deals with while its database cannot be watched yet is settled", async () => {
    await runUdev();
    await rm(join(root, "run/udev/data"), { recursive: true });
    const warnings: string[] = [];
    const settling = new Settling({
      root,
      quietMs: 0,
      onSettled: () => undefined,
      // There is nothing to watch; by then udev has made its database, and dealt with the device.
      warn(message) {
        warnings.push(message);
        mkdirSync(join(root, "run/udev/data"));
        writeFileSync(join(root, "run/udev/data/n7"), "I:1\n");
      },
    });
    opened.push(settling);
    settling.appeared(7, true);
    expect(warnings).toEqual([expect.stringContaining("cannot watch")]);
    expect(settling.pending(7)).toBeNull();
  });

  test.each([
    ["does not get to", null],
    ["leaves marked as being renamed", "I:1\nE:ID_RENAMING=1\n"],
  ])("that udev %s in ten seconds is used as it is, with a warning", async (_, written) => {
    await runUdev();
    if (written !== null) await Bun.write(join(root, "run/udev/data/n7"), written);
    const told: string[] = [];
    const onSettled = () => void told.push("settled");
    const settling = new Settling({ root, quietMs: 0, onSettled, warn: (message) => told.push(message) });
    opened.push(settling);
    jest.useFakeTimers();
    settling.appeared(7, true);
    // The kernel tells of a device more than once, and no wait begins anew by that.
    jest.advanceTimersByTime(9000);
    settling.appeared(7, true);
    jest.advanceTimersByTime(999);
    expect([told.length, settling.pending(7) === null]).toEqual([0, false]);
    jest.advanceTimersByTime(1);
    expect(told).toEqual(["udev has not dealt with network device 7 in 10 s: using it as it is", "settled"]);
    expect(settling.pending(7)).toBeNull();
  });

  test("is waited for by one watch of udev's database, for all and only while one is waited for", async () => {
    await runUdev();
    const { settling } = start();
    settling.appeared(7, true);
    settling.appeared(8, true);
    expect(watches()).toBe(1);
    settling.gone(7);
    expect(watches()).toBe(1);
    settling.gone(8);
    expect(watches()).toBe(0);
    settling.appeared(9, true);
    expect(watches()).toBe(1);
    settling.close();
    expect(watches()).toBe(0);
  });

  test("that goes is waited for no more", async () => {
    await runUdev();
    const { settling } = start();
    settling.appeared(7, true);
    settling.gone(7);
    expect(settling.pending(7)).toBeNull();
  });
});

test.each([
  ["udev", 0],
  ["a quiet period", 60_000],
])("at the end nothing waits for %s any more", async (_, quietMs) => {
  if (quietMs === 0) await runUdev();
  const { settling } = start(quietMs);
  jest.useFakeTimers();
  settling.appeared(7, true);
  settling.appeared(8, true);
  expect(jest.getTimerCount()).toBe(2);
  settling.gone(7);
  expect(jest.getTimerCount()).toBe(1);
  settling.close();
  expect([jest.getTimerCount(), settling.pending(8)]).toEqual([0, null]);
});

describe("where no udev runs, a device", () => {
  test("is settled at once unless a quiet period is configured", () => {
    const { settling } = start();
    settling.appeared(7, true);
    expect(settling.pending(7)).toBeNull();
  });

  test("that has just come is settled after the quiet period", async () => {
    const { settling, settled } = start(20);
    settling.appeared(7, true);
    expect(settling.pending(7)).toBe("it is new and may be renamed: it is left alone for 20 ms (quiet_ms)");
    await settled;
    expect(settling.pending(7)).toBeNull();
  });

  test("that was there before us is settled at once", () => {
    const { settling } = start(60_000);
    settling.appeared(7, false);
    expect(settling.pending(7)).toBeNull();
  });
});
