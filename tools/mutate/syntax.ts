/** The syntax tree of a TypeScript file, and the walk over the nodes that run. */
import { parse } from "@babel/parser";
import type { File, Node } from "@babel/types";

export type { Node } from "@babel/types";

export interface Range {
  readonly start: number;
  /** The position of the first character after the node. */
  readonly end: number;
}

/** Parses a file that compiles. Parentheses are nodes, so the range of a node holds the node's whole text. */
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

/** Notations of types around an expression that runs. */
const TRANSPARENT = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSParameterProperty",
]);

/** The nodes directly below a node that run: types are left out. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter(isNode)
    .filter(({ type }) => !type.startsWith("TS") || TRANSPARENT.has(type));
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The node within parentheses and notations of types. */
export function bare(node: Node): Node {
  const isWrapped = node.type === "ParenthesizedExpression" || TRANSPARENT.has(node.type);
  return isWrapped && "expression" in node && isNode(node.expression) ? bare(node.expression) : node;
}

/** The name of a class, a function, a variable or a property; null: the node is none of these, or has no plain name. */
export function nameOf(node: Node): string | null {
  const named = "key" in node ? node.key : "id" in node ? node.id : null;
  if (!isNode(named)) return null;
  if (named.type === "Identifier") return named.name;
  if (named.type === "PrivateName") return `#${named.id.name}`;
  return named.type === "StringLiteral" ? named.value : null;
}
