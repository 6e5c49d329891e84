/**
 * Parses YAML that somebody may have written to do harm. A text beyond the limits is refused before it is parsed, and aliases
 * beyond the limits before they are followed, so that the work is bounded and grows only with the text. Without the limits, the
 * cost of the parser grows with the square of the keys, of the aliases and of the depth.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLWarning,
} from "yaml";
import { excessOf } from "./excess.ts";
import type { YamlFault } from "./fault.ts";
import { yamlWords } from "./words.ts";

export interface YamlLimits {
  readonly tokens: number;
  /** The limit on values; an alias counts as all values of its target. */
  readonly values: number;
  /** The limit on reported faults of a kind. */
  readonly faults: number;
}

/** A place in the text; lines and columns count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface BoundedYaml {
  /** The document, with each alias replaced by its target; null: no document, or its structure would be a guess. */
  readonly document: Document | null;
  /** The faults, in the order of the text. With a document, they are duplicate keys. */
  readonly faults: readonly YamlFault[];
  readonly placeOf: (offset: number) => Place;
}

/** Duplicate keys are found in this file, and warnings are dropped. */
const PARSE_OPTIONS = { prettyErrors: false, uniqueKeys: false, logLevel: "error" } as const;

/** Characters that YAML forbids, and that would garble a terminal (YAML 1.2, section 5.1). */
const UNPRINTABLE = /(?![\t\n\r\u0085])\p{Cc}/u;

export function parseBounded(text: string, limits: YamlLimits): BoundedYaml {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const broken = (...faults: readonly YamlFault[]): BoundedYaml => {
    return { document: null, faults: inOrder(faults), placeOf };
  };
  const excess = unprintableIn(text) ?? excessOf(text, limits.tokens);
  if (excess !== null) return broken(excess);
  const document = parseDocument(text, PARSE_OPTIONS);
  // After a duplicate key the document can be checked. After any other error its structure is a guess, and later errors
  // would be guesses too.
  const [syntax] = [...document.errors, ...document.warnings.filter(isUnknownTag)].sort(
    (a, b) => a.pos[0] - b.pos[0],
  );
  if (syntax !== undefined) return broken({ offset: syntax.pos[0], message: yamlWords(syntax, text) });
  const duplicates = duplicatesIn(document, limits.faults);
  const unfollowed = followAliases(document, limits);
  if (unfollowed !== null) return broken(...duplicates, unfollowed);
  return { document, faults: duplicates, placeOf };
}

/** The parser only warns of a tag that it does not know, and takes the value as if it had none. */
function isUnknownTag({ code }: YAMLWarning): boolean {
  return code === "TAG_RESOLVE_FAILED";
}

function unprintableIn(text: string): YamlFault | null {
  const odd = UNPRINTABLE.exec(text);
  if (odd === null) return null;
  const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  return { offset: odd.index, message: `control character U+${code}: expected text` };
}

/** The first duplicate keys, in the order of the text. */
function duplicatesIn(document: Document, limit: number): readonly YamlFault[] {
  const duplicates: YamlFault[] = [];
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (keys.has(name)) {
          const message = `${name}: duplicate key: expected each key once`;
          duplicates.push({ offset: key.range?.[0] ?? 0, message });
        }
        keys.add(name);
      }
    },
  });
  return inOrder(duplicates).slice(0, limit);
}

function inOrder(faults: readonly YamlFault[]): readonly YamlFault[] {
  return faults.toSorted((a, b) => a.offset - b.offset);
}

/** Replaces each alias by its target. @returns null: done */
function followAliases(document: Document, limits: YamlLimits): YamlFault | null {
  const targets = new Map<Alias, Node>();
  const anchored = new Map<string, Node>();
  let excess: YamlFault | null = null;
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
      const why = isInside
        ? "an alias of a value that contains the alias"
        : `no &${node.source} before the alias`;
      excess = { offset: node.range?.[0] ?? 0, message: `*${node.source}: ${why}` };
      return visit.BREAK;
    },
  });
  if (excess !== null) return excess;
  if (valuesOf(document.contents, targets) > limits.values) {
    return { offset: 0, message: `more than ${limits.values} values, counting the targets of aliases` };
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
