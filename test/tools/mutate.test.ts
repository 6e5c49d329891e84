// What `npm run mutate` makes wrong, and what the switch makes of it.
import { expect, test } from "bun:test";
import { join } from "node:path";
import { isEquivalent, outdated } from "../../tools/mutate/equivalent.ts";
import { diffOf, mutantsOf } from "../../tools/mutate/mutants.ts";
import { switched } from "../../tools/mutate/switched.ts";

/** What each mutant of the text makes of the statement or expression that it is in. */
const made = (source: string) => mutantsOf("a.ts", source).map(({ was, becomes }) => [was, becomes]);

/** The value of a script with a mutant chosen. */
function evaluate(source: string, chosen: number): unknown {
  const numbered = mutantsOf("a.ts", source).map((mutant, number) => [number, mutant] as const);
  const text = new Bun.Transpiler({ loader: "ts" }).transformSync(switched(source, numbered, ""));
  return new Function("__mutant", `${text}; return result;`)((number: number) => number === chosen);
}

test.each([
  ["const x = a && b;", ["a", "b", "a || b"]],
  ["const x = a ?? b;", ["a", "b"]],
  ["const x = a === b;", ["a !== b"]],
  ["const x = a < b;", ["a <= b", "a >= b"]],
  ["const x = a - b;", ["a + b"]],
  ["const x = !a;", ["a"]],
  ["const x = [a, ...b];", ["[...b]", "[a]"]],
  ["const x = { a, b: 1, c: d };", ["{ b: 1, c: d }", "{ a, b: 1 }"]],
  ["const x = { a: b, };", ["{ }"]],
  ["const x = [a,];", ["[]"]],
  ["const x = all.filter(f).some(g);", ["all.filter(f).every(g)", "all"]],
  ["const x = a ? b : c;", ["true", "false"]],
  // A name that every object has is no method with an opposite.
  ["const x = a.toString(b);", []],
  ["act(a);", [";"]],
  ["const f = () => a;", ["null"]],
  ["for (;;) { if (a) break; }", ["true", "false", ";"]],
])("%s is made wrong", (source, expected) => {
  expect(made(source).map(([, becomes]) => becomes)).toEqual(expected);
});

test.each([
  `const x = \`\${a && b}\`;`,
  'throw new Error(a ? "b" : "c");',
  'const x = "a" + "b";',
  "type T = 1;",
])("texts, messages and types are left alone: %s", (source) => {
  expect(made(source)).toEqual([]);
});

test("each mutant is one edit of the undisturbed file, which runs as it was when none is chosen", () => {
  const source = `
    const list: number[] = [];
    function add(x: number, y: number | null): number { list.push(x); return x > 1 ? x + (y ?? 10) : -x; }
    const result = JSON.stringify([add(1, null), add(2, 3), add(3, null), list.filter((one) => one !== 2)]);`;
  const mutants = mutantsOf("a.ts", source);
  expect(evaluate(source, -1)).toBe("[-1,5,13,[1,3]]");
  mutants.forEach(({ edit }, number) => {
    const alone = source.slice(0, edit.start) + edit.text + source.slice(edit.end);
    expect([number, evaluate(source, number)]).toEqual([number, evaluate(alone, -1)]);
  });
  expect(mutants.length).toBeGreaterThan(10);
});

test("a mutant is shown as the lines before and after", () => {
  const source = "function f() {\n  if (a <= b) return c;\n}\n";
  const [boundary] = mutantsOf("a.ts", source).filter(({ becomes }) => becomes === "a < b");
  if (boundary === undefined) throw new Error("the boundary is not moved");
  expect(boundary).toMatchObject({ line: 2, place: "f" });
  expect(diffOf(boundary, source)).toBe("  - if (a <= b) return c;\n  + if (a < b) return c;");
});

test("one that is listed as equivalent is known when lines move, and not when it has changed", () => {
  const entry = { file: "a.ts", in: "f", was: "a < b", becomes: "a <= b", nth: 2, why: "never alike" };
  const listed = (source: string) => {
    const mutants = mutantsOf("a.ts", source);
    const gone = outdated([entry], new Set(["a.ts"]), mutants).length;
    return {
      listed: mutants.filter((mutant) => isEquivalent(mutant, [entry])).map(({ line }) => line),
      gone,
    };
  };
  expect(listed("function f() {\n const [x, y] = [a < b, a < b]; }")).toEqual({ listed: [2], gone: 0 });
  expect(listed("\n\nfunction f() {\n const [x, y] = [a < b,\n a < b]; }")).toEqual({ listed: [5], gone: 0 });
  expect(listed("function f() {\n const [x, y] = [a < b, a < c]; }")).toEqual({ listed: [], gone: 1 });
});

test("puts the mutants of a file to the tests of units, and fails below the goal", () => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(
    [process.execPath, "tools/mutate/main.ts", "src/daemon/ports/port-history.ts", "--goal", "101"],
    { cwd: join(import.meta.dir, "../..") },
  );
  const sum = /^(\d+) killed, (\d+) survived/m.exec(stdout.toString());
  expect([stderr.toString(), Number(sum?.[1])]).not.toEqual([expect.anything(), 0]);
  expect(exitCode).toBe(1);
});
