/**
 * What a text may hold to be a configuration at all. What is beyond it is refused before it is parsed, and aliases
 * before they are followed, so that the work is bounded whatever the text.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  Lexer,
  type Node,
  visit,
} from "yaml";

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
/** The parser's work grows with their square. */
const MAX_ALIASES = 1000;
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
  const targets = new Map<Alias, Node>();
  const anchored = new Map<string, Node>();
  let excess: Excess | null = null;
  // Once, for all of them: an alias's own way goes through the whole document.
  visit(document, {
    Node(_, node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return undefined;
      }
      const target = anchored.get(node.source);
      const isInside = path.some((above) => above === target);
      if (target !== undefined && !isInside && targets.size < MAX_ALIASES) {
        targets.set(node, target);
        return undefined;
      }
      const why = isInside
        ? "an alias of what it stands in"
        : target === undefined
          ? `an alias of nothing: expected &${node.source} before it`
          : `more than ${MAX_ALIASES} aliases, which no configuration has`;
      excess = { offset: node.range?.[0] ?? 0, message: `*${node.source}: ${why}` };
      return visit.BREAK;
    },
  });
  if (excess !== null) return excess;
  const known = new Map<unknown, number>();
  const valuesIn = (node: unknown): number => {
    const counted = known.get(node);
    if (counted !== undefined) return counted;
    let values = 1;
    if (isAlias(node)) values = valuesIn(targets.get(node));
    else if (isPair(node)) values = valuesIn(node.key) + valuesIn(node.value);
    else if (isCollection(node)) for (const item of node.items) values += valuesIn(item);
    if (isNode(node)) known.set(node, values);
    return values;
  };
  if (valuesIn(document.contents) <= MAX_VALUES) return null;
  return { offset: 0, message: `more than ${MAX_VALUES} values, with all that aliases stand for` };
}
