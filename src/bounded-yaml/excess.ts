/**
 * Finds a YAML text that is beyond the limits: too many words and signs, or lists and mappings that are too deep. The lexer and the
 * parser run token by token, so that neither goes on after the limit.
 */
import { type CST, Lexer, Parser } from "yaml";
import type { YamlFault } from "./fault.ts";

/** The lexer's own tokens for a document, a scalar, an error in flow and a byte order mark: they are not in the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f", "\ufeff"]);

/** The limit on nested lists, mappings and brackets. */
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
      // Complete documents are not used here.
    }
    if (depthOf(parser) > MAX_DEPTH)
      return { offset, message: `more than ${MAX_DEPTH} nested levels: ${DEPTH_HINT}` };
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/** The number of open lists, mappings and brackets. */
function depthOf({ stack }: Parser): number {
  if (stack.length <= MAX_DEPTH) return 0;
  return stack.filter(({ type }) => LEVELS.has(type)).length;
}
