/** Tools that are told something wrong say so in one line. */
import { expect, test } from "bun:test";
import { join } from "node:path";

const TOOLS = join(import.meta.dir, "../../tools");

test.each([
  ["simulate", ["--sed", "1"], "--sed"],
  ["simulate", ["--seed", "one"], "--seed one"],
  ["simulate", ["--seed", ""], "--seed"],
  ["simulate", ["--events", "1.5"], "--events 1.5"],
  ["simulate", ["--minutes", "-1"], "--minutes"],
  ["mutate", [], "name the files"],
  ["mutate", ["src/no-such-folder"], "src/no-such-folder: no such file or folder"],
  ["mutate", ["src/cli", "--jobs", "0"], "--jobs 0"],
  ["mutate", ["src/cli", "--goal", "most"], "--goal most"],
])("%s %p", (tool, args, said) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "run", join(TOOLS, tool, "main.ts"), ...args],
    { timeout: 60_000 },
  );
  const lines = stderr.toString().trimEnd().split("\n");
  expect([exitCode, stdout.toString(), lines.length]).toEqual([2, "", 1]);
  expect(lines[0]).toStartWith(`${tool}: `);
  expect(lines[0]).toContain(said);
});
