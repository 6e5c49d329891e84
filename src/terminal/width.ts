/** The width of texts in columns of a terminal: most characters take one, those of East Asian scripts two, marks none. */

export function columnsOf(text: string): number {
  return Bun.stringWidth(text);
}

/** The text, filled with blanks to the given columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** The beginning of the text that fits into the columns, with `…` when the text is cut. The colours of the text stay. */
export function fitted(text: string, columns: number): string {
  if (columns < 1) return "";
  if (columnsOf(text) <= columns) return text;
  const cut = Bun.sliceAnsi(text, 0, columns, "…");
  // `sliceAnsi` keeps a character of two columns where there is room for one.
  return columnsOf(cut) <= columns ? cut : Bun.sliceAnsi(text, 0, columns - 1, "…");
}
