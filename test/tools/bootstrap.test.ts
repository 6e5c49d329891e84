/** What makes a fresh checkout able to build and check itself: the npm part, with nothing else installed. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scripts } from "../../package.json" with { type: "json" };

const root = join(import.meta.dir, "../..");

let checkout = "";
let bin = "";
beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), "vifplugd-bootstrap-"));
  bin = join(checkout, "bin");
  for (const folder of [bin, join(checkout, "tools")]) await mkdir(folder);
  await cp(join(root, "tools/bootstrap.sh"), join(checkout, "tools/bootstrap.sh"));
  await Bun.write(join(checkout, "package-lock.json"), "{}");
  // A machine with Node.js and npm, and without Open vSwitch; its npm installs a bun that says its name.
  for (const name of ["sh", "dirname", "find", "flock", "node", "mkdir", "chmod", "id", "cat"]) {
    await symlink(Bun.which(name) ?? name, join(bin, name));
  }
  const npm = join(bin, "npm");
  await Bun.write(
    npm,
    `#!/bin/sh
echo "npm $1"
mkdir -p node_modules/.bin
echo '#!/bin/sh
echo this is bun' >node_modules/.bin/bun
chmod 755 node_modules/.bin/bun
echo '{}' >node_modules/.package-lock.json
`,
  );
  await chmod(npm, 0o755);
});
afterAll(() => rm(checkout, { recursive: true }));

function bootstrap(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["sh", "tools/bootstrap.sh", ...args], {
    cwd: checkout,
    env: { PATH: bin },
  });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

test("--npm-only installs the npm dependencies once, and asks for no Open vSwitch", async () => {
  const first = bootstrap("--npm-only", "bun");
  expect(first).toMatchObject({ exitCode: 0, stdout: "this is bun\n" });
  expect(first.stderr).toContain("npm ci");
  expect(bootstrap("--npm-only", "bun")).toEqual({ exitCode: 0, stdout: "this is bun\n", stderr: "" });
  expect(await readdir(checkout)).toContain("node_modules");
});

test("without it, a machine that lacks Open vSwitch is told so", () => {
  const { exitCode, stderr } = bootstrap("bun");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("install Open vSwitch and OVN");
});

test.each(["build", "check", "generate", "format"] as const)(
  "npm run %s works in a fresh checkout",
  (name) => {
    expect(scripts[name]).toStartWith("sh tools/bootstrap.sh --npm-only ");
  },
);
