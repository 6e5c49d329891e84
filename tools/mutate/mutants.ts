/** The mutants of a file: every single edit that makes the file wrong, each with a key that stays when lines move. */
import { type Edit, isMessage, type Mutation, mutationsOf } from "./mutators.ts";
import { childrenOf, type Node, nameOf, parseTypeScript } from "./syntax.ts";

export interface Mutant extends Mutation {
  /** The path from the root of the repository. */
  readonly file: string;
  readonly line: number;
  /** The class, function or constant: `Contests.#winner`; empty at the top of the file. */
  readonly place: string;
  /** The statement or expression without the mutant, and with the mutant, in one line each. */
  readonly was: string;
  readonly becomes: string;
  /** The number among equal mutants of the place, from 1. */
  readonly nth: number;
}

export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const mutants: Mutant[] = [];
  const counts = new Map<string, number>();
  const lines = lineStarts(source);

  function visit(node: Node, above: readonly Node[], places: readonly string[]): void {
    if (isMessage(node) || node.type === "ImportDeclaration") return;
    const name = isPlace(node) ? nameOf(node) : null;
    const within = name === null ? places : [...places, name];
    for (const mutation of mutationsOf(node, above, source)) {
      const place = within.join(".");
      const texts = textsOf(mutation, source);
      const key = JSON.stringify([place, texts]);
      const nth = (counts.get(key) ?? 0) + 1;
      counts.set(key, nth);
      const line = lines.findLastIndex((start) => start <= mutation.edit.start) + 1;
      mutants.push({ ...mutation, ...texts, file, line, place, nth });
    }
    for (const child of childrenOf(node)) visit(child, [node, ...above], within);
  }
  visit(parseTypeScript(source).program, [], []);
  return mutants;
}

/** The mutant as a diff for a reader: `- ` before lines without the mutant, `+ ` before lines with the mutant. */
export function diffOf(mutant: Mutant, source: string): string {
  const start = source.lastIndexOf("\n", mutant.edit.start - 1) + 1;
  const after = source.indexOf("\n", mutant.edit.end);
  const end = after < 0 ? source.length : after;
  const old = source.slice(start, end);
  const edit = { ...mutant.edit, start: mutant.edit.start - start, end: mutant.edit.end - start };
  return [...marked("-", old), ...marked("+", edited(old, edit))].join("\n");
}

/** The text with the edit. */
export function edited(text: string, { start, end, text: instead }: Edit): string {
  return text.slice(0, start) + instead + text.slice(end);
}

function marked(mark: string, text: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => `  ${mark} ${line.trim()}`);
}

function textsOf({ kind, node, edit }: Mutation, source: string): { was: string; becomes: string } {
  if (kind === "body") return { was: "", becomes: "return;" };
  const was = source.slice(node.start, node.end);
  const inside = { ...edit, start: edit.start - node.start, end: edit.end - node.start };
  const becomes = oneLine(edited(was, inside));
  return { was: oneLine(was), becomes };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function isPlace({ type }: Node): boolean {
  return /^(Class|Function)Declaration$|^Class(Private)?(Method|Property)$|^VariableDeclarator$/.test(type);
}

function lineStarts(source: string): readonly number[] {
  return [0, ...[...source.matchAll(/\n/g)].map(({ index }) => index + 1)];
}
