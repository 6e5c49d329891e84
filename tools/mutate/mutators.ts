/**
 * The mutations of a node of the syntax tree. Each is one small edit, after which the file still compiles and runs. Texts have
 * no mutations, and neither have messages: the contents of templates, of `throw` statements and of Errors.
 */
import { bare, type Node, type Range, rangeOf } from "./syntax.ts";

export interface Edit extends Range {
  /** The text that takes the place of the range. */
  readonly text: string;
}

/** A node, and an edit of the node. A `statement` is left out as a whole; a `body` returns before its first statement. */
export interface Mutation {
  readonly kind: "expression" | "statement" | "body";
  readonly node: Range;
  readonly edit: Edit;
}

/** The nodes above a node, the nearest first. */
export type Ancestors = readonly Node[];

export function mutationsOf(node: Node, above: Ancestors, source: string): readonly Mutation[] {
  const edits = editsOfExpression(node, above, source);
  const mutations: Mutation[] = edits.map((edit) => ({ kind: "expression", node: rangeOf(node), edit }));
  if (isRemovable(node, above)) {
    mutations.push({ kind: "statement", node: rangeOf(node), edit: { ...rangeOf(node), text: ";" } });
  }
  const body = bodyOf(node);
  if (body !== null) {
    const at = rangeOf(body).start + 1;
    const place = { start: at, end: at };
    mutations.push({ kind: "body", node: place, edit: { ...place, text: " return;" } });
  }
  return mutations;
}

/** Whether the node is a message, which gets no mutations at any depth. */
export function isMessage(node: Node): boolean {
  if (node.type === "TemplateLiteral" || node.type === "ThrowStatement") return true;
  return (
    node.type === "NewExpression" && node.callee.type === "Identifier" && /Error$/.test(node.callee.name)
  );
}

function editsOfExpression(node: Node, above: Ancestors, source: string): readonly Edit[] {
  const [parent] = above;
  if (parent === undefined) return [];
  if (isInChain(node, parent)) return [];
  const whole = (text: string): Edit => ({ ...rangeOf(node), text });
  const own = editsOf(node, parent, source);
  if (isTest(node, parent)) {
    if (node.type === "LogicalExpression") return own;
    const loops = parent.type === "WhileStatement" || parent.type === "DoWhileStatement";
    const always = loops || parent.type === "ForStatement" ? ["false"] : ["true", "false"];
    // A condition that always or never holds is a better mutant than the opposite condition.
    const boundaries = isRelation(node) ? own.slice(0, 1) : [];
    return [...always.map(whole), ...boundaries];
  }
  if (isReturned(node, parent) && canBeNull(node)) return [...own, whole("null")];
  return own;
}

function editsOf(node: Node, parent: Node, source: string): readonly Edit[] {
  switch (node.type) {
    case "LogicalExpression": {
      const [left, right, all] = [rangeOf(node.left), rangeOf(node.right), rangeOf(node)];
      const edits = [
        { start: left.end, end: all.end, text: "" },
        { start: all.start, end: right.start, text: "" },
      ];
      if (node.operator === "??") return edits;
      const swapped = node.operator === "&&" ? "||" : "&&";
      return [...edits, { start: left.end, end: right.start, text: ` ${swapped} ` }];
    }
    case "BinaryExpression": {
      const between = { start: rangeOf(node.left).end, end: rangeOf(node.right).start };
      if (node.operator === "+" && (isText(node.left) || isText(node.right))) return [];
      return (OPERATORS[node.operator] ?? []).map((operator) => ({ ...between, text: ` ${operator} ` }));
    }
    case "UnaryExpression": {
      if ((node.operator !== "!" && node.operator !== "-") || isLiteral(node.argument)) return [];
      const { start } = rangeOf(node);
      return [{ start, end: start + 1, text: "" }];
    }
    case "UpdateExpression": {
      const { start, end } = rangeOf(node);
      const text = node.operator === "++" ? "--" : "++";
      return [node.prefix ? { start, end: start + 2, text } : { start: end - 2, end, text }];
    }
    case "AssignmentExpression": {
      const between = { start: rangeOf(node.left).end, end: rangeOf(node.right).start };
      return (OPERATORS[node.operator] ?? []).map((operator) => ({ ...between, text: ` ${operator} ` }));
    }
    case "ArrayExpression":
      return entriesOf(node.elements, source, () => true);
    case "ObjectExpression":
      if (parent.type === "ExpressionStatement") return [];
      return entriesOf(
        node.properties,
        source,
        (entry) =>
          entry.type === "SpreadElement" || (entry.type === "ObjectProperty" && !isLiteral(entry.value)),
      );
    case "CallExpression":
    case "OptionalCallExpression":
      return editsOfCall(node, source);
    default:
      return [];
  }
}

