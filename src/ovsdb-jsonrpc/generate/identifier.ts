/**
 * Names for what a generated module declares. A database or a table may have a name that TypeScript keeps for itself, or
 * that the module needs for something else.
 */
import type { TableSchema, UntypedSchema } from "../schema/schema.ts";

/** What no declaration of a module may be called (ECMA-262 "Reserved Words", and TypeScript's names of types). */
const RESERVED: ReadonlySet<string> = new Set(
  [
    "await break case catch class const continue debugger default delete do else enum export extends false finally for",
    "function if import in instanceof new null return super switch this throw true try typeof var void while with yield",
    "arguments eval implements interface let package private protected public static globalThis undefined",
    "any bigint boolean never number object string symbol unknown",
  ].flatMap((line) => line.split(" ")),
);

/** What the text of a generated module refers to. */
const REFERRED: ReadonlySet<string> = new Set([
  "DatabaseSchema",
  "Integer",
  "ReadonlyMap",
  "ReadonlySet",
  "Uuid",
]);

const ID = /^[A-Za-z_][A-Za-z0-9_]*$/;
const VERSION = /^(?:\d+\.\d+\.\d+)?$/;

/**
 * Why no module can be made of the schema: a name or a version that ovsdb-server refuses (RFC 7047 section 3.1, `<id>` and
 * `<version>`), and that would end a comment of the module, or be no name in TypeScript. Null: a module can be made.
 */
export function whyNoModule({ name, version, tables }: UntypedSchema): string | null {
  if (!ID.test(name)) return `the name of the database is ${wrongId(name)}`;
  if (!VERSION.test(version))
    return `the version is ${JSON.stringify(version)}: expected X.Y.Z, three numbers`;
  for (const [table, schema] of Object.entries(tables)) {
    if (!ID.test(table)) return `the name of a table is ${wrongId(table)}`;
    const wrong = namesIn(schema).find((one) => !ID.test(one));
    if (wrong !== undefined)
      return `the name of a column of table ${table}, or of a table there, is ${wrongId(wrong)}`;
  }
  return null;
}

/** The names of the columns, and of the tables that they refer to. */
function namesIn({ columns, unreadable = {} }: TableSchema): readonly string[] {
  const bases = Object.values(columns).flatMap(({ key, value }) => [key, value]);
  const referred = bases.flatMap((base) => base?.refTable ?? []);
  return [...Object.keys(columns), ...Object.keys(unreadable), ...referred];
}

function wrongId(name: string): string {
  return `${JSON.stringify(name)}: expected letters, digits and _, and no digit first`;
}

/** `name`, made an identifier if it is none, with `suffix` as often as it takes to be neither reserved nor taken. */
export function declarable(name: string, suffix: string, taken: ReadonlySet<string> = new Set()): string {
  let identifier = /^[A-Za-z]/.test(name) ? name : `_${name}`;
  while (RESERVED.has(identifier) || REFERRED.has(identifier) || taken.has(identifier)) identifier += suffix;
  return identifier;
}

/** The name as a member of an object literal, where this one would set the prototype. */
export function memberName(name: string): string {
  return name === "__proto__" ? '["__proto__"]' : name;
}
