// The file of a record: had at once or later, without a gap, beside what was there before.
import { expect, test } from "bun:test";
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Log } from "../../src/log/log.ts";
import { RecordFile } from "../../src/record/record-file.ts";
import { Folder } from "./support/recording.ts";

const MiB = 1 << 20;

function begun(file: string) {
  const told: string[] = [];
  const log = new Log({ level: "info", format: "text", write: (line) => told.push(line.trim().slice(25)) });
  return { record: new RecordFile(file, log.module("record")), told };
}

test("leaves the records that are there already alone, each under a number of its own", () => {
  using folder = new Folder();
  const file = folder.file("record");
  const told: string[] = [];
  for (const content of ["", "first", "second"]) {
    writeFileSync(file, content);
    const { record, told: now } = begun(file);
    record.write("{}\n");
    record.close();
    told.push(...now);
  }
  const kept = [1, 2].map((number) => `${file}.${number}`);
  expect(told).toEqual(kept.map((path) => `info record: ${file} existed already; it is kept as ${path}`));
  expect(kept.map((path) => readFileSync(path, "utf8"))).toEqual(["first", "second"]);
  expect(readdirSync(folder.path).sort()).toEqual(["record", "record.1", "record.2"]);
  expect(readFileSync(file, "utf8")).toBe("{}\n");
});

test("that cannot be had yet is tried again, and then has everything from its beginning", async () => {
  using folder = new Folder();
  const file = folder.file("later/record");
  const { record, told } = begun(file);
  record.write("first\n");
  const error = `cannot write the record to ${file}: no such file or directory`;
  expect(record.fault).toBe(error);
  mkdirSync(dirname(file));
  while (record.fault !== null) await sleep(20);
  record.write("second\n");
  record.close();
  expect(readFileSync(file, "utf8")).toBe("first\nsecond\n");
  expect(told).toEqual([
    `error record: ${error}; vifplugd tries again`,
    `info record: the record is in ${file} now`,
  ]);
});

test("that a full disk does not take is kept up to a bound, and ends there", () => {
  const { record, told } = begun("/dev/full");
  const line = `${"x".repeat(MiB)}\n`;
  record.write(line);
  const fault = "cannot write the record to /dev/full: no space left on device";
  expect(record.fault).toBe(fault);
  let lines = 1;
  for (; !record.hasEnded && lines < 100; lines++) record.write(line);
  expect(lines).toBe(16);
  record.write(line);
  const end = `the record takes no more lines: ${fault}`;
  expect(record.fault).toBe(end);
  record.close();
  expect(told).toEqual([
    `error record: ${fault}; vifplugd tries again`,
    `error record: ${end}; start vifplugd anew for another one`,
  ]);
});

test("that reaches the bound before it can be had takes no more, and has all until there as soon as it can be", async () => {
  using folder = new Folder();
  const file = folder.file("later/record");
  const { record, told } = begun(file);
  const line = `${"x".repeat(MiB - 1)}\n`;
  for (let lines = 0; !record.hasEnded && lines < 100; lines++) record.write(line);
  expect(told.at(-1)).toMatch(
    /^error record: the record takes no more lines: cannot write the record to .*: no such file or directory/,
  );
  mkdirSync(dirname(file));
  while (!existsSync(file) || statSync(file).size < 16 * MiB) await sleep(20);
  expect(record.hasEnded).toBe(true);
  record.close();
  expect(statSync(file).size).toBe(16 * MiB);
});

test("whose reader is late has its tail, when it is waited for", async () => {
  using folder = new Folder();
  const file = folder.file("pipe");
  Bun.spawnSync(["mkfifo", file]);
  const hold = openSync(file, constants.O_RDWR);
  const { record } = begun(file);
  const total = 2000;
  for (let line = 0; line < total; line++) record.write(`${String(line).padEnd(499)}\n`);
  // Nobody has read anything, and the pipe takes no more.
  await record.drained(10);
  const reader = Bun.spawn(["head", "-n", `${total}`, file], { stdout: "pipe" });
  await record.drained(30_000);
  record.close();
  const read = (await new Response(reader.stdout).text()).trimEnd().split("\n");
  closeSync(hold);
  expect(read.map(Number)).toEqual(Array.from({ length: total }, (_, line) => line));
});

test("whose reader was gone for some lines takes none after the gap", async () => {
  using folder = new Folder();
  const file = folder.file("pipe");
  Bun.spawnSync(["mkfifo", file]);
  const reader = openSync(file, constants.O_RDWR);
  const { record } = begun(file);
  for (let line = 0; line < 2000; line++) record.write(`${String(line).padEnd(499)}\n`);
  closeSync(reader);
  // The lines that were kept are given up.
  await record.drained(30_000);
  const next = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  record.write("after the gap\n");
  expect(record.hasEnded).toBe(true);
  const left = Buffer.alloc(MiB);
  expect(left.toString("latin1", 0, readSync(next, left))).not.toContain("after the gap");
  expect(() => readSync(next, left)).toThrow("EAGAIN");
  closeSync(next);
  record.close();
});

test("whose reader is gone ends there, says so once, and the daemon goes on", () => {
  using folder = new Folder();
  const file = folder.file("pipe");
  Bun.spawnSync(["mkfifo", file]);
  const reader = openSync(file, constants.O_RDWR);
  const { record, told } = begun(file);
  record.write("{}\n");
  closeSync(reader);
  for (let line = 0; line < 3; line++) record.write("{}\n");
  record.close();
  expect(told).toEqual([
    expect.stringMatching(
      /^error record: the record takes no more lines: .*broken pipe; start vifplugd anew/,
    ),
  ]);
});

test("that somebody removes says so", () => {
  using folder = new Folder();
  const file = folder.file("record");
  const { record } = begun(file);
  expect(record.fault).toBeNull();
  rmSync(file);
  expect(record.fault).toContain("has been removed");
  record.close();
});
