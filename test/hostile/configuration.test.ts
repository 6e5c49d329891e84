/** Whatever the file of the configuration is, reading it ends with its errors, and neither stops nor blocks the daemon. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { askDaemon } from "../../src/control/client.ts";
import { run } from "../../tools/chassis/program.ts";
import { Folder } from "../binary/support/vifplugd.ts";

let folder: Folder;
let runDir = "";
beforeEach(async () => {
  folder = await Folder.make();
  runDir = join(folder.path, "run");
  mkdirSync(runDir);
});
afterEach(() => folder[Symbol.asyncDispose]());

const aliases = (levels: number) =>
  Array.from({ length: levels }, (_, level) => {
    const items =
      level === 0 ? "x, x, x, x, x" : Array.from({ length: 5 }, () => `*a${level - 1}`).join(", ");
    return `a${level}: &a${level} [${items}]\n`;
  }).join("");

const WEAPONS: Readonly<Record<string, string>> = {
  "an alias of what it stands in": "providers: &p [ *p ]\n",
  "a mapping in itself": "ovs: &o { bridge: *o }\n",
  "60,000 unknown keys": Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join(""),
  "4,000 unknown keys": Array.from({ length: 4000 }, (_, index) => `k${index}: 1\n`).join(""),
  "200,000 aliases": `a: &a 1\nb: [${"*a,".repeat(200_000)}]\n`,
  "aliases of aliases": aliases(12),
  "aliases of aliases in options": `providers:\n  - type: dummy\n${aliases(12).replaceAll(/^/gm, "    ")}`,
  "13,000 aliases": `a: &a {b: 1}\nc: [${"*a,".repeat(13_000)}]\n`,
  "5,000 keys that merge": `a: &a {b: 1}\nc: {${"<<: *a,".repeat(5000)}}\n`,
  "keys that are no texts": "? {a: 1}\n: 2\n? [b]\n: 3\n",
  "a quarter of a megabyte of words": "a ".repeat(128_000),
  "brackets within brackets": `${"[".repeat(5000)}${"]".repeat(5000)}`,
  "lists within lists on a line": `${"- ".repeat(20_000)}a\n`,
  "mappings within mappings on a line": `${"? ".repeat(20_000)}a\n`,
  "brackets after as many that close none": `${"]".repeat(5000)}${"[".repeat(5000)}`,
  "blocks within blocks": Array.from({ length: 500 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
  "50,000 providers": `providers:\n${"  - {type: dummy}\n".repeat(50_000)}`,
  "one key 60,000 times": "a: 1\n".repeat(60_000),
  "a key of a megabyte": `${"x".repeat(1 << 20)}: 1\n`,
  "100 MB": "# \n".repeat(35_000_000),
  "no text": "\xff\xfe\0".repeat(1000),
};

describe("check ends, with errors, for", () => {
  test.each(Object.keys(WEAPONS))("%s", async (name) => {
    const file = await folder.write("weapon.yaml", WEAPONS[name] ?? "");
    const { code, stdout, stderr } = await folder.run("check", "--config", file);
    expect({ code, stderr }).toEqual({ code: 78, stderr: "" });
    expect(stdout).toMatch(/^\S+weapon\.yaml:\d+:\d+: /);
    expect(stdout).not.toContain("RangeError");
    expect(Buffer.byteLength(stdout)).toBeLessThan(200_000);
  });

  test("a folder, a device without end, and a pipe that nobody writes to", async () => {
    const pipe = join(folder.path, "pipe");
    await run(["mkfifo", pipe], { PATH: process.env.PATH ?? "" });
    for (const file of [folder.path, "/dev/zero", pipe]) {
      const { code, stdout } = await folder.run("check", "--config", file);
      expect({ code, stdout }).toEqual({
        code: 78,
        stdout: expect.stringMatching(/^\S+:1:1: cannot read the configuration: /),
      });
    }
  });
});

test("SIGHUP survives each of them, and is answered", async () => {
  const good = JSON.stringify({ run_dir: runDir, ovs: { remote: `unix:${folder.path}/none` } });
  const config = await folder.write("vifplugd.yaml", good);
  const daemon = folder.start("run", "--config", config);
  await daemon.waitLog(/Open_vSwitch: not connected/);
  for (const text of Object.values(WEAPONS)) {
    const from = daemon.lines.length;
    await Bun.write(config, text);
    daemon.kill("SIGHUP");
    await daemon.waitLog(
      /SIGHUP: the configuration is not valid; the old configuration stays in force/,
      60_000,
      from,
    );
  }
  await Bun.write(config, good);
  const from = daemon.lines.length;
  daemon.kill("SIGHUP");
  await daemon.waitLog(/SIGHUP: the configuration is read anew/, 20_000, from);
  expect(await askDaemon(runDir, "version", [])).toMatchObject({ ok: true });
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});