/** The replacements of each operator: the boundary first, then the opposite. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "??=": ["="],
  "||=": ["="],
};

/** Methods whose call a mutant leaves out: the object has the type of the result. */
const PASSING = new Set([
  "filter",
  "sort",
  "toSorted",
  "slice",
  "reverse",
  "toReversed",
  "trim",
  "toLowerCase",
]);
const OPPOSITE: ReadonlyMap<string, string> = new Map([
  ["some", "every"],
  ["every", "some"],
  ["min", "max"],
  ["max", "min"],
  ["startsWith", "endsWith"],
  ["endsWith", "startsWith"],
]);

function editsOfCall(call: Node & { callee: Node }, source: string): readonly Edit[] {
  const { callee } = call;
  if (callee.type !== "MemberExpression" && callee.type !== "OptionalMemberExpression") return [];
  if (callee.computed) return [];
  const property = rangeOf(callee.property);
  const name = source.slice(property.start, property.end);
  const opposite = OPPOSITE.get(name);
  if (opposite !== undefined) return [{ ...property, text: opposite }];
  if (!PASSING.has(name)) return [];
  return [{ start: rangeOf(callee.object).end, end: rangeOf(call).end, text: "" }];
}

/** For each entry an edit that leaves the entry out with a comma. A comma behind the last entry stays, unless there is one entry. */
function entriesOf<N extends Node>(
  all: readonly (N | null)[],
  source: string,
  isLeftOut: (entry: N) => boolean,
): Edit[] {
  return all.flatMap((entry, index) => {
    if (entry === null || !isLeftOut(entry)) return [];
    const [before, after] = [all[index - 1], all[index + 1]];
    const { start, end } = rangeOf(entry);
    if (after) return [{ start, end: rangeOf(after).start, text: "" }];
    if (before) return [{ start: rangeOf(before).end, end, text: "" }];
    const comma = /^\s*,/.exec(source.slice(end))?.[0] ?? "";
    return [{ start, end: end + comma.length, text: "" }];
  });
}

/** Whether the node is a part of a chain with `?.`, which parentheses would break. */
function isInChain(node: Node, parent: Node): boolean {
  if (parent.type === "OptionalMemberExpression") return parent.object === node;
  return parent.type === "OptionalCallExpression" && parent.callee === node;
}

function isTest(node: Node, parent: Node): boolean {
  return "test" in parent && parent.test === node && parent.type !== "SwitchCase";
}

function isRelation(node: Node): boolean {
  return node.type === "BinaryExpression" && /^[<>]=?$/.test(node.operator);
}

function isReturned(node: Node, parent: Node): boolean {
  if (parent.type === "ReturnStatement") return true;
  return parent.type === "ArrowFunctionExpression" && parent.body === node;
}

/** Not so where a part of it is made wrong anyway, or where the text is all. */
function canBeNull(node: Node): boolean {
  const inner = bare(node);
  if (isLiteral(inner) || inner.type === "BlockStatement" || isRelation(inner)) return false;
  if (inner.type === "BinaryExpression") return !["===", "!=="].includes(inner.operator);
  if (inner.type === "UnaryExpression") return inner.operator !== "!" && inner.operator !== "void";
  if (inner.type === "Identifier") return inner.name !== "undefined";
  return inner.type !== "LogicalExpression" && inner.type !== "ConditionalExpression";
}

function isText(node: Node): boolean {
  const { type } = bare(node);
  return type === "StringLiteral" || type === "TemplateLiteral";
}

function isLiteral(node: Node): boolean {
  const { type } = bare(node);
  return type.endsWith("Literal") && type !== "RegExpLiteral";
}

function isRemovable(node: Node, above: Ancestors): boolean {
  if (node.type === "ExpressionStatement") {
    const { expression } = node;
    return !(expression.type === "CallExpression" && expression.callee.type === "Super");
  }
  if (node.type === "ContinueStatement") return true;
  // Only a `break` out of a loop: a case that runs on into the next case does not compile.
  return node.type === "BreakStatement" && above.every(({ type }) => type !== "SwitchCase");
}

/** The body of a function with several statements. The single statement of a shorter function has mutants of its own. */
function bodyOf(node: Node): Node | null {
  const isConstructor = node.type === "ClassMethod" && node.kind === "constructor";
  if (isConstructor || !("body" in node) || !("params" in node)) return null;
  const { body } = node;
  const isBlock =
    typeof body === "object" && body !== null && "type" in body && body.type === "BlockStatement";
  return isBlock && body.body.length > 1 ? body : null;
}
