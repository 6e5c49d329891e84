// The pid file: says who the daemon of a run directory is, and keeps a second one out (docs/rules.md).
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PidFile, pidFilePath } from "../../src/daemon/pid-file.ts";
import { Log } from "../../src/log/log.ts";

let runDir = "";
const claimed: PidFile[] = [];

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), "vifplugd-pid-"));
});
afterEach(() => {
  for (const file of claimed.splice(0)) file.remove();
  rmSync(runDir, { recursive: true, force: true });
});

function claim(dir = runDir): PidFile {
  const result = PidFile.claim(dir);
  if (!result.ok) throw new Error(result.error);
  claimed.push(result.value);
  return result.value;
}

/** The files that this process has open; what other tests leave to be closed comes and goes. */
function openFiles(): readonly string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return [];
    }
  });
}

/** Those in the run directory. */
function ourOpenFiles(): readonly string[] {
  return openFiles().filter((file) => file.startsWith(runDir));
}

/** Another process that claims the pid file, tells what came of it, and lives until its input ends. */
async function otherProcess() {
  const module = join(import.meta.dir, "../../src/daemon/pid-file.ts");
  const script = `
    const { PidFile } = await import(${JSON.stringify(module)});
    const result = PidFile.claim(process.argv[1]);
    console.log(JSON.stringify({ pid: process.pid, error: result.ok ? null : result.error }));
    await Bun.stdin.text();
  `;
  const child = Bun.spawn([process.execPath, "-e", script, runDir], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const told: unknown = JSON.parse(new TextDecoder().decode(value));
  return {
    told,
    pid: child.pid,
    async end() {
      child.stdin.end();
      await child.exited;
    },
  };
}

test("holds our pid on a line, and is gone when it is removed", () => {
  const file = claim();
  expect(file.path).toBe(pidFilePath(runDir));
  // A copy of the content is made by another process: opening the file here would drop the lock.
  const read = Bun.spawnSync(["cat", file.path]);
  expect(read.stdout.toString()).toBe(`${process.pid}\n`);
  file.remove();
  claimed.length = 0;
  expect(existsSync(file.path)).toBe(false);
  expect(ourOpenFiles()).toStrictEqual([]);
});

test("is said to be there", () => {
  const { status, path } = claim();
  expect(status).toEqual({ kind: "pid-file", path, state: "ready", error: null });
});

test("makes the run directory", () => {
  const dir = join(runDir, "deep", "er");
  expect(claim(dir).path).toBe(join(dir, "vifplugd.pid"));
});

describe("a second daemon", () => {
  test("is refused while the first one lives, and told its pid", async () => {
    const other = await otherProcess();
    expect(other.told).toEqual({ pid: other.pid, error: null });
    const refused = PidFile.claim(runDir);
    expect(refused.ok).toBe(false);
    expect(!refused.ok && refused.error).toStartWith(`another vifplugd runs with pid ${other.pid} (`);
    await other.end();
    claim();
  });

  test("that is refused costs no descriptor, however often it tries", async () => {
    const other = await otherProcess();
    for (let count = 0; count < 20; count++) expect(PidFile.claim(runDir)).toMatchObject({ ok: false });
    expect(ourOpenFiles()).toStrictEqual([]);
    await other.end();
  });

  test("is refused in another process as well", async () => {
    claim();
    const other = await otherProcess();
    expect(other.told).toMatchObject({ error: expect.stringContaining(`pid ${process.pid}`) });
    await other.end();
  });
});

test.each(["", "not a pid\n", "1\n", "999999999\n"])("a leftover that says %j is taken over", (content) => {
  writeFileSync(pidFilePath(runDir), content);
  claim();
  expect(Bun.spawnSync(["cat", pidFilePath(runDir)]).stdout.toString()).toBe(`${process.pid}\n`);
});

test("the control socket of a dead process goes with its pid file, and no other", () => {
  const [dead, other] = [join(runDir, "vifplugd.999999999.ctl"), join(runDir, "vifplugd.7.ctl")];
  for (const path of [dead, other]) writeFileSync(path, "");
  writeFileSync(pidFilePath(runDir), "999999999\n");
  claim();
  expect([existsSync(dead), existsSync(other)]).toEqual([false, true]);
});

test.each([
  ["our own process", `${process.pid}`],
  ["no process", "0"],
  ["a group of processes", "-7"],
  ["nothing at all", "NaN"],
])("where the pid file names %s, no control socket goes", (_, named) => {
  const socket = join(runDir, `vifplugd.${named}.ctl`);
  writeFileSync(socket, "");
  writeFileSync(pidFilePath(runDir), `${named}\n`);
  claim();
  expect(existsSync(socket)).toBe(true);
});

test("a run directory that cannot be one is an error that names the file", () => {
  const file = join(runDir, "file");
  writeFileSync(file, "");
  const refused = PidFile.claim(file);
  expect(refused).toMatchObject({ ok: false, error: expect.stringContaining(join(file, "vifplugd.pid")) });
  expect(readFileSync(file, "utf8")).toBe("");
});

test.each([
  ["a leftover's socket that cannot be removed", () => mkdirSync(join(runDir, "vifplugd.999999999.ctl"))],
])("%s costs no descriptor, however often it is tried", (_, harm) => {
  harm();
  writeFileSync(pidFilePath(runDir), "999999999\n");
  for (let count = 0; count < 20; count++) expect(PidFile.claim(runDir)).toMatchObject({ ok: false });
  expect(ourOpenFiles()).toStrictEqual([]);
});

test("a file in the place of the folder is left alone at the end", () => {
  const dir = join(runDir, "deep");
  const file = claim(dir);
  rmSync(dir, { recursive: true });
  writeFileSync(dir, "theirs");
  file.remove();
  claimed.length = 0;
  expect(readFileSync(dir, "utf8")).toBe("theirs");
});

describe("while it is kept,", () => {
  /** A log of its own for each test, because a log says the same only so often. */
  function logInto(lines: string[]) {
    const write = (line: string) => void lines.push(line);
    return new Log({ level: "info", format: "text", write }).module("daemon");
  }
  const content = () => Bun.spawnSync(["cat", pidFilePath(runDir)]).stdout.toString();

  async function claimedAnew(file: PidFile): Promise<void> {
    while (content() !== `${process.pid}\n` || file.status.error !== null) await Bun.sleep(50);
  }

  const HARM: Readonly<Record<string, () => void>> = {
    "a file that somebody removes": () => rmSync(pidFilePath(runDir)),
    "one that somebody empties": () => void Bun.spawnSync(["truncate", "-s", "0", pidFilePath(runDir)]),
    "one in whose place somebody puts another": () => {
      rmSync(pidFilePath(runDir));
      Bun.spawnSync(["cp", "/dev/null", pidFilePath(runDir)]);
    },
    "one whose folder somebody removes": () => rmSync(runDir, { recursive: true }),
  };
  test.each(Object.keys(HARM))(
    "%s is claimed anew",
    async (name) => {
      const file = claim();
      const lines: string[] = [];
      file.keep(logInto(lines), 50);
      HARM[name]?.();
      await claimedAnew(file);
      expect(ourOpenFiles()).toEqual([file.path]);
      expect(lines).toEqual([
        expect.stringContaining(`warn daemon: the pid file ${file.path} was gone, and has been made anew`),
      ]);
      const other = await otherProcess();
      expect(other.told).toMatchObject({ error: expect.stringContaining(`pid ${process.pid}`) });
      await other.end();
    },
    120_000,
  );

  test("one that another daemon has claimed meanwhile is left to that, and said", async () => {
    const file = claim();
    rmSync(file.path);
    const other = await otherProcess();
    expect(other.told).toEqual({ pid: other.pid, error: null });
    const lines: string[] = [];
    file.keep(logInto(lines), 50);
    while (file.status.error === null) await Bun.sleep(50);
    expect(file.status).toMatchObject({
      kind: "pid-file",
      state: "failed",
      error: expect.stringContaining(`another vifplugd runs with pid ${other.pid}`),
    });
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`error daemon: another vifplugd runs with pid ${other.pid} .*; vifplugd tries again\n$`),
      ),
    ]);
    file.remove();
    claimed.length = 0;
    expect(content()).toBe(`${other.pid}\n`);
    await other.end();
  });
});
