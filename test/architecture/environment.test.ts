// Time, timers, chance and connections are handed in: what is decided and done can then be played again with others.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = join(import.meta.dir, "../../src");

const ROOMS = [
  ...["daemon/**/*.ts", "graph/**/*.ts", "plug/**/*.ts", "record/**/*.ts", "providers/registry.ts"],
  // The process of a provider's command, and its pipes, are real.
  "providers/command/{changes,command,outbox,question-table,questions,supervisor}.ts",
];

const ASKS =
  /\b(?:Date\.now|new Date\(\)|performance\b|(?:set|clear)(?:Timeout|Interval|Immediate)|Math\.random|crypto\b|queueMicrotask|process\.(?:nextTick|hrtime|uptime)|Bun\.(?:sleep|nanoseconds|connect|listen|serve|spawn|randomUUID)\w*|fetch\(|WebSocket\b)|"node:(?:net|tls|http|https|dgram|timers|timers\/promises|perf_hooks|crypto|child_process)"/;

/** The code without comments, so that these may speak of what the code must not ask. */
function codeOf(file: string): readonly string[] {
  const text = readFileSync(join(SOURCE, file), "utf8");
  return text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => comment.replaceAll(/[^\n]/g, ""))
    .split("\n");
}

function askedIn(file: string): readonly string[] {
  return codeOf(file).flatMap((line, at) => (ASKS.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : []));
}

test("no file asks globals for time, timers, chance or connections", () => {
  const files = ROOMS.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: SOURCE })]);
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap(askedIn)).toEqual([]);
});

test("a file that does is found", () => {
  expect(askedIn("ovsdb-jsonrpc/wire/real/environment.ts").length).toBeGreaterThan(3);
});
