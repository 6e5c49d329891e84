/** A mapping is no list, wherever the data comes from. */
import { expect, test } from "bun:test";
import * as v from "valibot";
import { mapping, noList } from "../src/mapping.ts";
import { parseIntroduction } from "../src/providers/command/wire.ts";
import { parseTable } from "../src/providers/table/lines.ts";

const messages = (schema: v.GenericSchema, value: unknown) =>
  v.safeParse(schema, value).issues?.map(({ message }) => message) ?? [];

test("a list is refused where a mapping belongs, also an empty list", () => {
  for (const list of [[], ["a"]]) {
    expect(messages(mapping(v.string()), list)).toEqual(["expected a mapping, received a list"]);
    expect(messages(noList, list)).toEqual(["expected a mapping, received a list"]);
  }
  expect(messages(mapping(v.string(), "expected texts"), 5)).toEqual(["expected texts"]);
  expect(v.parse(mapping(v.string()), { a: "b" })).toEqual({ a: "b" });
});

test("the table's options are no list", () => {
  expect(parseTable("p: { name: a, options: [b] }\n")).toEqual({
    ok: false,
    error: ["1:24: p.options: expected a mapping, received a list"],
  });
});

test("the schema that a command declares for its options is no list", () => {
  expect(parseIntroduction({ protocol: 1, optionsSchema: { type: "object" } }).ok).toBe(true);
  expect(parseIntroduction({ protocol: 1, optionsSchema: [] })).toMatchObject({
    ok: false,
    error: expect.stringContaining("optionsSchema"),
  });
});
