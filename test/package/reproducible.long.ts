/**
 * The same commit gives the same packages: from the repository, and from the archive of its sources in another folder.
 * This takes minutes, and is part of `npm run test:package`.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import manifest from "../../package.json";
import { run } from "../../tools/package/inputs.ts";

const root = join(import.meta.dir, "../..");
/** One with everything that is made for a target, and one of another machine and libc. */
const asked = ["--target", "linux-x64", "--target", "linux-arm64-musl", "--level", "1"];

let dir = "";
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "vifplugd-reproducible-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

async function packageIn(folder: string, out: string): Promise<string> {
  await run([process.execPath, "run", "tools/package/main.ts", ...asked, "--out", out], folder);
  return Bun.file(join(out, "SHA256SUMS")).text();
}

test("two builds in two folders are the same bytes", async () => {
  const first = await packageIn(root, join(dir, "first"));
  const made = await readdir(join(dir, "first"));
  for (const kind of [".deb", ".rpm", "-source.tar.zst", "-linux-arm64-musl.tar.zst", ".cdx.json"]) {
    expect(made.filter((name) => name.endsWith(kind))).not.toEqual([]);
  }
  const parent = join(dir, "a/folder of another name");
  await mkdir(parent, { recursive: true });
  const source = `vifplugd-${manifest.version}-source`;
  await run(["tar", "--zstd", "-xf", join(dir, "first", `${source}.tar.zst`)], parent);
  const elsewhere = join(parent, source);
  // What npm installs, and what was fetched before; the packages are made from the latter, checked.
  await symlink(join(root, "node_modules"), join(elsewhere, "node_modules"));
  await mkdir(dirname(join(elsewhere, ".cache/npm")), { recursive: true });
  await symlink(join(root, ".cache/npm"), join(elsewhere, ".cache/npm"));
  const veth = "examples/provider-linked/veth.ts";
  await run([process.execPath, "run", "build.ts", "--provider", veth], elsewhere);
  expect(await run([join(elsewhere, "dist/vifplugd"), "providers"], elsewhere)).toContain("veth: ");
  const second = await packageIn(elsewhere, join(dir, "second"));
  expect(second).toBe(first);
  expect(first.trimEnd().split("\n")).toHaveLength(made.length - 1);
}, 600_000);
