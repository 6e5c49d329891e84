// How texts are laid out: within the width wherever words allow it, and with nothing lost.
import { expect, test } from "bun:test";
import {
  boundedWidth,
  hang,
  PLAIN,
  paint,
  parseStyle,
  styleArguments,
  wrap,
} from "../../src/terminal/style.ts";
import { facts, table } from "../../src/terminal/table.ts";

test("lines are broken between words, and a long word is left whole", () => {
  expect(wrap("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrap("one incomprehensibilities two", 7)).toEqual(["one", "incomprehensibilities", "two"]);
  expect(wrap("", 7)).toEqual([]);
  expect(hang("> ", "one two three", { width: 9, colour: false })).toBe("> one two\n  three\n");
});

test("the text behind a long name begins below the name, so that it keeps to the width", () => {
  const narrow = { width: 20, colour: false };
  expect(hang("1234567890 ", "one two three four five", narrow)).toBe(
    "1234567890\n      one two three\n      four five\n",
  );
  expect(hang("12345678: ", "one two three", narrow)).toBe("12345678: one two\n          three\n");
  expect(hang("123456: ", "one two", { width: 4, colour: false })).toBe("123456:\n      one\n      two\n");
});

test("colour is there where it is asked for, and does not count as width", () => {
  const colourful = { width: 80, colour: true };
  expect(paint(colourful, "red", "x")).toBe("\x1b[31mx\x1b[0m");
  expect(paint(PLAIN, "red", "x")).toBe("x");
  const rows = [{ cells: [{ text: "a", colour: "red" as const }, "b"] }, { cells: ["long", "c"] }];
  expect(table(rows, colourful)).toBe("\x1b[31ma\x1b[0m     b\nlong  c\n");
});

test("a tab, whose columns only the terminal knows, is a blank wherever columns are counted", () => {
  expect(table([["a\tb", "c"], { cells: ["long name", "d"], note: "no\tlink" }])).toBe(
    "a b        c\nlong name  d  no link\n",
  );
  expect(hang("a\tb: ", "c\td", PLAIN)).toBe("a b: c d\n");
});

test("nothing that comes from elsewhere controls the terminal", () => {
  const evil = "a\x1b[31mb\x07\x9b1m";
  const colourful = { width: 80, colour: true };
  const shown = [
    table([{ cells: [evil, { text: evil, colour: "red" }], note: evil }], PLAIN),
    facts([["name", evil]]),
    hang("> ", evil, PLAIN),
  ].join("");
  expect(shown).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(table([{ cells: [{ text: evil, colour: "red" }] }], colourful)).toBe(
    "\x1b[31ma\ufffd[31mb\ufffd\ufffd1m\x1b[0m\n",
  );
});

test("a style survives being sent to the daemon", () => {
  for (const style of [PLAIN, { width: 132, colour: true }]) {
    const [width, colour] = styleArguments(style);
    expect(parseStyle(width, colour)).toEqual({ ok: true, value: style });
  }
  expect(parseStyle("wide", undefined)).toMatchObject({ ok: false });
  expect(parseStyle("-80", undefined)).toMatchObject({ ok: false });
  expect(parseStyle("80", "blue")).toMatchObject({ ok: false });
});

test("a terminal of any width is laid out for", () => {
  for (const columns of [9999, 10_000, 65_535]) {
    const style = { width: boundedWidth(columns), colour: false };
    expect(style.width).toBe(9999);
    const [width, colour] = styleArguments(style);
    expect(parseStyle(width, colour)).toEqual({ ok: true, value: style });
    expect(parseStyle(String(columns), undefined)).toEqual({ ok: true, value: style });
  }
  expect(parseStyle("1", undefined)).toMatchObject({ value: { width: 40 } });
});

test("a note stands after its row where it fits, and otherwise below", () => {
  const rows = [
    { cells: ["a", "b"], note: "short" },
    { cells: ["a", "b"], note: "a note of many words which do not fit" },
  ];
  expect(table(rows, { width: 20, colour: false })).toBe(
    "a  b  short\na  b\n  a note of many\n  words which do not\n  fit\n",
  );
});

test("columns and notes have all of the width there is", () => {
  const narrow = (width: number) => ({ width, colour: false });
  expect(table([["abc", "de", "f"]], narrow(10))).toBe("abc  de  f\n");
  expect(table([["abc", "de", "f"]], narrow(9))).toBe("abc de f\n");
  expect(table([{ cells: ["abc", "de"], note: "note" }], narrow(13))).toBe("abc  de  note\n");
  expect(table([{ cells: ["abc", "de"], note: "note" }], narrow(12))).toBe("abc  de\n  note\n");
});

test("a table of the longest names there are fits 80 columns", () => {
  const uuid = "d788ec6e-a8fa-4118-ab02-ce5631e293b0";
  const rows = [{ cells: [uuid, "incompatible", "representor", "enp129s0f0npf0v"], note: "r".repeat(70) }];
  const lines = table(rows).trimEnd().split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("facts are aligned, and long ones go on below themselves", () => {
  const rows = [
    ["a", "1"],
    ["long name", "one two three"],
  ] as const;
  expect(facts(rows, { width: 19, colour: false })).toBe(
    "a          1\nlong name  one two\n           three\n",
  );
});
