/**
 * A line of the log: its fields, as text or as JSON.
 *
 * Invariant: one line, of bounded length, that holds visible characters only, whatever the message holds.
 */
import { clipBytes, cutWords } from "../text/cut.ts";
import { escapeUnseen, printable } from "../text/printable.ts";

/** Bytes of a line with its end. */
export const MAX_LINE_BYTES = 8192;

export interface LineFields {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly level: string;
  readonly module: string;
  readonly message: string;
}

/** @param prefix counts as part of the line */
export function textLine({ time, level, module, message }: LineFields, prefix: string): string {
  const head = `${prefix}${new Date(time).toISOString()} ${level} ${module}: `;
  const body = printable(cutWords(message).replaceAll(/[\r\n\u2028\u2029]+/g, " "));
  return `${clipBytes(head + body, MAX_LINE_BYTES - 1)}\n`;
}

/** @param prefix counts as part of the line */
export function jsonLine({ time, level, module, message }: LineFields, prefix: string): string {
  const encode = (text: string) =>
    prefix +
    escapeUnseen(JSON.stringify({ time: new Date(time).toISOString(), level, module, message: text }));
  let text = cutWords(message);
  let line = encode(text);
  // What has to be escaped takes up to six bytes for one.
  while (Buffer.byteLength(line) >= MAX_LINE_BYTES) {
    text = clipBytes(text, Math.floor(Buffer.byteLength(text) / 2));
    line = encode(text);
  }
  return `${line}\n`;
}
