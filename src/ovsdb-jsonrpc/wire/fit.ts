/**
 * Finds values that may not be sent. ovsdb-server refuses a JSON text with a NUL or half a surrogate pair in a string (lib/json.c):
 * it ends the connection, and every open transaction is lost.
 */
import { excerpt, isArray } from "./json.ts";

const UNFIT = /[\0\p{Surrogate}]/u;

/** Why ovsdb-server could not read this value, in words; null: it can. */
export function unfitForWire(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return UNFIT.test(value) ? `the string ${excerpt(value)} holds a NUL or half a surrogate pair` : null;
    case "boolean":
    case "bigint":
      return null;
    case "number":
      return Number.isFinite(value) ? null : `${value} is not a number that JSON has`;
    case "object":
      return value === null ? "null is not a value of any column" : unfitMember(value);
    default:
      return `${typeof value} is not a value of any column`;
  }
}

function unfitMember(value: object): string | null {
  for (const member of isArray(value) ? value : namesAndValues(value)) {
    const details = unfitForWire(member);
    if (details !== null) return details;
  }
  return null;
}

/** JSON leaves out a member that is undefined. */
function namesAndValues(object: object): readonly unknown[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .flat();
}

/** Every unfit value appears as one of these in the text of `JSON.stringify`; a fit value may appear so too. */
const SUSPICIOUS = /\\u(?:0000|d)|null/;

/** Whether a JSON text needs a closer look. The check is cheap. */
export function isSuspicious(text: string): boolean {
  return SUSPICIOUS.test(text);
}
