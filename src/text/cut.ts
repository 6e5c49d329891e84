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

/** More than is ever left of a sentence: what comes after it is not looked at. */
const LOOKED_AT = 20_000;

/**
 * A sentence in which each text of somebody else, quoted or a word without blanks, is cut, and then the whole; the
 * length of the whole stands at its end when anything was cut.
 */
export function cutSentence(text: string): string {
  if (text.length <= SHOWN) return text;
  const parts = text
    .slice(0, LOOKED_AT)
    .replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)|\S+/gs, (part) =>
      part.length <= SHOWN ? part : beginning(part, SHOWN),
    );
  const shown = parts.length <= SHOWN_OF_SENTENCE ? parts : beginning(parts, SHOWN_OF_SENTENCE);
  return shown === text ? text : `${shown} ${lengthOf(text)}`;
}
