/** What of a YAML text is beyond what is parsed, found by its tokens alone: how many there are, and how deep it goes. */
import { Lexer } from "yaml";
import type { YamlFault } from "./fault.ts";

/** The lexer's own, of a document, a scalar, an error in flow, a byte order mark: they take no place in the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f", "\ufeff"]);
/** The lexer goes on as if every bracket were closed. */
const FLOW_ERROR = "\u0018";

/** Lists, mappings and brackets within each other. */
const MAX_DEPTH = 64;

/** @returns null: the text can be parsed */
export function excessOf(text: string, maxTokens: number): YamlFault | null {
  let tokens = 0;
  let offset = 0;
  const depth = new Depth();
  for (const token of new Lexer().lex(text)) {
    if (++tokens > maxTokens) {
      return {
        offset,
        message: `more than ${maxTokens} words and signs: vifplugd reads no more of one file`,
      };
    }
    depth.take(token, offset);
    if (depth.levels > MAX_DEPTH)
      return { offset, message: `more than ${MAX_DEPTH} levels within each other` };
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/**
 * How deep the text is at a token: by brackets, and outside of them by the columns where lists and mappings begin, of which
 * each stands in those that begin further left.
 */
class Depth {
  #brackets = 0;
  /** Growing. */
  #columns: number[] = [];
  #lineStart = 0;
  /** Where on the line the key begins that a `:` may follow; null: the `:` itself. */
  #keyColumn: number | null = null;

  get levels(): number {
    return this.#brackets + this.#columns.length;
  }

  take(token: string, offset: number): void {
    const column = offset - this.#lineStart;
    if (token === FLOW_ERROR) this.#brackets = 0;
    else if (token === "[" || token === "{") this.#open(column);
    else if (token === "]" || token === "}") this.#brackets = Math.max(this.#brackets - 1, 0);
    else if (this.#brackets === 0) this.#takeBlock(token, column);
    // What follows a scalar of several lines stands, for the parser, on the line where the scalar began, unless the scalar
    // is a block of its own: no list and no mapping ends there.
    if (!token.endsWith("\n")) return;
    this.#lineStart = offset + token.length;
    if (this.#brackets === 0) this.#keyColumn = null;
  }

  #open(column: number): void {
    if (this.#brackets === 0) this.#keyColumn ??= column;
    this.#brackets++;
  }

  #takeBlock(token: string, column: number): void {
    if (token === "-" || token === "?") this.#begin(column);
    else if (token === ":") this.#begin(this.#keyColumn ?? column);
    else if (!SIGNS.has(token) && token.trim() !== "") this.#keyColumn ??= column;
  }

  #begin(column: number): void {
    while ((this.#columns.at(-1) ?? -1) > column) this.#columns.pop();
    if (this.#columns.at(-1) !== column) this.#columns.push(column);
    this.#keyColumn = null;
  }
}
