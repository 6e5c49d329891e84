/** Rows of cells as aligned columns. */
import { type Colour, PLAIN, paint, printable, type Style, wrap } from "./style.ts";

/** A cell; the colour is for its text alone, not for what aligns it. */
export interface Cell {
  readonly text: string;
  readonly colour: Colour | null;
}

export interface Row {
  readonly cells: readonly (string | Cell)[];
  /** After the cells where it fits, otherwise below them. */
  readonly note?: string;
}

const NOTE_INDENT = 2;

/** Columns two spaces apart, or one where that makes the rows fit; cells are never cut. */
export function table(content: readonly (Row | readonly string[])[], style: Style = PLAIN): string {
  const rows = content.map((row): Row => ("cells" in row ? row : { cells: row }));
  const widths: number[] = [];
  for (const { cells } of rows) {
    for (const [column, cell] of cells.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, textOf(cell).length);
    }
  }
  const total = widths.reduce((sum, width) => sum + width, 0);
  const gap = total + 2 * (widths.length - 1) <= style.width ? "  " : " ";
  const noteColumn = total + gap.length * widths.length;
  return rows
    .map(({ cells, note: raw = "" }) => {
      const note = printable(raw);
      const padded = cells.map((cell, column) => {
        const spaces = " ".repeat((widths[column] ?? 0) - textOf(cell).length);
        return paint(style, typeof cell === "string" ? null : cell.colour, textOf(cell)) + spaces;
      });
      const line = padded.join(gap);
      if (note === "") return `${line.trimEnd()}\n`;
      if (noteColumn + note.length <= style.width) return `${line}${gap}${note}\n`;
      const below = wrap(note, style.width - NOTE_INDENT);
      return [line.trimEnd(), ...below.map((part) => " ".repeat(NOTE_INDENT) + part), ""].join("\n");
    })
    .join("");
}

/** Names and what they stand for; long values go on below themselves. */
export function facts(rows: readonly (readonly [string, string])[], style: Style = PLAIN): string {
  const widest = Math.max(0, ...rows.map(([name]) => name.length));
  const indent = " ".repeat(widest + 2);
  return rows
    .map(([name, value]) => {
      const [first = "", ...rest] = wrap(value, style.width - indent.length);
      const head = `${paint(style, "bold", name)}${" ".repeat(indent.length - name.length)}${first}`;
      return [head.trimEnd(), ...rest.map((line) => indent + line), ""].join("\n");
    })
    .join("");
}

function textOf(cell: string | Cell): string {
  return printable(typeof cell === "string" ? cell : cell.text);
}
