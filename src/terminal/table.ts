/** Rows of cells as aligned columns. */
import { cut } from "../text/cut.ts";
import { countable } from "../text/printable.ts";
import { type Colour, PLAIN, paint, type Style, wrap } from "./style.ts";
import { columnsOf } from "./width.ts";

/** A cell. Only its text is coloured, not the blanks that align the cell. */
export interface Cell {
  readonly text: string;
  readonly colour: Colour | null;
}

export interface Row {
  readonly cells: readonly (string | Cell)[];
  /** The note stands behind the cells where there is room, otherwise below them. */
  readonly note?: string;
}

const NOTE_INDENT = 2;
/** The widest column. A wider cell moves the later cells of its own row, and no cell of another row. */
const MAX_ALIGNED = 40;

/** A cell with its text cut and made fit for a column. */
interface Shown {
  readonly text: string;
  readonly columns: number;
  readonly colour: Colour | null;
}

/** Aligns the columns two blanks apart, or one blank where the rows are too wide for two. */
export function table(content: readonly (Row | readonly string[])[], style: Style = PLAIN): string {
  const rows = content.map((row) => {
    const { cells, note = "" }: Row = "cells" in row ? row : { cells: row };
    return { cells: cells.map(shown), note };
  });
  const widths: number[] = [];
  for (const { cells } of rows) {
    for (const [column, { columns }] of cells.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, Math.min(columns, MAX_ALIGNED));
    }
  }
  const total = widths.reduce((sum, width) => sum + width, 0);
  const gap = total + 2 * (widths.length - 1) <= style.width ? "  " : " ";
  return rows
    .map(({ cells, note }) => {
      const aligned = cells.map(({ text, columns, colour }, column) => {
        return paint(style, colour, text) + " ".repeat(Math.max(0, (widths[column] ?? 0) - columns));
      });
      const line = aligned.join(gap);
      const below = wrap(note, style.width - NOTE_INDENT);
      const [only = ""] = below;
      if (below.length === 0) return `${line.trimEnd()}\n`;
      const used = columnsOf(line) + gap.length;
      if (below.length === 1 && used + columnsOf(only) <= style.width) return `${line}${gap}${only}\n`;
      return [line.trimEnd(), ...below.map((part) => " ".repeat(NOTE_INDENT) + part), ""].join("\n");
    })
    .join("");
}

/** Names with their values. A long value continues below itself. */
export function facts(rows: readonly (readonly [string, string])[], style: Style = PLAIN): string {
  const widest = Math.max(0, ...rows.map(([name]) => columnsOf(name)));
  const indent = " ".repeat(widest + 2);
  return rows
    .map(([name, value]) => {
      const [first = "", ...rest] = wrap(value, style.width - indent.length);
      const head = `${paint(style, "bold", name)}${" ".repeat(indent.length - columnsOf(name))}${first}`;
      return [head.trimEnd(), ...rest.map((line) => indent + line), ""].join("\n");
    })
    .join("");
}

function shown(cell: string | Cell): Shown {
  const { text: raw, colour } = typeof cell === "string" ? { text: cell, colour: null } : cell;
  const text = countable(cut(raw));
  return { text, columns: columnsOf(text), colour };
}
