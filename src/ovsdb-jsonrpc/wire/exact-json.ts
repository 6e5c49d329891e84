/**
 * JSON with every digit of its integers. The runtime's parser makes doubles of all numbers; where a text has an integer of 16
 * digits or more, which few have, that becomes a string that begins with a NUL before it is parsed. No string of a server
 * begins so (lib/json.c refuses a NUL).
 */
import type { Parse } from "./json-text.ts";

const LONG = /\d{16}/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** As `JSON.parse`; `exactInteger` reads the integers that are long. */
export const parseExactJson: Parse = (text, reviver) => {
  const isPlain = !LONG.test(text);
  const marked = (token: string) => (LONG_INTEGER.test(token) ? `"\\u0000${token}"` : token);
  return JSON.parse(isPlain ? text : text.replace(TOKEN, marked), reviver);
};

/** The integer that stands for itself in a text that was parsed so; null for anything else. */
export function exactInteger(json: unknown): bigint | null {
  return typeof json === "string" && json.startsWith("\0") ? BigInt(json.slice(1)) : null;
}
