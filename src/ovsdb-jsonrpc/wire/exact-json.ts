/**
 * JSON with every digit of its integers. The runtime parses all numbers as doubles. So an integer of 16 digits or more, which is
 * rare, becomes a string that begins with a NUL before the text is parsed. No string of a server begins so (lib/json.c refuses a
 * NUL).
 */
import type { Parse } from "./json-text.ts";

const LONG = /\d{16}/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** `JSON.parse`, except that `exactInteger` has to read long integers. */
export const parseExactJson: Parse = (text, reviver) => {
  const isPlain = !LONG.test(text);
  const marked = (token: string) => (LONG_INTEGER.test(token) ? `"\\u0000${token}"` : token);
  return JSON.parse(isPlain ? text : text.replace(TOKEN, marked), reviver);
};

/** The long integer behind a value of `parseExactJson`; null: the value is no long integer. */
export function exactInteger(json: unknown): bigint | null {
  return typeof json === "string" && json.startsWith("\0") ? BigInt(json.slice(1)) : null;
}
