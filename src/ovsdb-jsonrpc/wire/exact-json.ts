/**
 * JSON with every digit of its integers. The runtime's parser makes doubles of all numbers; where a text has an integer of 16
 * digits or more, which few have, that becomes a string that begins with a NUL before it is parsed. No string of a server
 * begins so (lib/json.c refuses a NUL).
 */

const LONG = /\d{16}/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** As `JSON.parse`; `exactInteger` reads the integers that are long. */
export function parseExactJson(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  return JSON.parse(text.replace(TOKEN, (token) => (LONG_INTEGER.test(token) ? `"\\u0000${token}"` : token)));
}

/** The integer that stands for itself in a text that was parsed so; null for anything else. */
export function exactInteger(json: unknown): bigint | null {
  return typeof json === "string" && json.startsWith("\0") ? BigInt(json.slice(1)) : null;
}
