/** How many columns of a terminal a text takes: most characters one, those of East Asian scripts two, marks none. */

export function columnsOf(text: string): number {
  return Bun.stringWidth(text);
}

/** The text with blanks after it, up to so many columns. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}
