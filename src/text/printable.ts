/**
 * Makes texts of others fit for a person to look at.
 *
 * Invariant: apart from tabs, the result holds visible characters and blanks alone: no control characters, no format
 * characters (which reorder, join or hide text), no separators of lines or paragraphs.
 */

/** Control and format characters, separators of lines and paragraphs, and lone surrogates. A tab passes. */
const UNSEEN = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Stands for each unseen character. */
const STAND_IN = "\ufffd";

export function printable(text: string): string {
  return text.replaceAll(UNSEEN, STAND_IN);
}

/** `printable` for a text whose columns are counted: a terminal gives a tab one to eight columns, so a blank stands for it. */
export function countable(text: string): string {
  return printable(text).replaceAll("\t", " ");
}

/** Writes each unseen character of a JSON text as an escape, so that the text is readable and keeps its value. */
export function escapeUnseen(json: string): string {
  return json.replaceAll(UNSEEN, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** Whether `printable` leaves the text as it is, and the text has no tab. */
export function isPrintable(text: string): boolean {
  return !text.includes("\t") && text.search(UNSEEN) < 0;
}
