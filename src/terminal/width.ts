/** How many columns of a terminal a text takes: most characters one, those of East Asian scripts two, marks none. */

export function columnsOf(text: string): number {
  return Bun.stringWidth(text);
}

/** The text with blanks after it, up to so many columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** As much of the text as so many columns show, and `…` where that is not all of it; its colours stay what they are. */
export function fitted(text: string, columns: number): string {
  if (columns < 1) return "";
  if (columnsOf(text) <= columns) return text;
  const cut = Bun.sliceAnsi(text, 0, columns, "…");
  // A character of two columns of which one is left is not left out.
  return columnsOf(cut) <= columns ? cut : Bun.sliceAnsi(text, 0, columns - 1, "…");
}
