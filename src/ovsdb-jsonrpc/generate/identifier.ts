/**
 * Names for what a generated module declares. A database or a table may have a name that TypeScript keeps for itself, or
 * that the module needs for something else.
 */

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
