/** YAML text to a checked configuration, or every error in it with its place, in the order of the text. */
import * as v from "valibot";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { fail, messageOf, ok, type Result } from "../result.ts";
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

/** @param file what errors call the text */
export function parseConfig(text: string, file: string): Result<Config, readonly ConfigError[]> {
  const lines = new LineCounter();
  const parsed = parse(text, lines);
  if (parsed.ok) return parsed;
  const sources = text.split(/\r?\n/);
  const errors = parsed.error.map(({ offset, message }) => {
    const { line, col } = lines.linePos(offset);
    const place = { line: Math.max(line, 1), column: Math.max(col, 1) };
    return { file, ...place, message, source: sources[place.line - 1] ?? null };
  });
  return fail(errors.sort((a, b) => a.line - b.line || a.column - b.column));
}

function parse(text: string, lines: LineCounter): Result<Config, readonly Fault[]> {
  const odd = UNPRINTABLE.exec(text);
  if (odd !== null) {
    lines.addNewLine(0);
    for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
    const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
    return fail([{ offset: odd.index, message: `control character U+${code}: expected text` }]);
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  // A key that is there twice leaves a document to be checked; with any other error its structure is a guess, and what
  // is said of all that follows would be one too.
  const [syntax] = document.errors
    .filter(({ code }) => code !== "DUPLICATE_KEY")
    .sort((a, b) => a.pos[0] - b.pos[0]);
  if (syntax !== undefined) return fail([{ offset: syntax.pos[0], message: yamlWords(syntax, text) }]);
  const broken = document.errors.map((error) => explainDuplicate(error, text));
  const content = contentOf(document);
  if (!content.ok) return fail([...broken, content.error]);
  const value = withoutEmptySections(content.value);
  const checked = v.safeParse(configSchema, value);
  if (checked.success && broken.length === 0) return ok(checked.output);
  const issues = (checked.issues ?? []).flatMap((issue) => {
    if (isUnknownKey(issue)) return [];
    const keys = (issue.path ?? []).map((item) => item.key);
    return { offset: offsetOf(document, keys, false), message: explain(issue, keys) };
  });
  // Valibot stops at the first one of each mapping.
  const unknown = unknownKeys(value, []).map((keys) => ({
    offset: offsetOf(document, keys, true),
    message: explainUnknown(keys),
  }));
  return fail([...broken, ...issues, ...unknown]);
}

function explainDuplicate({ pos: [offset] }: YAMLError, text: string): Fault {
  const [key = ""] = text.slice(offset).match(/^[^\s:]+/) ?? [];
  return { offset, message: `${key}: duplicate key: expected each key once` };
}

/** The document as plain data; what can still be wrong with it are its aliases. */
function contentOf(document: Document): Result<unknown, Fault> {
  try {
    return ok(document.toJS());
  } catch (thrown) {
    let offset = 0;
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined) return undefined;
        offset = rangeStart(alias) ?? 0;
        return visit.BREAK;
      },
    });
    return fail({ offset, message: messageOf(thrown) });
  }
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
  const meant = issue.type === "picklist" ? hint(issue.input, wordsIn(issue.expected)) : "";
  if (!issue.message.startsWith("Invalid ")) {
    const isOfType = issue.type === "string" || issue.type === "picklist";
    return `${prefix}${issue.message}${isOfType ? `, received ${inWords(issue.received)}` : ""}${meant}`;
  }
  return `${prefix}expected ${inWords(issue.expected ?? "another value")}, received ${inWords(issue.received)}${meant}`;
}

/** The paths of all keys that the schema has not, wherever it has any. */
function unknownKeys(value: unknown, path: readonly unknown[]): readonly (readonly unknown[])[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unknownKeys(item, [...path, index]));
  const known = keysAt(path);
  if (!isRecord(value) || known.length === 0) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const at = [...path, key];
    return known.includes(key) ? unknownKeys(member, at) : [at];
  });
}

function explainUnknown(keys: readonly unknown[]): string {
  const known = keysAt(keys.slice(0, -1));
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

/** The keys that the schema knows below a path. */
function keysAt(path: readonly unknown[]): readonly string[] {
  let schema: unknown = configSchema;
  for (const key of [...path, null]) {
    while (isRecord(schema) && ("wrapped" in schema || "pipe" in schema)) {
      schema = "wrapped" in schema ? schema.wrapped : shapeIn(schema.pipe);
    }
    if (key === null || !isRecord(schema)) break;
    schema = isRecord(schema.entries) ? schema.entries[String(key)] : schema.item;
  }
  return isRecord(schema) && isRecord(schema.entries) ? Object.keys(schema.entries) : [];
}

/** The part of a pipe that has parts of its own. */
function shapeIn(pipe: unknown): unknown {
  if (!Array.isArray(pipe)) return null;
  return pipe.find(
    (part) => isRecord(part) && ["entries", "item", "wrapped", "pipe"].some((key) => key in part),
  );
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
