/**
 * Reads a configuration file: YAML text to a checked {@link Config}, or every error in it with its place.
 * Nothing is read but the file; what is absent from it is a default of the schema.
 */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from "yaml";
import { fail, messageOf, ok, type Result } from "../result.ts";
import { type Config, configSchema } from "./schema.ts";

export const DEFAULT_CONFIG_FILE = "/etc/vifplugd/vifplugd.yaml";

/** One thing that is wrong, at a place of the file; lines and columns count from 1. */
export interface ConfigError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export function formatConfigError({ file, line, column, message }: ConfigError): string {
  return `${file}:${line}:${column}: ${message}`;
}

/** The built-in defaults: the configuration of an empty file. */
export function defaultConfig(): Config {
  return v.parse(configSchema, {});
}

/**
 * @param file the path given with `--config`, or null: then an absent default file means the built-in defaults
 */
export function loadConfig(file: string | null): Result<Config, readonly ConfigError[]> {
  const path = file ?? DEFAULT_CONFIG_FILE;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (thrown) {
    if (file === null && isNotFound(thrown)) return ok(defaultConfig());
    const what = thrown instanceof TypeError ? "it is not UTF-8 text" : messageOf(thrown);
    return fail([{ file: path, line: 1, column: 1, message: `cannot read the configuration: ${what}` }]);
  }
  return parseConfig(text, path);
}

export function parseConfig(text: string, file: string): Result<Config, readonly ConfigError[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    return fail(
      document.errors.map((error: YAMLError) => ({ ...place(error.pos[0]), message: error.message })),
    );
  }
  const content = contentOf(document);
  if (!content.ok) return fail([{ ...place(content.error.offset), message: content.error.message }]);
  const checked = v.safeParse(configSchema, withoutEmptySections(content.value));
  if (checked.success) return ok(checked.output);
  return fail(
    checked.issues.map((issue) => {
      const keys = (issue.path ?? []).map((item) => item.key);
      return { ...place(offsetOf(document, keys, isUnknownKey(issue))), message: explain(issue, keys) };
    }),
  );
}

interface AliasFault {
  readonly offset: number;
  readonly message: string;
}

/** The document as plain data; what can still be wrong with it are its aliases. */
function contentOf(document: ReturnType<typeof parseDocument>): Result<unknown, AliasFault> {
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
  if (isUnknownKey(issue)) {
    return `${prefix}unknown key: expected ${keysAt(keys.slice(0, -1)).join(", ")}`;
  }
  if (isMissingKey(issue)) return `${prefix}missing: this key is required`;
  if (!issue.message.startsWith("Invalid ")) return prefix + issue.message;
  return `${prefix}expected ${inWords(issue.expected ?? "another value")}, received ${inWords(issue.received)}`;
}

function inWords(type: string): string {
  if (type === "Object") return "a mapping";
  if (type === "Array") return "a list";
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

/** Where the value at a path stands, or its key. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  keys: readonly unknown[],
  wantKey: boolean,
): number {
  if (keys.length === 0) return rangeStart(document.contents) ?? 0;
  const above = keys.slice(0, -1);
  if (wantKey) {
    const map = above.length === 0 ? document.contents : document.getIn(above, true);
    const last = String(keys[keys.length - 1]);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === last)
      : null;
    const start = rangeStart(pair?.key);
    if (start !== null) return start;
  }
  return rangeStart(document.getIn(keys, true)) ?? offsetOf(document, above, false);
}

function rangeStart(node: unknown): number | null {
  return isNode(node) && node.range ? node.range[0] : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}
