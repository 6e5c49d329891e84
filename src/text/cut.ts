/**
 * Cuts texts of others to a length that a person reads. Programs get the whole texts.
 *
 * Invariant: the work and the result are bounded, whatever the length of the text.
 */

/** How much of a text is shown, in characters (UTF-16 code units). */
export const SHOWN = 200;
/** How much of our own sentence with texts of others in it is shown, in the same unit. */
const SHOWN_OF_SENTENCE = 600;

/** The beginning of a text, then `…` and the length of the whole text; a text within the limit stays as it is. */
export function cut(text: string, limit: number = SHOWN): string {
  return text.length <= limit ? text : `${beginning(text, limit)} ${lengthOf(text)}`;
}

function beginning(text: string, limit: number): string {
  // The cut must not split a surrogate pair.
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}…`;
}

function lengthOf(text: string): string {
  return `(${text.length.toLocaleString("en")} characters)`;
}

/** How much of a text is read, in the same unit: more than is ever shown. */
const LOOKED_AT = 20_000;

/**
 * Cuts each text of others in a sentence: a quoted text, or a word without blanks. When anything was cut, the length of the
 * whole sentence stands at the end.
 */
export function cutWords(text: string): string {
  return cutParts(text, LOOKED_AT);
}

/** Cuts the texts of others as `cutWords` does, and the whole sentence to some lines. */
export function cutSentence(text: string): string {
  return cutParts(text, SHOWN_OF_SENTENCE);
}

function cutParts(text: string, limit: number): string {
  if (text.length <= SHOWN) return text;
  const parts = text
    .slice(0, LOOKED_AT)
    .replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)|\S+/gs, (part) =>
      part.length <= SHOWN ? part : beginning(part, SHOWN),
    );
  const shown = parts.length <= limit ? parts : beginning(parts, limit);
  return shown === text ? text : `${shown} ${lengthOf(text)}`;
}

/** The beginning of a text with `…`, in at most `limit` bytes of UTF-8; a text within the limit stays as it is. */
export function clipBytes(text: string, limit: number): string {
  // A code unit of UTF-16 takes one to three bytes of UTF-8.
  if (3 * text.length <= limit) return text;
  if (text.length <= limit && Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text.slice(0, limit));
  let end = Math.max(0, limit - Buffer.byteLength("…"));
  // The cut must not split a character, whose bytes after the first begin with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}…`;
}

/**
 * How much of a sentence of others (why a port waits, the message of an exception) is kept, in bytes. Each port may have
 * such a sentence of its own.
 */
const KEPT_OF_SENTENCE = 4 << 10;

/** The part of a sentence of others that is kept. */
export function clipWords(text: string): string {
  return clipBytes(text, KEPT_OF_SENTENCE);
}
