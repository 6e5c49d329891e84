/** Checks the options of a provider's entry against the JSON Schema that the provider declares. */
import { Validator } from "@cfworker/json-schema";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { isRecord } from "../unknown.ts";
import type { PlaceOf } from "./module.ts";
import type { OptionsSchema, ProviderOptions } from "./provider.ts";

export interface OptionsFault {
  /** Of the value, below `options`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Keywords that only say that something below is wrong, which is told of by itself. */
const APPLICATORS = [
  ...["properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "items"],
  ...["prefixItems", "unevaluatedItems", "allOf", "$ref", "dependentSchemas", "then", "else"],
];

/** Schemas that one value is looked at by, with all that references stand for; more could take for ever. */
const MAX_SCHEMAS = 100_000;

export function checkOptions(
  schema: OptionsSchema,
  options: ProviderOptions,
): Result<void, readonly OptionsFault[]> {
  try {
    if (schemasIn(schema) > MAX_SCHEMAS) throw new Error("its references stand for too many schemas");
    const { valid, errors } = new Validator(schema, "2020-12", false).validate(options);
    if (valid) return ok(undefined);
    const own = errors.filter(({ keyword }) => !APPLICATORS.includes(keyword));
    return fail(
      (own.length > 0 ? own : errors).map(({ instanceLocation, keyword, error }) => ({
        path: pathOf(instanceLocation),
        message: keyword === "false" ? "unknown key: the provider's schema has none of that name" : error,
      })),
    );
  } catch (thrown) {
    return fail([
      { path: [], message: `the schema that the provider declares is of no use: ${messageOf(thrown)}` },
    ]);
  }
}

/** What is below a schema, each reference counted as what it leads to; one that leads back counts once. */
function schemasIn(root: OptionsSchema): number {
  const known = new Map<object, number>();
  const below = (node: unknown): number => {
    if (typeof node !== "object" || node === null) return 0;
    const counted = known.get(node);
    if (counted !== undefined) return counted;
    known.set(node, 1);
    let count = 1;
    for (const [key, member] of Object.entries(node)) {
      const isReference = key === "$ref" && typeof member === "string" && member.startsWith("#/");
      count += below(isReference ? memberAt(root, pathOf(member)) : member);
    }
    known.set(node, count);
    return count;
  };
  return below(root);
}

function memberAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => {
    const members = isRecord(node) || Array.isArray(node) ? Object.entries(node) : [];
    return members.find(([name]) => name === key)?.[1];
  }, root);
}

/** A JSON pointer, as a URI's fragment. */
function pathOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** As a provider that is known only when it runs wants it: what is wrong first, and where, by a schema; null: nothing. */
export function firstFault(options: ProviderOptions, at: PlaceOf): (schema: OptionsSchema) => string | null {
  return (schema) => {
    const checked = checkOptions(schema, options);
    const [first] = checked.ok ? [] : checked.error;
    return first === undefined ? null : `${at(first.path)}: ${first.message}`;
  };
}
