/**
 * JSON with every digit of its integers. The runtime parses all numbers as doubles. So an integer of 16 digits or more, which is
 * rare, becomes a string that begins with a NUL before the text is parsed. No string of a server begins so (lib/json.c refuses a
 * NUL).
 */
import type { Parse } from "./json-text.ts";

const LONG = /\d{16}/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/** `JSON.parse`, except that `exactInteger` has to read long integers. */
export const parseExactJson: Parse = (text, reviver) =>
  JSON.parse(LONG.test(text) ? marked(text) : text, reviver);

/**
 * The text with a mark on each long integer. Strings are stepped over quote by quote: a regular expression for a whole string runs
 * out of memory in a string of some megabytes, and one of the runtimes then finds nothing instead of throwing.
 */
function marked(text: string): string {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const between = text.slice(at, quote === -1 ? text.length : quote);
    parts.push(LONG.test(between) ? between.replace(NUMBER, markLong) : between);
    at = quote === -1 ? text.length : stringEnd(text, quote);
    if (quote !== -1) parts.push(text.slice(quote, at));
  }
  return parts.join("");
}

function markLong(number: string): string {
  return LONG_INTEGER.test(number) ? `"\\u0000${number}"` : number;
}

/** The offset behind the string that begins at `quote`; the length of the text where no quote ends the string. */
function stringEnd(text: string, quote: number): number {
  for (let end = text.indexOf('"', quote + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** The long integer behind a value of `parseExactJson`; null: the value is no long integer. */
export function exactInteger(json: unknown): bigint | null {
  return typeof json === "string" && json.startsWith("\0") ? BigInt(json.slice(1)) : null;
}
