/** YAML text to a checked configuration, or every error in it with its place, in the order of the text. */
import * as v from "valibot";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { duplicatesIn, excessOf, followAliases, PARSE_OPTIONS } from "../bounded-yaml.ts";
import type { PlaceOf } from "../providers/module.ts";
import { fail, ok, type Result } from "../result.ts";
import { isRecord } from "../unknown.ts";
import type { ConfigError } from "./error.ts";
import { type Config, configSchema } from "./schema.ts";
import { suggest } from "./suggest.ts";
import { yamlWords } from "./yaml-words.ts";

type Document = ReturnType<typeof parseDocument>;

interface Fault {
  readonly offset: number;
  readonly message: string;
}

/** Characters that no text has, and that would garble a terminal (YAML 1.2, section 5.1). */
const UNPRINTABLE = /(?![\t\n\r\u0085])\p{Cc}/u;

/** The example with every key has some hundreds of tokens. */
const LIMITS = { tokens: 40_000, values: 40_000 };

/** Errors of a kind that are told: whoever has more has another file, or starts with these. */
const MAX_ERRORS = 100;

/** @param file what errors call the text */
export function parseConfig(text: string, file: string): Result<Config, readonly ConfigError[]> {
  const lines = new LineCounter();
  const parsed = parse(text, lines);
  if (parsed.ok) {
    const { config, document } = parsed.value;
    const providers = config.providers.map((entry, index) =>
      entry.source === "command" || entry.source === "module"
        ? { ...entry, at: placesIn(document, file, lines, index) }
        : entry,
    );
    return ok({ ...config, providers });
  }
  const sources = text.split(/\r?\n/);
  const errors = parsed.error.map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    const place = { line: Math.max(line, 1), column: Math.max(col, 1) };
    return { file, ...place, message, source: sources[place.line - 1] ?? null };
  });
  return fail(errors.sort((a, b) => a.line - b.line || a.column - b.column));
}

/** Where the options of a provider stand. */
function placesIn(document: Document, file: string, lines: LineCounter, provider: number): PlaceOf {
  return (path) => {
    const keys = ["providers", provider, "options", ...path];
    const { line, col } = lines.linePos(offsetOf(document, keys, true));
    return `${file}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${keys.join(".")}`;
  };
}

interface Parsed {
  readonly config: Config;
  readonly document: Document;
}

function parse(text: string, lines: LineCounter): Result<Parsed, readonly Fault[]> {
  const odd = UNPRINTABLE.exec(text);
  if (odd !== null) {
    lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
    const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return fail([{ offset: odd.index, message: `control character U+${code}: expected text` }]);
  }
  const excess = excessOf(text, LIMITS);
  if (excess !== null) {
    lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
    return fail([excess]);
  }
  const document = parseDocument(text, { ...PARSE_OPTIONS, lineCounter: lines });
  // A key that is there twice leaves a document to be checked; with any other error its structure is a guess, and what
  // is said of all that follows would be one too.
  const [syntax] = document.errors.sort((a, b) => a.pos[0] - b.pos[0]);
  if (syntax !== undefined) return fail([{ offset: syntax.pos[0], message: yamlWords(syntax, text) }]);
  const broken = duplicatesIn(document, MAX_ERRORS).map(({ offset, key }) => {
    return { offset, message: `${key}: duplicate key: expected each key once` };
  });
  const unfollowed = followAliases(document, LIMITS);
  if (unfollowed !== null) return fail([...broken, unfollowed]);
  const value = withoutEmptySections(document.toJS());
  const checked = v.safeParse(configSchema, value, { message: ownWords });
  if (checked.success && broken.length === 0) return ok({ config: checked.output, document });
  const issues = (checked.issues ?? []).slice(0, MAX_ERRORS).flatMap((issue) => {
    if (isUnknownKey(issue)) return [];
    const keys = (issue.path ?? []).map((item) => item.key);
    return { offset: offsetOf(document, keys, false), message: explain(issue, keys) };
  });
  // Valibot stops at the first one of each mapping.
  const unknown = unknownKeys(configSchema, value, [])
    .slice(0, MAX_ERRORS)
    .map(({ keys, known }) => ({
      offset: offsetOf(document, keys, true),
      message: explainUnknown(keys, known),
    }));
  return fail([...broken, ...issues, ...unknown]);
}

type Issue = v.InferIssue<typeof configSchema>;

/** A section with nothing in it, as is left when all of it is commented out, is one that is absent. */
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

/** Of these, the schema's own message says what was expected only. */
function isOfType({ type }: { readonly type: string }): boolean {
  return type === "string" || type === "picklist";
}

/** The message of an issue for which the schema has none. */
function ownWords(issue: v.BaseIssue<unknown>): string {
  const expected = `expected ${inWords(issue.expected ?? "another value")}`;
  return isOfType(issue) ? expected : `${expected}, received ${inWords(issue.received)}`;
}

interface UnknownKey {
  readonly keys: readonly unknown[];
  /** The keys that there are in its place. */
  readonly known: readonly string[];
}

/** Every key that the schema has not, wherever it has any. */
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
  return `${keys.map(String).join(".")}: unknown key: expected ${known.join(", ")}${hint(keys.at(-1), known)}`;
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

/** The part of a schema that has parts of its own: what is below wrappers, pipes, and the choice by the value. */
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

/** Where the value at a path stands, or its key; of what is not in the text, where that stands which lacks it. */
function offsetOf(document: Document, keys: readonly unknown[], wantKey: boolean): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [depth, key] of keys.entries()) {
    // The last of several pairs with one key is the one that was read.
    const pair = isMap(node)
      ? node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(key))
      : undefined;
    const isKey = wantKey && depth === keys.length - 1;
    node = isSeq(node) ? node.items[Number(key)] : isKey ? pair?.key : pair?.value;
    offset = rangeStart(node) ?? rangeStart(pair?.key) ?? offset;
  }
  return offset;
}

function rangeStart(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}
