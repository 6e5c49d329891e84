/** Whether somebody can still read what is written to a descriptor, asked of real descriptors. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isReaderGone, openPoll, POLLOUT } from "../../src/system/poll.ts";

const poll = openPoll();
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vifplugd-poll-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The two ends of a pipe; a write without room does not wait. */
function makePipe() {
  const path = join(folder, "pipe");
  Bun.spawnSync(["mkfifo", path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

test("the reader of a pipe has gone when its last descriptor is closed, whether it has read everything or not", () => {
  const { reader, writer } = makePipe();
  expect(isReaderGone(poll, writer)).toBe(false);
  writeSync(writer, "one\ntwo\n");
  readSync(reader, Buffer.alloc(4));
  expect(isReaderGone(poll, writer)).toBe(false);
  closeSync(reader);
  expect(isReaderGone(poll, writer)).toBe(true);
  closeSync(writer);
});

test("the reader of a full pipe is slow, and has not gone", () => {
  const { reader, writer } = makePipe();
  expect(poll(writer, POLLOUT)).toBe(POLLOUT);
  expect(() => {
    for (;;) writeSync(writer, Buffer.alloc(4096));
  }).toThrow("EAGAIN");
  expect(poll(writer, POLLOUT)).toBe(0);
  expect(isReaderGone(poll, writer)).toBe(false);
  closeSync(reader);
  closeSync(writer);
});

test("a file and a device always have a reader", () => {
  for (const path of [join(folder, "file"), "/dev/null"]) {
    const fd = openSync(path, "w");
    expect(isReaderGone(poll, fd)).toBe(false);
    closeSync(fd);
  }
});
