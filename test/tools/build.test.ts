/** The build: one executable, complete or absent, that ignores the directory it is started in. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, requested, verifyStarts, writeChecksums } from "../../build.ts";
import { version } from "../../package.json" with { type: "json" };
import { hostTarget } from "../../tools/package/targets.ts";

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-build-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function buildProgram(name: string, source: string): Promise<string> {
  const outDir = join(dir, name);
  const entry = join(dir, `${name}.ts`);
  await Bun.write(entry, source);
  return build({ entry, outDir });
}

test("the executable reads no configuration of the runtime from its working directory", async () => {
  const executable = await buildProgram(
    "ambient",
    `console.log(process.env["AMBIENT"] ?? "none", "PRELOADED" in globalThis);`,
  );
  const cwd = join(dir, "cwd");
  await mkdir(cwd);
  await Bun.write(join(cwd, ".env"), "AMBIENT=read\n");
  await Bun.write(join(cwd, "bunfig.toml"), `preload = ["./preload.ts"]\n`);
  await Bun.write(join(cwd, "preload.ts"), "Object.assign(globalThis, { PRELOADED: 1 });\n");
  const { stdout } = Bun.spawnSync([executable], { cwd });
  expect(stdout.toString()).toBe("none false\n");
});

test("a stack trace names the file and line of the source", async () => {
  const executable = await buildProgram("trace", `\nexport {};\nthrow new Error("on line three");\n`);
  const { exitCode, stderr } = Bun.spawnSync([executable]);
  expect(exitCode).toBe(1);
  expect(stderr.toString()).toMatch(/trace\.ts:3/);
});

test("a source that does not compile is an error and leaves nothing in the folder", async () => {
  const broken = buildProgram("broken", "const = 1;");
  await expect(broken).rejects.toBeInstanceOf(AggregateError);
  expect(await readdir(join(dir, "broken"))).toEqual([]);
});

test("an executable that does not name its version does not pass", async () => {
  const silent = await buildProgram("silent", "export {};");
  expect(() => verifyStarts(silent)).toThrow(`expected exit 0 and ${version}`);
  const named = await buildProgram("named", `console.log("vifplugd ${version}");`);
  expect(() => verifyStarts(named)).not.toThrow();
});

test("the checksums are what sha256sum checks", async () => {
  const executable = await buildProgram("sums", "export {};");
  await writeChecksums(join(dir, "sums"));
  const check = () =>
    Bun.spawnSync(["sha256sum", "--check", "SHA256SUMS"], { cwd: join(dir, "sums") }).exitCode;
  expect(check()).toBe(0);
  await Bun.write(executable, "another program");
  expect(check()).not.toBe(0);
});

test("targets are named with or without bun's prefix, and an unknown one lists the known", () => {
  const names = (...args: readonly string[]) => requested(args).targets.map((target) => target?.name);
  expect(names()).toEqual([undefined]);
  expect(names("--target", "bun-linux-arm64")).toEqual(["linux-arm64"]);
  expect(names("--target", "all")).toContain("linux-x64-musl");
  expect(() => names("--target", "linux-vax")).toThrow("expected one of linux-x64");
});

test("the executable says what it was made from, and for which machine", async () => {
  const entry = join(dir, "identity.ts");
  await Bun.write(entry, "console.log(BUILD_COMMIT, BUILD_TARGET);");
  const executable = await build({ entry, outDir: join(dir, "identity"), commit: "0123abc" });
  expect(Bun.spawnSync([executable]).stdout.toString()).toBe(`0123abc ${hostTarget().name}\n`);
});

test("a runtime of one's own is what the executable is made around", async () => {
  const entry = join(dir, "around.ts");
  await Bun.write(entry, `console.log("it runs");`);
  // What stands behind an executable's sections is part of the file, and of no consequence to it.
  const runtime = join(dir, "runtime");
  await Bun.write(runtime, new Blob([await Bun.file(process.execPath).bytes(), "a runtime of my own"]));
  await chmod(runtime, 0o755);
  const target = hostTarget();
  const executable = await build({ entry, outDir: join(dir, "around"), target, runtime });
  expect(Bun.spawnSync([executable]).stdout.toString()).toBe("it runs\n");
  expect(Buffer.from(await Bun.file(executable).bytes()).includes("a runtime of my own")).toBe(true);
});
