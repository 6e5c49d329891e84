/**
 * Files that somebody put where the daemon, as root, is about to write one: nothing is written through a link of
 * others, and what an operator names on purpose works all the same.
 */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/chassis/program.ts";
import { Folder } from "../binary/support/vifplugd.ts";

const SECRET = "root's own\n";
/** A user who is not root; that it has a name does not matter. */
const NOBODY = 65534;

let folder: Folder;
let runDir = "";
let config = "";
let victim = "";

beforeEach(async () => {
  folder = await Folder.make();
  chmodSync(folder.path, 0o755);
  runDir = join(folder.path, "run");
  mkdirSync(runDir);
  victim = join(folder.path, "victim");
  writeFileSync(victim, SECRET, { mode: 0o600 });
  config = await folder.write(
    "vifplugd.yaml",
    JSON.stringify({ run_dir: runDir, ovs: { remote: `unix:${folder.path}/none` } }),
  );
});
afterEach(() => folder[Symbol.asyncDispose]());

/** Runs the daemon until it works, and ends it; its log. */
async function runOnce(...args: readonly string[]): Promise<readonly string[]> {
  const daemon = folder.start("run", "--config", config, ...args);
  await Promise.race([daemon.waitLog(/Open_vSwitch: not connected/), daemon.exited]);
  await daemon.stop();
  return daemon.lines;
}

const pidFile = () => join(runDir, "vifplugd.pid");

describe("a pid file that", () => {
  test.each<[string, () => void, RegExp]>([
    ["is a symbolic link", () => symlinkSync(victim, pidFile()), /symbolic link/],
    [
      "is a symbolic link to nothing",
      () => symlinkSync(join(folder.path, "made"), pidFile()),
      /symbolic link/,
    ],
    ["is a hard link", () => linkSync(victim, pidFile()), /hard link/],
    ["is a folder", () => mkdirSync(pidFile()), /EISDIR|directory/],
    ["is a device", () => symlinkSync("/dev/full", pidFile()), /symbolic link/],
    [
      "belongs to somebody else",
      () => {
        writeFileSync(pidFile(), "1\n");
        chownSync(pidFile(), NOBODY, NOBODY);
      },
      /belongs to user 65534/,
    ],
  ])("%s is not written, and the daemon does not start", async (_, put, why) => {
    put();
    const { code, stderr } = await folder.run("run", "--config", config);
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
    expect(stderr).toContain(pidFile());
    expect(readFileSync(victim, "utf8")).toBe(SECRET);
    expect(existsSync(join(folder.path, "made"))).toBe(false);
  });

  test("is a pipe keeps neither the daemon nor who asks it waiting", async () => {
    await run(["mkfifo", pidFile()], { PATH: process.env.PATH ?? "" });
    expect(await folder.run("status", "--config", config)).toMatchObject({ code: 1, stdout: "" });
    expect(await folder.run("run", "--config", config)).toMatchObject({ code: 1 });
  });

  test("a daemon left behind is taken over", async () => {
    writeFileSync(pidFile(), "999999\n");
    expect((await runOnce()).join("\n")).toContain("Open_vSwitch: not connected");
  });
});

test("a link in the place of the control socket is replaced, and leads nowhere", async () => {
  const daemon = folder.start("run", "--config", config);
  await daemon.waitLog(/Open_vSwitch: not connected/);
  const socket = join(runDir, `vifplugd.${daemon.pid}.ctl`);
  expect(lstatSync(socket).isSocket()).toBe(true);
  expect(lstatSync(socket).mode & 0o777).toBe(0o600);
  await daemon.stop();
});

describe("a record that an operator named", () => {
  test.each([0o777, 0o1777, 0o775])(
    "in a folder of mode %o is not written through a link of somebody else",
    async (mode) => {
      const shared = join(folder.path, "shared");
      mkdirSync(shared);
      chmodSync(shared, mode);
      const symbolic = join(shared, "symbolic");
      symlinkSync(victim, symbolic);
      expect((await runOnce("--record", symbolic)).join("\n")).toContain(
        `error record: cannot write the record to ${symbolic}: ${symbolic}: it is a symbolic link`,
      );
      expect(readFileSync(victim, "utf8")).toBe(SECRET);
      // A record that is there is kept beside the new one, and so is what somebody linked there.
      const hard = join(shared, "hard");
      linkSync(victim, hard);
      await runOnce("--record", hard);
      expect(readFileSync(victim, "utf8")).toBe(SECRET);
      expect(readFileSync(hard, "utf8")).toContain('"record":');
      const plain = join(shared, "plain");
      await runOnce("--record", plain);
      expect(readFileSync(plain, "utf8")).toContain('"record":');
    },
  );

  test("below a folder that others can replace is not written through a link", async () => {
    const open = join(folder.path, "open");
    mkdirSync(join(open, "own"), { recursive: true });
    chmodSync(open, 0o777);
    symlinkSync(victim, join(open, "own/record"));
    expect((await runOnce("--record", join(open, "own/record"))).join("\n")).toContain("symbolic link");
    expect(readFileSync(victim, "utf8")).toBe(SECRET);
  });

  test("in a folder of root's alone may be a link, and the record before it is kept beside what it leads to", async () => {
    const real = join(folder.path, "real");
    const link = join(folder.path, "link");
    writeFileSync(real, "the record before\n");
    symlinkSync(real, link);
    await runOnce("--record", link);
    expect(readFileSync(`${real}.1`, "utf8")).toBe("the record before\n");
    expect(readFileSync(real, "utf8")).toContain('"record":');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test("may be a device, and a pipe that somebody reads", async () => {
    expect((await runOnce("--record", "/dev/null")).join("\n")).not.toContain("record");
    const pipe = join(folder.path, "pipe");
    await run(["mkfifo", pipe], { PATH: process.env.PATH ?? "" });
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    await runOnce("--record", pipe);
    const read = Buffer.alloc(1 << 16);
    expect(read.toString("utf8", 0, readSync(reader, read))).toContain('"record":');
    closeSync(reader);
  });

  test("that is a pipe which nobody reads keeps nobody waiting", async () => {
    const pipe = join(folder.path, "pipe");
    await run(["mkfifo", pipe], { PATH: process.env.PATH ?? "" });
    expect((await runOnce("--record", pipe)).join("\n")).toContain("a pipe that nobody reads");
  });
});
