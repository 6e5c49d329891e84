/**
 * Makes a file with all of its mutants in it, of which at most one is chosen while the file runs (switch.ts). Every mutated node
 * asks whether one of its mutants is chosen. Lines keep their numbers, unless a mutant has several lines.
 */
import { edited, type Mutant } from "./mutants.ts";
import type { Range } from "./syntax.ts";

/** @param numbered the mutants of the file with the numbers that choose them */
export function switched(
  source: string,
  numbered: readonly (readonly [number, Mutant])[],
  importOfSwitch: string,
): string {
  const groups = Map.groupBy(numbered, ([, { node }]) => `${node.start} ${node.end}`);
  // Outer nodes come before inner nodes, so that each node takes in the following nodes within it.
  const nodes = [...groups.values()]
    .flatMap(([first]) => (first === undefined ? [] : [first[1].node]))
    .sort((a, b) => a.start - b.start || b.end - a.end);

  let next = 0;
  function render({ start, end }: Range): string {
    let [text, at] = ["", start];
    for (let node = nodes[next]; node !== undefined && node.start < end; node = nodes[next]) {
      next++;
      text += source.slice(at, node.start) + around(node, render(node));
      at = node.end;
    }
    return text + source.slice(at, end);
  }
  function around(node: Range, inner: string): string {
    const group = groups.get(`${node.start} ${node.end}`) ?? [];
    const [kind] = group.map(([, mutant]) => mutant.kind);
    const asked = group.map(([number]) => `__mutant(${number})`);
    if (kind === "body") return ` if (${asked.join("||")}) return;`;
    if (kind === "statement") return `{if(!${asked.join("&&!")}){${inner}}}`;
    const was = source.slice(node.start, node.end);
    const choices = group.map(([, { edit }], index) => {
      const inside = { ...edit, start: edit.start - node.start, end: edit.end - node.start };
      return `${asked[index]}?(${edited(was, inside)}):`;
    });
    return `(${choices.join("")}(${inner}))`;
  }
  return importOfSwitch + render({ start: 0, end: source.length });
}
