/**
 * What a text may hold to be a configuration at all. What is beyond it is refused before it is parsed, and aliases
 * before they are followed, so that the work is bounded whatever the text.
 */
import { type Document, isAlias, isCollection, isNode, isPair, Lexer, visit } from "yaml";

export interface Excess {
  readonly offset: number;
  readonly message: string;
}

/** The lexer's own, of a document, a scalar, an error in flow, a byte order mark: they take no place in the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f", "\ufeff"]);

/** Tokens of YAML; the example with every key has some hundreds. */
const MAX_TOKENS = 40_000;
/** Brackets within each other. */
const MAX_DEPTH = 64;
/** Values, where each alias counts as all that it stands for. */
const MAX_VALUES = 40_000;

/** @returns null: the text can be parsed */
export function excessOf(text: string): Excess | null {
  let tokens = 0;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) {
      return { offset, message: `more than ${MAX_TOKENS} words and signs, which no configuration has` };
    }
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
    if (depth > MAX_DEPTH) return { offset, message: `more than ${MAX_DEPTH} brackets within each other` };
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/** @returns null: the document can be made plain data of bounded size */
export function aliasExcessOf(document: Document): Excess | null {
  let excess: Excess | null = null;
  visit(document, {
    Alias(_, alias, path) {
      const target = alias.resolve(document);
      if (target === undefined || !path.some((above) => above === target)) return undefined;
      excess = { offset: alias.range?.[0] ?? 0, message: `*${alias.source}: an alias of what it stands in` };
      return visit.BREAK;
    },
  });
  if (excess !== null) return excess;
  const known = new Map<unknown, number>();
  const valuesIn = (node: unknown): number => {
    const counted = known.get(node);
    if (counted !== undefined) return counted;
    let values = 1;
    if (isAlias(node)) values = valuesIn(node.resolve(document));
    else if (isPair(node)) values = valuesIn(node.key) + valuesIn(node.value);
    else if (isCollection(node)) for (const item of node.items) values += valuesIn(item);
    if (isNode(node)) known.set(node, values);
    return values;
  };
  if (valuesIn(document.contents) <= MAX_VALUES) return null;
  return { offset: 0, message: `more than ${MAX_VALUES} values, with all that aliases stand for` };
}
