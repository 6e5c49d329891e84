/**
 * What of a YAML text is beyond what is composed: how many words and signs there are, and how deep lists and mappings go. The
 * lexer and the parser are asked token by token, so that neither goes on behind what is refused.
 */
import { type CST, Lexer, Parser } from "yaml";
import type { YamlFault } from "./fault.ts";

/** The lexer's own, of a document, a scalar, an error in flow, a byte order mark: they take no place in the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f", "\ufeff"]);

/** Lists, mappings and brackets within each other. */
const MAX_DEPTH = 64;
const DEPTH_HINT = "close a { or [ that is open by mistake, or write the list or mapping with fewer levels";
const LEVELS: ReadonlySet<CST.Token["type"]> = new Set(["block-map", "block-seq", "flow-collection"]);

/** @returns null: the text can be composed */
export function excessOf(text: string, maxTokens: number): YamlFault | null {
  const parser = new Parser();
  let tokens = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > maxTokens) {
      return {
        offset,
        message: `more than ${maxTokens} words and signs: vifplugd reads no more of one file`,
      };
    }
    for (const _ of parser.next(token)) {
      // What is complete is of no interest here.
    }
    if (depthOf(parser) > MAX_DEPTH)
      return { offset, message: `more than ${MAX_DEPTH} levels within each other: ${DEPTH_HINT}` };
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/** How many lists, mappings and brackets are open. */
function depthOf({ stack }: Parser): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => LEVELS.has(type)).length;
}
