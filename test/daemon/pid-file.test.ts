// The pid file: says who the daemon of a run directory is, and keeps a second one out (docs/rules.md).
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimPidFile, type PidFile, pidFilePath } from "../../src/daemon/pid-file.ts";

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
  const result = claimPidFile(dir);
  if (!result.ok) throw new Error(result.error);
  claimed.push(result.value);
  return result.value;
}

/** Another process that claims the pid file, tells what came of it, and lives until its input ends. */
async function otherProcess() {
  const module = join(import.meta.dir, "../../src/daemon/pid-file.ts");
  const script = `
    const { claimPidFile } = await import(${JSON.stringify(module)});
    const result = claimPidFile(process.argv[1]);
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
});

test("makes the run directory", () => {
  const dir = join(runDir, "deep", "er");
  expect(claim(dir).path).toBe(join(dir, "vifplugd.pid"));
});

describe("a second daemon", () => {
  test("is refused while the first one lives, and told its pid", async () => {
    const other = await otherProcess();
    expect(other.told).toEqual({ pid: other.pid, error: null });
    const refused = claimPidFile(runDir);
    expect(refused.ok).toBe(false);
    expect(!refused.ok && refused.error).toContain(`pid ${other.pid}`);
    await other.end();
    claim();
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

test("a run directory that cannot be one is an error that names the file", () => {
  const file = join(runDir, "file");
  writeFileSync(file, "");
  const refused = claimPidFile(file);
  expect(refused).toMatchObject({ ok: false, error: expect.stringContaining(join(file, "vifplugd.pid")) });
  expect(readFileSync(file, "utf8")).toBe("");
});
