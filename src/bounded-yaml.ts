/**
 * What a YAML text may hold: what is beyond it is refused before it is parsed, and aliases before they are followed, so
 * that the work grows with the text and is bounded, whatever the text. The parser alone spends the square of the keys and
 * of the aliases.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  Lexer,
  type Node,
  visit,
} from "yaml";

export interface Excess {
  readonly offset: number;
  readonly message: string;
}

export interface YamlLimits {
  readonly tokens: number;
  /** Values, where each alias counts as all that it stands for. */
  readonly values: number;
}

/** What belongs into `parseDocument`: keys that are there twice are found here, and warnings go to nobody. */
export const PARSE_OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;

/** The lexer's own, of a document, a scalar, an error in flow, a byte order mark: they take no place in the text. */
const SIGNS: ReadonlySet<string> = new Set(["\u0002", "\u0018", "\u001f", "\ufeff"]);

/** Brackets within each other. */
const MAX_DEPTH = 64;

/** @returns null: the text can be parsed */
export function excessOf(text: string, limits: YamlLimits): Excess | null {
  let tokens = 0;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > limits.tokens) {
      return { offset, message: `more than ${limits.tokens} words and signs, which no such file has` };
    }
    if (token === "[" || token === "{") depth++;
    if (token === "]" || token === "}") depth--;
    if (depth > MAX_DEPTH) return { offset, message: `more than ${MAX_DEPTH} brackets within each other` };
    if (!SIGNS.has(token)) offset += token.length;
  }
  return null;
}

/** A key that its mapping has already. */
export interface Duplicate {
  readonly offset: number;
  readonly key: string;
}

/** Up to so many, in the order of the text. */
export function duplicatesIn(document: Document, limit: number): readonly Duplicate[] {
  const duplicates: Duplicate[] = [];
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (keys.has(name)) duplicates.push({ offset: key.range?.[0] ?? 0, key: name });
        keys.add(name);
        if (duplicates.length >= limit) return visit.BREAK;
      }
      return undefined;
    },
  });
  return duplicates;
}

/** Puts in the place of each alias what it stands for. @returns null: done */
export function followAliases(document: Document, limits: YamlLimits): Excess | null {
  const targets = new Map<Alias, Node>();
  const anchored = new Map<string, Node>();
  let excess: Excess | null = null;
  visit(document, {
    Node(_, node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return undefined;
      }
      const target = anchored.get(node.source);
      const isInside = path.some((above) => above === target);
      if (target !== undefined && !isInside) {
        targets.set(node, target);
        return undefined;
      }
      const why = isInside ? "an alias of what it stands in" : `no &${node.source} before it`;
      excess = { offset: node.range?.[0] ?? 0, message: `*${node.source}: ${why}` };
      return visit.BREAK;
    },
  });
  if (excess !== null) return excess;
  if (valuesOf(document.contents, targets) > limits.values) {
    return { offset: 0, message: `more than ${limits.values} values, with all that aliases stand for` };
  }
  visit(document, { Alias: (_, alias) => targets.get(alias) });
  return null;
}

function valuesOf(root: unknown, targets: ReadonlyMap<Alias, Node>): number {
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
  return valuesIn(root);
}
