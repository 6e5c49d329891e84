/**
 * A file with all of its mutants in it, of which at most one is chosen while it runs (switch.ts): every mutated node asks
 * whether it is to be what it is, or one of its mutants. Lines keep their numbers as far as mutants have none of their own.
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
  // Outer ones before inner ones, so that each takes in what follows it and lies within.
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
