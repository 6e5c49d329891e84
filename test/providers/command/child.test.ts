// The process of a command, and what it leaves unread.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startChild } from "../../../src/providers/command/child.ts";

const CHILD = join(import.meta.dir, "../../../src/providers/command/child.ts");
const MiB = 1 << 20;

function child(argv: readonly string[]) {
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<string>();
  const started = startChild({
    argv,
    variables: process.env,
    onLine: () => 0,
    onStderr() {},
    onRoom() {},
    onEnd,
  });
  return { started, ended };
}

test("there is no room while a program has more than 8 MiB unread, and it is ended when that is 64 MiB", async () => {
  const { started, ended } = child(["sleep", "1000"]);
  const text = "x".repeat(MiB);
  let written = 0;
  for (; started.hasRoom && written < 20; written++) started.write(text);
  // What the system has room for counts as read.
  expect(written).toBeGreaterThanOrEqual(9);
  expect(written).toBeLessThanOrEqual(10);
  for (; written < 66; written++) started.write(text);
  expect(await ended).toMatch(/^it has left \d{8} bytes unread$/);
});

test("the last words on the standard error are heard, also without a line end", async () => {
  const heard: string[] = [];
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<string>();
  startChild({
    argv: ["sh", "-c", "printf 'first\\nno such NIC' >&2; exit 7"],
    variables: process.env,
    onLine: () => 0,
    onStderr: (line) => heard.push(line),
    onRoom() {},
    onEnd,
  });
  await ended;
  expect(heard).toEqual(["first", "no such NIC"]);
});

test("all of it arrives in its order, with room again when enough has been read, and then the end", async () => {
  const script = "sleep 0.1; head -c 1000000 >/dev/null; sleep 0.1; wc -c; exit 7";
  const heard: string[] = [];
  let room = 0;
  const { promise: ended, resolve: onEnd } = Promise.withResolvers<string>();
  const started = startChild({
    argv: ["sh", "-c", script],
    variables: process.env,
    onLine: (line) => {
      heard.push(line.trim());
      return 0;
    },
    onStderr() {},
    onRoom: () => room++,
    onEnd,
  });
  let bytes = 0;
  for (let index = 0; index < 20_000; index++) {
    const text = `${index} ${"ä".repeat(index % 1000)}\n`;
    bytes += Buffer.byteLength(text);
    started.write(text);
  }
  expect(started.hasRoom).toBe(false);
  started.end();
  expect(started.write("after the end")).toBe(false);
  expect(await ended).toBe("it exited with status 7");
  expect(room).toBe(1);
  // `head` reads more than it passes on.
  expect(Number(heard[0])).toBeLessThanOrEqual(bytes - 1_000_000);
  expect(Number(heard[0])).toBeGreaterThan(bytes - 1_100_000);
});

test("a program that cannot be started ends after it was begun, and takes nothing", async () => {
  const { started, ended } = child([""]);
  expect(started.write("x")).toBe(false);
  started.end();
  started.signal("SIGKILL");
  expect(await ended).toContain("it cannot be started");
});

test("a program that cannot be started because descriptors have run out ends, too, however many are left", async () => {
  const program = `
    import { closeSync, openSync } from "node:fs";
    import { startChild } from ${JSON.stringify(CHILD)};
    const taken = [];
    const start = () => new Promise((onEnd) => startChild({
      argv: ["true"], variables: process.env, onLine: () => 0, onStderr() {}, onRoom() {}, onEnd,
    }));
    await start();
    for (let left = 0; left < 4; left++) {
      try { for (;;) taken.push(openSync("/dev/null", "r")); } catch {}
      for (let count = 0; count < left; count++) closeSync(taken.pop());
      console.log(await start());
    }
    for (const descriptor of taken) closeSync(descriptor);
    console.log(await start());`;
  const { stdout } = Bun.spawn(["sh", "-c", 'ulimit -n 100; exec "$0" -e "$1"', process.execPath, program], {
    stdout: "pipe",
  });
  const ends = (await stdout.text()).trim().split("\n");
  expect(ends.pop()).toBe("it exited with status 0");
  expect(ends).toEqual(
    Array(4).fill(expect.stringMatching(/^it cannot be started: ".*": .*too many open files/)),
  );
});
