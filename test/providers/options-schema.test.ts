// The options of an entry against the JSON Schema that its provider declares, which may be hostile.
import { describe, expect, test } from "bun:test";
import { checkOptions } from "../../src/providers/options-schema.ts";
import type { OptionsSchema } from "../../src/providers/provider.ts";

function faultOf(schema: OptionsSchema, options = {}): string | undefined {
  const checked = checkOptions(schema, options);
  return checked.ok ? undefined : checked.error[0]?.message;
}

/** Each definition stands for twice the one before. @param reference how the one of that number is referred to */
function doubled(depth: number, reference: (index: number) => object, name: (index: number) => object) {
  const twice = (index: number) => ({ allOf: [reference(index - 1), reference(index - 1)] });
  const definitions = Array.from({ length: depth + 1 }, (_, index) => [
    `d${index}`,
    { ...name(index), ...(index === 0 ? { type: "object" } : twice(index)) },
  ]);
  return { ...reference(depth), $defs: Object.fromEntries(definitions) };
}

const byPath = (index: number) => ({ $ref: `#/$defs/d${index}` });

test("references to paths are followed, also with escaped names", () => {
  const schema = {
    $id: "https://example.com/schema",
    type: "object",
    properties: { "a/b": { type: "integer" }, same: { $ref: "#/properties/a~1b" } },
    additionalProperties: false,
  };
  expect(faultOf(schema, { same: 1 })).toBeUndefined();
  expect(checkOptions(schema, { same: "x" })).toMatchObject({ error: [{ path: ["same"] }] });
});

test("references that lead back to where they stand are refused: each level of options would multiply them", () => {
  expect(faultOf({ properties: { a: { $ref: "#/properties" } } })).toContain("leads back to where it stands");
  const each = { allOf: [{ $ref: "#/$defs/b" }] };
  expect(
    faultOf({ $defs: { a: { $ref: "#/$defs/b" }, b: { properties: { a: { $ref: "#/$defs/a" } } }, each } }),
  ).toContain("leads back to where it stands");
});

test("a schema whose schemas are too deep is refused", () => {
  let deep: OptionsSchema = { type: "object" };
  for (let level = 0; level < 150; level++) deep = { not: deep };
  expect(faultOf(deep)).toBeUndefined();
  for (let level = 0; level < 5000; level++) deep = { not: deep };
  expect(faultOf(deep)).toContain("deeper than 200 levels");
  expect(faultOf({ $ref: `#${"/not".repeat(5000)}`, not: deep })).toContain("200 levels");
});

test("a schema of some references is checked, one whose references stand for too many is refused", () => {
  expect(faultOf(doubled(10, byPath, () => ({})))).toBeUndefined();
  expect(faultOf(doubled(20, byPath, () => ({})))).toContain("its references stand for, too many schemas");
  const options = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [index, 1]));
  const { $defs, ...reference } = doubled(10, byPath, () => ({}));
  expect(faultOf({ additionalProperties: reference, $defs })).toBeUndefined();
  expect(faultOf({ additionalProperties: reference, $defs }, options)).toContain("too many schemas");
});

describe("a schema that names its places otherwise is refused with how to refer", () => {
  test.each<[string, OptionsSchema]>([
    [
      "by anchors",
      doubled(
        20,
        (index) => ({ $ref: `#a${index}` }),
        (index) => ({ $anchor: `a${index}` }),
      ),
    ],
    [
      "by identifiers",
      doubled(
        20,
        (index) => ({ $ref: `https://a/d${index}` }),
        (index) => ({ $id: `https://a/d${index}` }),
      ),
    ],
    ["by the identifier of the whole", { $id: "https://a/b", properties: { c: { $ref: "https://a/b" } } }],
    ["by a dynamic reference", { properties: { c: { $dynamicRef: "#/$defs/d" } }, $defs: { d: {} } }],
    ["by a recursive reference", { properties: { c: { $recursiveRef: "#" } } }],
    ["by a reference to the whole", { properties: { c: { $ref: "#" } } }],
    ["by an anchor that looks like a path", { $defs: { d: { $anchor: "/$defs/e" }, e: {} } }],
  ])("%s", (_, schema) => {
    expect(faultOf(schema)).toMatch(/a reference must be a "\$ref" that begins with "#\/"/);
  });
});

test("a schema that nobody may write is checked, and one that is checked stays as it was", () => {
  const frozen = Object.freeze({ properties: Object.freeze({ a: Object.freeze({ type: "string" }) }) });
  expect(faultOf(frozen, { a: "b" })).toBeUndefined();
  const schema = { type: "object" };
  expect(faultOf(schema)).toBeUndefined();
  expect(Object.getOwnPropertyNames(schema)).toEqual(["type"]);
});

test("a reference that leads to nothing is told of", () => {
  expect(faultOf({ properties: { c: { $ref: "#/$defs/d" } } })).toContain(
    '"$ref": "#/$defs/d": it leads to nothing',
  );
});

test("data, and options, that have such names are none of that", () => {
  const data = { $ref: "elsewhere", $id: "x", $anchor: "y" };
  const schema = {
    default: data,
    examples: [data],
    properties: {
      ...{ $ref: { type: "string" }, $id: { type: "string" }, id: { const: "z" }, default: byPath(0) },
      like: { enum: [data] },
    },
    $defs: { d0: { type: "string" } },
  };
  expect(faultOf(schema, { $ref: "a", $id: "b", id: "z", default: "c", like: data })).toBeUndefined();
  expect(checkOptions(schema, { default: 1 })).toMatchObject({ error: [{ path: ["default"] }] });
});

test("what a reference leads to is looked up without a look at its neighbours", () => {
  const count = 3000;
  const definitions: Record<string, object> = {};
  let looks = 0;
  for (let index = 0; index < count; index++) definitions[`d${index}`] = { type: "string" };
  const counted = new Proxy(definitions, {
    getOwnPropertyDescriptor(target, key) {
      looks++;
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
  });
  const properties = Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`p${index}`, byPath(index)]),
  );
  expect(faultOf({ properties, $defs: counted })).toBeUndefined();
  expect(looks).toBeLessThan(20 * count);
});
