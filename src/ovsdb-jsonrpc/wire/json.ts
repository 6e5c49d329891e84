/** JSON values of the wire, and the checks that every parser at the edge needs. */

export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json | undefined;
}

/** True for a JSON object, as opposed to an array, null or an atom. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `Array.isArray` with a checkable element type. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The own member `name`; a missing member is never looked up in the prototype. */
export function member(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** True for equal values; the order of members does not count. */
export function equalJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isArray(a)) {
    return isArray(b) && a.length === b.length && a.every((item, at) => equalJson(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equalJson(a[name], b[name]))
  );
}

/** A short text of a value for error messages, also of a value that JSON does not have. */
export function excerpt(value: unknown, limit = 80): string {
  const text = textOf(value);
  return text.length <= limit ? text : `${text.slice(0, limit)}…`;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** The text of a JSON value, with every digit of a `bigint`. */
export function jsonText(value: Json): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The runtime knows no JSON for a bigint.
    if (error instanceof TypeError) return exactText(value);
    throw error;
  }
}

function exactText(value: Json): string {
  if (typeof value === "bigint") return String(value);
  if (isJsonArray(value)) return `[${value.map(exactText).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([name, item]) =>
    item === undefined ? [] : [`${JSON.stringify(name)}:${exactText(item)}`],
  );
  return `{${members.join(",")}}`;
}

function isJsonArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
