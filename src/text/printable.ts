/**
 * Texts that others chose, made fit to be looked at.
 *
 * Invariant: what comes out holds nothing that a terminal, a log's reader or an eye takes for anything but a visible
 * character: no control characters, no format characters (which reorder, join or hide text), no separators of lines.
 */

/** Control and format characters, separators of lines, and halves of characters. A tab is let through. */
const UNSEEN = /(?!\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Stands for each of them. */
const STAND_IN = "\ufffd";

export function printable(text: string): string {
  return text.replaceAll(UNSEEN, STAND_IN);
}

/** In JSON, where each of them can be written so that it is seen and is still itself. */
export function escapeUnseen(json: string): string {
  return json.replaceAll(UNSEEN, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}

/** Whether the text is shown as it is, on one line and without a tab. */
export function isPrintable(text: string): boolean {
  return !text.includes("\t") && text.search(UNSEEN) < 0;
}
