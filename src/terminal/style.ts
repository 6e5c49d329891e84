/**
 * The layout of texts for people: within a width, with colours or without.
 *
 * Invariants: lines are broken between words, never within a word. Long texts of others are cut. Only our own colours control
 * the terminal.
 */
import { fail, ok, type Result } from "../result.ts";
import { cut, cutSentence } from "../text/cut.ts";
import { countable } from "../text/printable.ts";
import { columnsOf } from "./width.ts";

export interface Style {
  /** In columns. */
  readonly width: number;
  readonly colour: boolean;
}

export const PLAIN: Style = { width: 80, colour: false };

const MIN_WIDTH = 40;
/** Wider texts than anybody reads: the client and the daemon take a wider terminal for one of this width. */
const MAX_WIDTH = 9999;

/** Select Graphic Rendition (ECMA-48). */
const CODES = { green: 32, yellow: 33, red: 31, magenta: 35, dim: 2, bold: 1, reverse: 7 } as const;
export type Colour = keyof typeof CODES;

export function paint({ colour }: Style, name: Colour | null, text: string): string {
  return colour && name !== null && text !== "" ? `\x1b[${CODES[name]}m${text}\x1b[0m` : text;
}

/** Parses the arguments `[WIDTH [colour]]` of a control command. */
export function parseStyle(width: string | undefined, colour: string | undefined): Result<Style, string> {
  if (width === undefined) return ok(PLAIN);
  if (!/^\d+$/.test(width)) return fail(`expected a width in columns, received ${JSON.stringify(width)}`);
  if (colour !== undefined && colour !== "colour") {
    return fail(`expected "colour" or nothing, received ${JSON.stringify(colour)}`);
  }
  return ok({ width: boundedWidth(Math.max(Number(width), MIN_WIDTH)), colour: colour !== undefined });
}

/** The width for texts on a terminal of so many columns, which may be any number that the terminal says (`stty cols`). */
export function boundedWidth(columns: number): number {
  return Math.min(columns, MAX_WIDTH);
}

/** The arguments `WIDTH [colour]` for a control command. */
export function styleArguments({ width, colour }: Style): readonly string[] {
  return colour ? [String(width), "colour"] : [String(width)];
}

/**
 * Breaks a text between words into lines of at most `width` columns; a wider word has a line of its own. Long texts of
 * others in the text are cut.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let columns = 0;
  for (const word of countable(cutSentence(text)).split(" ")) {
    const wide = columnsOf(word);
    if (line === "") [line, columns] = [word, wide];
    else if (columns + 1 + wide <= width) [line, columns] = [`${line} ${word}`, columns + 1 + wide];
    else {
      lines.push(line);
      [line, columns] = [word, wide];
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The indentation of a text that begins below its head, in columns. */
const BELOW = 6;

/**
 * `first` with the text behind it. Further lines are indented by the width of `first`. When `first` takes more than half of the
 * width (a long name), the text begins below.
 */
export function hang(first: string, text: string, style: Style): string {
  const { width } = style;
  const head = countable(cut(first));
  const indentation = columnsOf(head);
  if (indentation > Math.max(BELOW, width / 2))
    return `${head.trimEnd()}\n${hang(" ".repeat(BELOW), text, style)}`;
  const lines = wrap(text, width - indentation);
  const indent = " ".repeat(indentation);
  if (lines.length === 0) return `${head.trimEnd()}\n`;
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}\n`).join("");
}
