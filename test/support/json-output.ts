/** What a command prints with `--json`, held against the JSON Schema of it in docs/json/. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import { isRecord } from "../../src/unknown.ts";

/** What is wrong with it; a key that the schema does not know is wrong here, though programs ignore those. */
export function faultsOf(name: string, content: unknown): readonly string[] {
  const file = join(import.meta.dir, `../../docs/json/${name}.schema.json`);
  const schema: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isRecord(schema)) throw new Error(`${file}: expected an object`);
  const validator = new Validator(closed(schema), "2020-12", false);
  return validator
    .validate(content)
    .errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

/** The same, and every object has the keys that are told of and no others. */
function closed(schema: Readonly<Record<string, unknown>>): Schema {
  const inside = Object.entries(schema).map(([key, value]) => [key, closedValue(value)] as const);
  const isObject = isRecord(schema.properties) && !("additionalProperties" in schema);
  return { ...Object.fromEntries(inside), ...(isObject ? { additionalProperties: false } : {}) };
}

function closedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closedValue);
  return isRecord(value) ? closed(value) : value;
}
