/** The syntax tree of a TypeScript file, and the walk over the part of it that runs. */
import { parse } from "@babel/parser";
import type { File, Node } from "@babel/types";

export type { Node } from "@babel/types";

export interface Range {
  readonly start: number;
  /** The first character after it. */
  readonly end: number;
}

/** Of a file that compiles; parentheses are nodes, so that a node's range holds the whole of its text. */
export function parseTypeScript(source: string): File {
  return parse(source, {
    sourceType: "module",
    plugins: ["typescript"],
    createParenthesizedExpressions: true,
    attachComment: false,
  });
}

export function rangeOf(node: Node): Range {
  const { start, end } = node;
  if (typeof start !== "number" || typeof end !== "number") throw new TypeError(`${node.type} has no place`);
  return { start, end };
}

/** Notations of types around what runs. */
const TRANSPARENT = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSParameterProperty",
]);

/** What is directly below a node and runs: types are left out. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter(isNode)
    .filter(({ type }) => !type.startsWith("TS") || TRANSPARENT.has(type));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** What is in the parentheses and below notations of types. */
export function bare(node: Node): Node {
  const isWrapped = node.type === "ParenthesizedExpression" || TRANSPARENT.has(node.type);
  return isWrapped && "expression" in node && isNode(node.expression) ? bare(node.expression) : node;
}

/** What a class, a function, a variable or a property is called; null: it is none of these, or has no plain name. */
export function nameOf(node: Node): string | null {
  const named = "key" in node ? node.key : "id" in node ? node.id : null;
  if (!isNode(named)) return null;
  if (named.type === "Identifier") return named.name;
  if (named.type === "PrivateName") return `#${named.id.name}`;
  return named.type === "StringLiteral" ? named.value : null;
}
