/** The OpenRC script without OpenRC: what its functions do to whoever starts the service. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const SCRIPT = join(root, "config/vifplugd.openrc");

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-openrc-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

/** Calls `start_pre` with a shell script in the place of the executable. */
async function startPre(executable: string, env: Readonly<Record<string, string>> = {}) {
  const command = join(dir, "vifplugd");
  await Bun.write(command, `#!/bin/sh\n${executable}\n`);
  await chmod(command, 0o755);
  const script = '. "$1"; checkpath() { :; }; command=$2; start_pre';
  const child = Bun.spawn(["sh", "-c", script, "sh", SCRIPT, command], {
    env: { PATH: process.env.PATH ?? "/usr/bin:/bin", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, code };
}

test("a start with a configuration that is not valid fails, and says why where errors go", async () => {
  const configuration = join(dir, "bad.yaml");
  await Bun.write(configuration, "chasis: hv1\n");
  const { stdout, stderr, code } = await startPre(
    `exec ${process.execPath} ${join(root, "src/main.ts")} "$@" --config ${configuration}`,
  );
  expect(code).toBe(78);
  expect(stderr).toStartWith(`${configuration}:1:1: chasis: `);
  expect(stdout).toBe("");
});

test("the executable is started without the variables that the unit of systemd unsets, too", async () => {
  const unit = await Bun.file(join(root, "config/vifplugd.service")).text();
  const names = Array.from(unit.matchAll(/^UnsetEnvironment=(.*)$/gm), ([, list = ""]) => list.split(" "));
  const variables = names.flat();
  expect(variables).toContain("BUN_OPTIONS");
  const { stderr, code } = await startPre(
    "env >&2",
    Object.fromEntries(variables.map((name) => [name, "set"])),
  );
  expect(code).toBe(0);
  expect(variables.filter((name) => stderr.includes(`${name}=`))).toEqual([]);
});
