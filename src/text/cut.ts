/**
 * Texts of others, cut to what a person reads; programs get all of them.
 *
 * Invariant: the work and what comes out are bounded, whatever the length of the text.
 */

/** Characters (UTF-16 code units) of a text that are shown. */
export const SHOWN = 200;
/** Of a sentence of ours with texts of others in it. */
const SHOWN_OF_SENTENCE = 600;

/** The beginning of a text, then `…` and how long the whole is. */
export function cut(text: string, limit: number = SHOWN): string {
  return text.length <= limit ? text : `${beginning(text, limit)} ${lengthOf(text)}`;
}

function beginning(text: string, limit: number): string {
  // Not half a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit;
  return `${text.slice(0, end)}…`;
}

function lengthOf(text: string): string {
  return `(${text.length.toLocaleString("en")} characters)`;
}

/** More than is ever left of a text: what comes after it is not looked at. */
const LOOKED_AT = 20_000;

/**
 * A sentence in which each text of somebody else, quoted or a word without blanks, is cut; the length of the whole
 * stands at its end when anything was.
 */
export function cutWords(text: string): string {
  return cutParts(text, LOOKED_AT);
}

/** The same, and the whole is cut to some lines. */
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

/** The beginning of a text, in at most so many bytes of UTF-8, and then `…`; the text itself where it fits. */
export function clipBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text.slice(0, limit));
  let end = Math.max(0, limit - Buffer.byteLength("…"));
  // Not within a character: its further bytes begin with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString("utf8", 0, end)}…`;
}

/** What is kept of somebody else's sentence (why a port waits, what was thrown), in bytes: each port may have its own. */
const KEPT_OF_SENTENCE = 4 << 10;

/** The beginning of somebody else's sentence that is to be kept. */
export function clipWords(text: string): string {
  return clipBytes(text, KEPT_OF_SENTENCE);
}
