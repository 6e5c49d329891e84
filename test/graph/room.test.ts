// The engine is small, depends on nothing, and knows nothing of what its nodes are about.
import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const room = resolve(import.meta.dir, "../../src/graph");
const files = readdirSync(room, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

function importsOf(file: string): string[] {
  const source = readFileSync(join(room, file), "utf8");
  return [...source.matchAll(/ from "([^"]+)"/g)].map(([, from = ""]) => {
    return from.startsWith(".") ? relative(room, resolve(room, dirname(file), from)) : from;
  });
}

test("the files of the room are looked at, and what they import", () => {
  expect(files).toEqual(expect.arrayContaining(["engine.ts", "inspect/statistics.ts"]));
  expect(importsOf("engine.ts")).toContain("node.ts");
});

test("no file imports anything from outside the room but Node's own modules", () => {
  const outside = files.flatMap((file) =>
    importsOf(file).filter((from) => !files.includes(from) && !from.startsWith("node:")),
  );
  expect(outside).toEqual([]);
});

test("the engine's own files need nothing of those that look at it", () => {
  const own = files.filter((file) => dirname(file) === "." && file !== "index.ts");
  expect(own.flatMap(importsOf).filter((from) => from.startsWith("inspect/"))).toEqual([]);
});
