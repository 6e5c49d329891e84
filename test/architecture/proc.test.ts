/**
 * The service sees of /proc its own process alone (ProcSubset=pid in config/vifplugd.service): anything else looks as if it were
 * not there, and only there.
 */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

/** Read by commands on a terminal, and not by the daemon. */
const COMMANDS = ["cli/representor-record.ts"];

test("the daemon reads nothing in /proc but what is of its own process", () => {
  expect(readFileSync(join(ROOT, "config/vifplugd.service"), "utf8")).toContain("\nProcSubset=pid\n");
  const files = [...new Bun.Glob("**/*.ts").scanSync(join(ROOT, "src"))].filter(
    (file) => !COMMANDS.includes(file),
  );
  const paths = files.flatMap((file) => {
    const text = readFileSync(join(ROOT, "src", file), "utf8");
    return Array.from(text.matchAll(/["`]\/?proc\/[^"`]*/g), ([path]) => `${file}: ${path}`);
  });
  expect(paths).not.toBeEmpty();
  expect(paths.filter((path) => !/["`]\/?proc\/self\//.test(path))).toEqual([]);
});
