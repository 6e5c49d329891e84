/** Parses YAML text into a checked configuration, or into all errors with their places, in the order of the text. */
import * as v from "valibot";
import { type Document, isMap, isNode, isScalar, isSeq } from "yaml";
import type { YamlFault } from "../bounded-yaml/fault.ts";
import { type BoundedYaml, parseBounded } from "../bounded-yaml/parse.ts";
import type { PlaceOf } from "../providers/module.ts";
import { fail, ok, type Result } from "../result.ts";
import { isRecord } from "../unknown.ts";
import type { ConfigError } from "./error.ts";
import { type Config, configSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";

/** The limit on reported errors of a kind. */
const MAX_ERRORS = 100;

/** The limits on the text. The example with every key has some hundreds of tokens. */
const LIMITS = { tokens: 40_000, values: 40_000, faults: MAX_ERRORS };

/** @param file the name of the text in errors */
export function parseConfig(text: string, file: string): Result<Config, readonly ConfigError[]> {
  const yaml = parseBounded(text, LIMITS);
  const { document, placeOf } = yaml;
  const sources = text.split(/\r?\n/);
  const placed = ({ offset, message }: YamlFault): ConfigError => {
    const place = placeOf(offset);
    return { file, ...place, message, source: sources[place.line - 1] ?? null };
  };
  const inOrder = (faults: readonly YamlFault[]) =>
    fail(faults.map(placed).sort((a, b) => a.line - b.line || a.column - b.column));
  if (document === null) return inOrder(yaml.faults);
  const checked = check(document);
  if (!checked.ok || yaml.faults.length > 0) {
    return inOrder([...yaml.faults, ...(checked.ok ? [] : checked.error)]);
  }
  const providers = checked.value.providers.map((entry, index) =>
    entry.source === "command" || entry.source === "module"
      ? { ...entry, ...placesIn(document, file, placeOf, index) }
      : entry,
  );
  return ok({ ...checked.value, providers });
}

/** Finds the place of a provider and its options. */
function placesIn(
  document: Document,
  file: string,
  placeOf: BoundedYaml["placeOf"],
  provider: number,
): { readonly at: PlaceOf; readonly place: string } {
  const placed = (keys: readonly unknown[]): string => {
    const { line, column } = placeOf(offsetOf(document, keys, true));
    return `${file}:${line}:${column}`;
  };
  const entry = ["providers", provider];
  return {
    at: (path) => {
      const keys = [...entry, "options", ...path];
      return `${placed(keys)}: ${keys.join(".")}`;
    },
    place: placed([...entry, "type"]),
  };
}

function check(document: Document): Result<Config, readonly YamlFault[]> {
  const value = withoutEmptySections(document.toJS());
  const checked = v.safeParse(configSchema, value, { message: ownWords });
  if (checked.success) return ok(checked.output);
  const issues = checked.issues.slice(0, MAX_ERRORS).flatMap((issue) => {
    if (isUnknownKey(issue)) return [];
    const keys = (issue.path ?? []).map((item) => item.key);
    return { offset: offsetOf(document, keys, false), message: explain(issue, keys) };
  });
  // Valibot stops at the first unknown key of each mapping.
  const unknown = unknownKeys(configSchema, value, [])
    .slice(0, MAX_ERRORS)
    .map(({ keys, known }) => ({
      offset: offsetOf(document, keys, true),
      message: explainUnknown(keys, known),
    }));
  return fail([...issues, ...unknown]);
}

type Issue = v.InferIssue<typeof configSchema>;

/** Removes empty sections: a section whose keys are all commented out counts as absent. */
function withoutEmptySections(root: unknown): unknown {
  if (root === null || root === undefined) return {};
  if (typeof root !== "object" || Array.isArray(root)) return root;
  return Object.fromEntries(Object.entries(root).filter(([, value]) => value !== null));
}

function isUnknownKey(issue: Issue): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

function isMissingKey(issue: Issue): boolean {
  return issue.type === "strict_object" && issue.received === "undefined";
}

function explain(issue: Issue, keys: readonly unknown[]): string {
  const path = keys.map(String).join(".");
  const prefix = path === "" ? "" : `${path}: `;
  if (isMissingKey(issue)) return `${prefix}missing: this key is required`;
  const received = isOfType(issue) ? `, received ${inWords(issue.received)}` : "";
  const meant = issue.type === "picklist" ? hint(issue.input, wordsIn(issue.expected)) : "";
  return `${prefix}${issue.message}${received}${meant}`;
}

/** Whether valibot's own message for the type says only what was expected. */
function isOfType({ type }: { readonly type: string }): boolean {
  return type === "string" || type === "picklist";
}

/** The message of an issue without a message in the schema. */
function ownWords(issue: v.BaseIssue<unknown>): string {
  const expected = `expected ${inWords(issue.expected ?? "another value")}`;
  return isOfType(issue) ? expected : `${expected}, received ${inWords(issue.received)}`;
}

interface UnknownKey {
  readonly keys: readonly unknown[];
  /** The keys that are allowed in its place. */
  readonly known: readonly string[];
}

/** Every key that the schema does not have, in all mappings. */
function unknownKeys(schema: unknown, value: unknown, path: readonly unknown[]): readonly UnknownKey[] {
  const shape = shapeOf(schema, value);
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownKeys(shape?.item, item, [...path, index]));
  }
  if (!isRecord(value) || !isRecord(shape?.entries)) return [];
  const { entries } = shape;
  const known = Object.keys(entries);
  return Object.entries(value).flatMap(([key, member]) => {
    const keys = [...path, key];
    return known.includes(key) ? unknownKeys(entries[key], member, keys) : [{ keys, known }];
  });
}

