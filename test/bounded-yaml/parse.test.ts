/** YAML is parsed within its limits, and what is wrong with it is told in the order of the text. */
import { describe, expect, test } from "bun:test";
import { isCollection, isPair, Lexer, parseDocument } from "yaml";
import { excessOf } from "../../src/bounded-yaml/excess.ts";
import { parseBounded } from "../../src/bounded-yaml/parse.ts";
import { checkProperty, shrinkList } from "../support/random.ts";

const LIMITS = { tokens: 40_000, values: 40_000, faults: 5 };

const parse = (text: string) => {
  const { document, faults, placeOf } = parseBounded(text, LIMITS);
  const told = faults.map(({ offset, message }) => {
    const { line, column } = placeOf(offset);
    return `${line}:${column}: ${message}`;
  });
  return { document, told };
};

/** What may begin, go on with or end a list, a mapping or a text. */
const WORDS = [
  ...[
    "- ",
    "? ",
    ": ",
    "a: ",
    "a",
    "\n",
    "\n ",
    "\n   ",
    " ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "'b\n c'",
    "# d\n",
  ],
  ...["|\n  e\n", "a:\n", "-\n", "!!t ", "--- "],
];

const lines = (length: number, line: (index: number) => string) =>
  Array.from({ length }, (_, index) => line(index)).join("");

describe("more than 64 levels are refused:", () => {
  test.each<[string, string, string]>([
    ["lists on a line", "- ".repeat(1000), "1:129"],
    ["keys with a mark on a line", "? ".repeat(1000), "1:129"],
    ["keys on a line", "a: ".repeat(1000), "1:194"],
    [
      "keys on a line that a text of several lines breaks",
      `${"a: ".repeat(40)}'b\n c'${"a: ".repeat(1000)}`,
      "2:77",
    ],
    ["values without a key on a line", ": ".repeat(1000), "1:129"],
    ["both kinds on a line", "? - ".repeat(1000), "1:129"],
    ["lists with a tab behind the mark", "-\t".repeat(1000), "1:129"],
    ["a mapping in each line", lines(1000, (index) => `${" ".repeat(index)}a:\n`), "65:66"],
    [
      "keys that get shorter",
      lines(100, (index) => `${" ".repeat(index)}${"a".repeat(200 - 2 * index)}:\n`),
      "65:137",
    ],
    [
      "some lists in each line",
      lines(60, (index) => `${" ".repeat(index * 130)}${"- ".repeat(60)}\n`),
      "2:139",
    ],
    ["brackets", "[".repeat(1000), "1:65"],
    ["brackets in blocks", `${"- ".repeat(40)}${"{a: ".repeat(40)}`, "1:177"],
    ["brackets after some that close none", `${"]".repeat(1000)}${"[".repeat(1000)}`, "1:1065"],
    ["blocks after a bracket that a line breaks off", `a:\n  b: [\n${"- ".repeat(1000)}`, "3:127"],
  ])("%s", (_, text, place) => {
    expect(parse(text)).toEqual({
      document: null,
      told: [expect.stringMatching(new RegExp(`^${place}: more than 64 nested levels: .*fewer levels$`))],
    });
  });

  test("64 are taken, and so are any number beside each other", () => {
    const deep = `${"- ".repeat(64)}a\n`;
    const wide = lines(
      500,
      (index) => `k${index}:\n  - {a: [b]}\n  - |\n    text: - ? text\n  - "a\n    b"\n`,
    );
    for (const text of [deep, `${"[".repeat(64)}${"]".repeat(64)}`, wide, lines(900, () => "- [{a: b}]\n")]) {
      expect(parse(text).told).toEqual([]);
    }
  });

  test("whatever the text, what the parser makes of it is not much deeper", () => {
    checkProperty<readonly string[]>({
      cases: 500,
      generate: (random) => {
        const some = WORDS.filter(() => random.chance(0.4));
        return random.list(500, () => (some.length === 0 ? "- " : random.pick(some)));
      },
      failure: (words) => {
        const text = words.join("");
        if (excessOf(text, LIMITS.tokens) !== null) return undefined;
        const depth = depthOf(parseDocument(text, { logLevel: "silent" }).contents);
        // In brackets a key without braces of its own is one more.
        return depth <= 2 * 64 + 1 ? undefined : `a depth of ${depth}`;
      },
      shrink: shrinkList,
      format: (words) => JSON.stringify(words.join("")),
    });
  });
});

function depthOf(node: unknown): number {
  if (isPair(node)) return Math.max(depthOf(node.key), depthOf(node.value));
  return isCollection(node) ? 1 + Math.max(0, ...node.items.map(depthOf)) : 0;
}

test("keys that are there twice are told in the order of the text, the first ones", () => {
  expect(parse("a: {x: 1, x: 2}\na: 2\n").told).toEqual([
    "1:11: x: duplicate key: expected each key once",
    "2:1: a: duplicate key: expected each key once",
  ]);
  const inner = lines(5, (index) => `  x: ${index}\n`);
  const { told } = parse(`a: 1\na: 2\na: 3\nb:\n${inner}`);
  expect(told.map((fault) => fault.slice(0, 3))).toEqual(["2:1", "3:1", "6:3", "7:3", "8:3"]);
});

test("a duplicate and an alias that cannot be followed are told in the order of the text", () => {
  expect(parse("a: *b\nc: 1\nc: 2\n")).toEqual({
    document: null,
    told: ["1:4: *b: no &b before the alias", "3:1: c: duplicate key: expected each key once"],
  });
});

test("more tokens than the limit are refused where they are", () => {
  const text = "- [b]\n".repeat(20_000);
  const { told } = parse(text);
  expect(told).toEqual([
    expect.stringMatching(/^\d+:\d+: more than 40000 words and signs: vifplugd reads no more of one file$/),
  ]);
  expect([...new Lexer().lex(text)].length).toBeGreaterThan(LIMITS.tokens);
});
