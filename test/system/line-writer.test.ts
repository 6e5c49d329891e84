/** Lines to a real pipe whose reader is slow, stuck or gone. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineWriter } from "../../src/system/line-writer.ts";

let folder = "";
let reader = 0;
let writer = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vifplugd-lines-"));
  const pipe = join(folder, "pipe");
  Bun.spawnSync(["mkfifo", pipe]);
  reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  // A write that has no room would wait, as one to standard error would.
  writer = openSync(pipe, constants.O_WRONLY);
});
afterEach(() => {
  for (const fd of [reader, writer]) closeSync(fd);
  rmSync(folder, { recursive: true });
});

/** What can be read now. */
function readAll(): string {
  const bytes = Buffer.alloc(1 << 20);
  let text = "";
  for (;;) {
    try {
      const count = readSync(reader, bytes);
      if (count === 0) return text;
      text += bytes.toString("utf8", 0, count);
    } catch {
      return text;
    }
  }
}

test("lines arrive at once and in order where there is a reader", () => {
  const lines = new LineWriter(writer);
  for (let count = 0; count < 100; count++) lines.write(`line ${count}\n`);
  expect(readAll().split("\n").slice(0, 100)).toEqual(
    Array.from({ length: 100 }, (_, count) => `line ${count}`),
  );
  expect(lines.isDrained).toBe(true);
});

test("a reader that is stuck keeps nobody waiting; when it reads again lines are whole, and those that are lost are counted", async () => {
  const lines = new LineWriter(writer);
  const total = 2000;
  for (let count = 0; count < total; count++) lines.write(`${String(count).padEnd(499, ".")}\n`);
  expect(lines.isDrained).toBe(false);
  let text = "";
  while (!lines.isDrained) {
    text += readAll();
    await lines.drained(100);
  }
  text += readAll();
  const heard = text.trimEnd().split("\n");
  for (const [index, line] of heard.entries()) expect(line).toBe(String(index).padEnd(499, "."));
  expect(heard.length + lines.takeDropped()).toBe(total);
  // As much as a pipe holds and as is kept.
  expect(text.length).toBeLessThan((64 << 10) + (256 << 10) + 500);
  lines.write("again\n");
  expect(readAll()).toBe("again\n");
});

test("the wait for a reader that does not come back is bounded", async () => {
  const lines = new LineWriter(writer);
  for (let count = 0; count < 1000; count++) lines.write(`${"x".repeat(499)}\n`);
  await lines.drained(10);
  expect(lines.isDrained).toBe(false);
  while (!lines.isDrained) {
    readAll();
    await lines.drained(100);
  }
});

test("what a full disk does not take is kept, tried again, and goes where it is sent", async () => {
  const full = openSync("/dev/full", constants.O_WRONLY);
  const lines = new LineWriter(full, { retryMs: 1 });
  lines.write("first\n");
  lines.write("second\n");
  expect(lines.fault).toBe("no space left on device");
  // Nobody waits for a disk.
  await lines.drained(60_000);
  expect(lines.isDrained).toBe(false);
  lines.redirect(writer);
  expect([lines.fault, readAll()]).toEqual([null, "first\nsecond\n"]);
  closeSync(full);
});

test("a line of which a part stands elsewhere is written anew as a whole, and the fault of there is no fault here", async () => {
  const lines = new LineWriter(writer);
  const total = 100;
  for (let count = 0; count < total; count++) lines.write(`${String(count).padEnd(9999, ".")}\n`);
  expect(lines.isDrained).toBe(false);
  const file = join(folder, "file");
  const fd = openSync(file, constants.O_WRONLY | constants.O_CREAT);
  lines.redirect(fd);
  expect(lines.isDrained).toBe(true);
  closeSync(fd);
  const [before, after] = [readAll().split("\n"), readFileSync(file, "utf8").trimEnd().split("\n")];
  // The part that the pipe had taken.
  const part = before.pop() ?? "";
  expect(part.length).toBeGreaterThan(0);
  expect(after[0]?.startsWith(part)).toBe(true);
  expect([...before, ...after].map((line) => line.length)).toEqual(
    Array(before.length + after.length).fill(9999),
  );
  expect([...before, ...after].map((line) => Number.parseInt(line, 10))).toEqual(
    Array.from({ length: total - lines.takeDropped() }, (_, count) => count),
  );
});

test("the fault of one descriptor is none of the next", () => {
  closeSync(reader);
  const lines = new LineWriter(writer);
  lines.write("to nobody\n");
  expect(lines.fault).toBe("broken pipe");
  reader = openSync("/dev/null", constants.O_RDWR);
  lines.redirect(reader);
  expect(lines.fault).toBeNull();
});

test("lines that are there before the descriptor is are kept up to the bound", () => {
  const lines = new LineWriter(null, { keptBytes: 20 });
  for (const line of ["one\n", "two\n", `${"x".repeat(20)}\n`, "three\n"]) lines.write(line);
  lines.redirect(writer);
  expect(readAll()).toBe("one\ntwo\nthree\n");
  expect(lines.takeDropped()).toBe(1);
});

test("a reader that is gone is nobody to wait for", () => {
  closeSync(reader);
  const lines = new LineWriter(writer);
  lines.write("to nobody\n");
  expect(lines.isDrained).toBe(true);
  expect(lines.takeDropped()).toBe(1);
  expect(lines.fault).toBe("broken pipe");
  reader = openSync("/dev/null", constants.O_RDONLY);
});
