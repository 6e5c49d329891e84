/** A folder is watched by its name, whatever becomes of it. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FolderWatch } from "../../src/system/folder-watch.ts";

let base = "";
let folder = "";
let watching: FolderWatch | null = null;
let faults: string[] = [];
let changes = 0;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "watch-"));
  folder = join(base, "folder");
  [watching, faults, changes] = [null, [], 0];
});
afterEach(() => {
  watching?.close();
  rmSync(base, { recursive: true });
});

function begin(): void {
  watching = new FolderWatch({
    folder,
    onChange: () => void changes++,
    onFault: (message) => void faults.push(message),
    lookMs: 20,
    retryMs: 20,
  });
}

/** Does it again and again, until a change is seen; fails by the test's own limit. */
async function seen(act: (round: number) => void): Promise<void> {
  const before = changes;
  for (let round = 0; changes === before; round++) {
    act(round);
    await Bun.sleep(20);
  }
}

const write = (round: number) => writeFileSync(join(folder, "file"), String(round));

test("a file that is written is a change", async () => {
  mkdirSync(folder);
  begin();
  await seen(write);
  expect(faults).toEqual([]);
});

test("a folder that is not there yet is told once, and watched when it comes", async () => {
  begin();
  await Bun.sleep(100);
  expect(faults).toEqual([expect.stringMatching(/^cannot watch .*folder: .*; vifplugd tries again$/)]);
  await seen((round) => {
    if (round === 0) mkdirSync(folder);
  });
  await seen(write);
});

test("another folder in its place is watched in turn", async () => {
  mkdirSync(folder);
  begin();
  await seen((round) => {
    if (round > 0) return;
    renameSync(folder, join(base, "before"));
    mkdirSync(folder);
  });
  await seen(write);
  await seen(write);
});

test("one that was removed is watched when it is made again", async () => {
  mkdirSync(folder);
  begin();
  await seen((round) => {
    if (round === 0) rmSync(folder, { recursive: true });
  });
  await seen((round) => {
    if (round === 0) mkdirSync(folder);
  });
  await seen(write);
});

test("nothing is told any more when it is closed", async () => {
  mkdirSync(folder);
  begin();
  watching?.close();
  write(0);
  rmSync(folder, { recursive: true });
  await Bun.sleep(100);
  expect([changes, faults]).toEqual([0, []]);
});
