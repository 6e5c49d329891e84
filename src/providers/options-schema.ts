/** Checks the options of a provider's entry against the JSON Schema that the provider declares. */
import { Validator } from "@cfworker/json-schema";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { isRecord } from "../unknown.ts";
import type { PlaceOf } from "./module.ts";
import type { OptionsSchema, ProviderOptions } from "./provider.ts";

export interface OptionsFault {
  /** The path of the wrong value, below `options`. */
  readonly path: readonly string[];
  readonly message: string;
}

/** Keywords whose error only repeats that a value below is wrong; that value has an error of its own. */
const APPLICATORS = [
  ...["properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "items"],
  ...["prefixItems", "unevaluatedItems", "allOf", "$ref", "dependentSchemas", "then", "else"],
];

/** The limit on checks of a value against a schema, each reference counted as the schemas behind it: less than a second. */
const MAX_LOOKS = 100_000;
/** The limit on levels: the validator keeps the path to every schema. */
const MAX_DEPTH = 200;
/** The count of a schema while the schemas below are being counted. */
const UNDER_WAY = 0;

export function checkOptions(
  schema: OptionsSchema,
  options: ProviderOptions,
): Result<void, readonly OptionsFault[]> {
  try {
    if (schemasIn(schema) * valuesIn(options) > MAX_LOOKS) {
      throw new Error(TOO_MANY);
    }
    // The validator writes into the schema, which may be a module's own.
    const copy: OptionsSchema = JSON.parse(JSON.stringify(schema));
    const { valid, errors } = new Validator(copy, "2020-12", false).validate(options);
    if (valid) return ok(undefined);
    const own = errors.filter(({ keyword }) => !APPLICATORS.includes(keyword));
    return fail(
      (own.length > 0 ? own : errors).map(({ instanceLocation, keyword, error }) => ({
        path: pathOf(instanceLocation),
        message: keyword === "false" ? "unknown key: the schema of the provider has no such key" : error,
      })),
    );
  } catch (thrown) {
    return fail([
      { path: [], message: `the schema that the provider declares cannot be used: ${messageOf(thrown)}` },
    ]);
  }
}

/**
 * Counts the schemas in a schema, each reference as the schemas behind it.
 * @throws a reference leads to no place in the schema, or back to itself; or the levels are too many
 */
function schemasIn(root: OptionsSchema): number {
  const [schemas, maps] = [new Map<object, number>(), new Map<object, number>()];
  const below = (node: unknown, isMap: boolean, depth: number): number => {
    if (typeof node !== "object" || node === null) return 0;
    if (depth > MAX_DEPTH) throw new Error(`its schemas are deeper than ${MAX_DEPTH} levels`);
    const known = isMap ? maps : schemas;
    const counted = known.get(node);
    if (counted === UNDER_WAY) throw new Error("one of its references leads back to where it stands");
    if (counted !== undefined) return counted;
    if (known.size > MAX_LOOKS) throw new Error(TOO_MANY);
    known.set(node, UNDER_WAY);
    let count = 1;
    for (const [key, member] of Object.entries(node)) {
      if (isMap) count += below(member, false, depth + 1);
      else if (DATA.has(key)) continue;
      else if (key === "$ref" && typeof member === "string") {
        count += below(referred(root, member), false, depth + 1);
      } else if (isName(key, member) && (node !== root || !IDENTIFIERS.has(key))) {
        throw new Error(`${JSON.stringify(key)}: ${JSON.stringify(member)}: ${HOW_TO_REFER}`);
      } else count += below(member, MAPS.has(key), depth + 1);
    }
    known.set(node, count);
    return count;
  };
  return below(root, false, 0);
}

/** Counts a value and all values inside it. */
function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((count: number, member) => count + valuesIn(member), 1);
}

/** Keywords whose value is data and never a schema. */
const DATA = new Set(["const", "enum", "default", "examples"]);
/** Keywords whose members are schemas under free names. */
const MAPS = new Set(["$defs", "definitions", "properties", "patternProperties", "dependentSchemas"]);
/** Names that only the outermost schema may have. */
const IDENTIFIERS = new Set(["$id", "id"]);
/** Keywords that give a place in a schema another name than its path. */
const NAMES = new Set([
  ...["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveAnchor", "$recursiveRef"],
  ...IDENTIFIERS,
]);
const TOO_MANY = "it has, or its references stand for, too many schemas";
const HOW_TO_REFER = 'a reference must be a "$ref" that begins with "#/"';

function isName(key: string, member: unknown): boolean {
  return NAMES.has(key) && (typeof member === "string" || typeof member === "boolean");
}

function referred(root: OptionsSchema, reference: string): unknown {
  if (!reference.startsWith("#/")) {
    throw new Error(`"$ref": ${JSON.stringify(reference)}: ${HOW_TO_REFER}`);
  }
  const path = pathOf(reference);
  if (path.length > MAX_DEPTH) throw new Error(`"$ref" has a path of more than ${MAX_DEPTH} levels`);
  const node = path.reduce(memberAt, root);
  if (node === undefined) throw new Error(`"$ref": ${JSON.stringify(reference)}: it leads to nothing`);
  return node;
}

function memberAt(node: unknown, key: string): unknown {
  const hasMembers = isRecord(node) || Array.isArray(node);
  return hasMembers && Object.hasOwn(node, key) ? Reflect.get(node, key) : undefined;
}

/** The keys of a JSON pointer in the form of a URI fragment (RFC 6901, section 6). */
function pathOf(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * For a provider whose schema is known only when its program runs. The returned function gives the place and the message of
 * the first fault of the options; null: the options have no fault.
 */
export function firstFault(options: ProviderOptions, at: PlaceOf): (schema: OptionsSchema) => string | null {
  return (schema) => {
    const checked = checkOptions(schema, options);
    const [first] = checked.ok ? [] : checked.error;
    return first === undefined ? null : `${at(first.path)}: ${first.message}`;
  };
}
