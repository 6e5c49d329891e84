// No file needs itself by way of others: not inside a room either, types included. What goes in a circle is one thing in
// several files, or has one file too few.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const TREES = ["src", "bench", "test", "tools"];

/** Circles that are still there, each as its files in order. None may be added, and one that is gone leaves the list. */
const STILL_THERE: readonly string[] = [];

/** Matches what begins an import or an export from elsewhere, and an import at run time. */
const SPECIFIER = /^(?:import|export)\s(?:[\w*{}\s,]*?\sfrom\s+)?"(\.[^"$]+)"|\bimport\("(\.[^"$]+)"\)/gm;

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return Array.from(text.matchAll(SPECIFIER), ([, fixed, late]) =>
    relative(ROOT, join(ROOT, dirname(file), fixed ?? late ?? "")),
  );
}

/** Groups of files each of which needs all the others (Tarjan's strongly connected components), without single ones. */
function circlesIn(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const order = new Map<string, number>();
  const path: string[] = [];
  const onPath = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string): number => {
    const index = order.size;
    let lowest = index;
    order.set(file, index);
    path.push(file);
    onPath.add(file);
    for (const next of graph.get(file) ?? []) {
      if (!graph.has(next)) continue;
      if (!order.has(next)) lowest = Math.min(lowest, visit(next));
      else if (onPath.has(next)) lowest = Math.min(lowest, order.get(next) ?? lowest);
    }
    if (lowest === index) {
      const group = path.splice(path.indexOf(file));
      for (const member of group) onPath.delete(member);
      const isCircle = group.length > 1 || graph.get(file)?.includes(file) === true;
      if (isCircle) circles.push(group.sort().join(" <-> "));
    }
    return lowest;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return circles.sort();
}

test("finds a circle, and no other one", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c", "d"]],
    ["c", ["a"]],
    ["d", ["e"]],
    ["e", []],
    ["f", ["f", "a"]],
  ]);
  expect(circlesIn(graph)).toEqual(["a <-> b <-> c", "f"]);
});

test("no file needs itself by way of others", () => {
  const files = TREES.flatMap((tree) => [
    ...new Bun.Glob(`${tree}/**/*.{ts,mjs}`).scanSync({ cwd: ROOT, onlyFiles: true }),
  ]);
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  expect(circlesIn(graph)).toEqual([...STILL_THERE].sort());
});