function explainUnknown(keys: readonly unknown[], known: readonly string[]): string {
  return `${keys.map(shownKey).join(".")}: unknown key: expected ${known.join(", ")}${hint(keys.at(-1), known)}`;
}

function shownKey(key: unknown): string {
  return key === "" ? '""' : String(key);
}

function hint(given: unknown, known: readonly string[]): string {
  const meant = suggest(String(given), known);
  return meant === null ? "" : `; did you mean ${meant}?`;
}

/** The words of `"a" | "b"`. */
function wordsIn(expected: string | null): readonly string[] {
  return Array.from(expected?.matchAll(/"([^"]*)"/g) ?? [], ([, word = ""]) => word);
}

function inWords(type: string): string {
  if (type === "Object") return "a mapping";
  if (type === "Array") return "a list";
  if (type === "boolean") return "true or false";
  if (type === "number") return "a number";
  if (type === "string") return "a string";
  return type.replaceAll(" | ", " or ").replace(/^\((.*)\)$/, "$1");
}

/** The part of a schema that has members: below wrappers and pipes, and after the choice by the value. */
function shapeOf(schema: unknown, value: unknown): Readonly<Record<string, unknown>> | null {
  if (!isRecord(schema)) return null;
  if (Array.isArray(schema.pipe)) {
    const shapes = schema.pipe.map((part) => (part === schema ? null : shapeOf(part, value)));
    return shapes.find((shape) => shape !== null) ?? null;
  }
  if ("wrapped" in schema) return shapeOf(schema.wrapped, value);
  if (typeof schema.getter === "function") return shapeOf(schema.getter(value), value);
  return "entries" in schema || "item" in schema ? schema : null;
}

/** The offset of the value at a path, or of its key; for an absent value, the offset of the mapping that lacks it. */
function offsetOf(document: Document, keys: readonly unknown[], wantKey: boolean): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [depth, key] of keys.entries()) {
    // Of several pairs with one key, the last pair counts.
    const pair = isMap(node)
      ? node.items.findLast((item) => isScalar(item.key) && keyOf(item.key.value) === String(key))
      : undefined;
    const isKey = wantKey && depth === keys.length - 1;
    node = isSeq(node) ? node.items[Number(key)] : isKey ? pair?.key : pair?.value;
    offset = rangeStart(node) ?? rangeStart(pair?.key) ?? offset;
  }
  return offset;
}

/** The name of a key in what the parser makes of a mapping, where `null` and an absent key are the empty text. */
function keyOf(value: unknown): string {
  return value === null ? "" : String(value);
}

function rangeStart(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}
