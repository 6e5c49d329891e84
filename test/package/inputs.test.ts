/** The inputs of a build: nothing that the lock file does not pin ends up in an executable. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveOf, run, unpack } from "../../tools/package/inputs.ts";
import { inputs, libraries, type NpmPackage, ownPackages, pinned } from "../../tools/package/lock-file.ts";
import { targets } from "../../tools/package/targets.ts";

let cache = "";
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "vifplugd-inputs-"));
});
afterAll(async () => {
  await rm(cache, { recursive: true });
});

/** An archive in the cache as npm makes them, and what a lock file says of it. */
async function archived(name: string): Promise<NpmPackage> {
  const input = { name, version: "1.0.0", license: "MIT", integrity: "" };
  await mkdir(join(cache, "package"), { recursive: true });
  await Bun.write(join(cache, "package/index.js"), "export {};\n");
  await run(["tar", "-czf", archiveOf(input), "package"], cache);
  const hash = new Bun.CryptoHasher("sha512").update(await Bun.file(join(cache, archiveOf(input))).bytes());
  return { ...input, integrity: `sha512-${hash.digest("base64")}` };
}

test("an archive that is what the lock file pins is unpacked", async () => {
  const input = await archived("@some/intact");
  await unpack(input, join(cache, "intact"), cache);
  expect(await Bun.file(join(cache, "intact/index.js")).text()).toBe("export {};\n");
});

test("one with another byte in it is refused, and nothing of it unpacked", async () => {
  const input = await archived("changed");
  const path = join(cache, archiveOf(input));
  const bytes = await Bun.file(path).bytes();
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) ^ 1;
  await Bun.write(path, bytes);
  await expect(unpack(input, join(cache, "changed"), cache)).rejects.toThrow(
    /expected sha512-.* package-lock\.json/,
  );
  expect(await Bun.file(join(cache, "changed/index.js")).exists()).toBe(false);
});

test("one that was not fetched names the command that fetches it", async () => {
  const input = { name: "absent", version: "1.0.0", license: "MIT", integrity: "sha512-x" };
  await expect(unpack(input, join(cache, "absent"), cache)).rejects.toThrow("npm run fetch");
});

test("the runtime of every target is pinned, all in one version", () => {
  const runtimes = targets.map(({ runtime }) => pinned(runtime));
  expect(new Set(runtimes.map(({ version }) => version))).toEqual(new Set([Bun.version]));
});

test("the libraries are those that the program imports, wherever they are declared", async () => {
  const names = libraries().map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["valibot", "yaml"]));
  expect(inputs()).toHaveLength(names.length + targets.length);
  const imported = new Set<string>();
  const root = join(import.meta.dir, "../../src");
  for (const file of new Bun.Glob("**/*.ts").scanSync({ cwd: root })) {
    const text = await Bun.file(join(root, file)).text();
    for (const [, name = ""] of text.matchAll(/^(?:import|export) .*from "([a-z@][^":]*)"/gm))
      imported.add(name);
  }
  const foreign = [...imported].filter((name) => !ownPackages().includes(name) && !name.startsWith("bun"));
  expect(foreign).toEqual(expect.arrayContaining(["valibot", "yaml"]));
  expect(foreign.filter((name) => !names.includes(name))).toEqual([]);
});

test("what the lock file does not pin is an error", () => {
  expect(() => pinned("no-such-package")).toThrow("package-lock.json");
});
