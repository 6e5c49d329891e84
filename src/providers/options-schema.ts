/** Checks the options of a provider's entry against the JSON Schema that the provider declares. */
import { Validator } from "@cfworker/json-schema";
import { fail, messageOf, ok, type Result } from "../result.ts";
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

export function checkOptions(
  schema: OptionsSchema,
  options: ProviderOptions,
): Result<void, readonly OptionsFault[]> {
  try {
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
