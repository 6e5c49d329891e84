/**
 * A line of the log: its fields, as text or as JSON.
 *
 * Invariant: a line has a bounded length and only visible characters, whatever the message has.
 */
import { clipBytes, cutWords } from "../text/cut.ts";
import { escapeUnseen, printable } from "../text/printable.ts";

/** The limit on a line with its line feed, in bytes. */
export const MAX_LINE_BYTES = 8192;

export interface LineFields {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: string;
  readonly module: string;
  readonly message: string;
}

/** @param prefix counts toward the line's limit */
export function textLine({ time, level, module, message }: LineFields, prefix: string): string {
  const head = `${prefix}${new Date(time).toISOString()} ${level} ${module}: `;
  const body = printable(cutWords(message).replaceAll(/[\r\n\u2028\u2029]+/g, " "));
  return `${clipBytes(head + body, MAX_LINE_BYTES - 1)}\n`;
}

/** @param prefix counts toward the line's limit */
export function jsonLine({ time, level, module, message }: LineFields, prefix: string): string {
  const encode = (text: string) =>
    prefix +
    escapeUnseen(JSON.stringify({ time: new Date(time).toISOString(), level, module, message: text }));
  let text = cutWords(message);
  let line = encode(text);
  // An escaped character takes up to six bytes.
  while (Buffer.byteLength(line) >= MAX_LINE_BYTES) {
    text = clipBytes(text, Math.floor(Buffer.byteLength(text) / 2));
    line = encode(text);
  }
  return `${line}\n`;
}
