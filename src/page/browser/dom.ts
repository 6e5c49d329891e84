/**
 * Makes and fills elements.
 *
 * Invariant: a text of others becomes a text node or the value of a harmless attribute, with its unseen characters made
 * visible. No text is ever parsed as markup.
 */
import { cut, cutSentence } from "../../text/cut.ts";
import { printable } from "../../text/printable.ts";

export type Child = Node | string | null;

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  fill(made, ...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  fill(made, ...children);
  return made;
}

export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null));
}

/** A text of others, as a name or a value. */
export function word(text: string): string {
  return cut(printable(text));
}

/** A sentence of our own with texts of others in it. */
export function sentence(text: string): string {
  return cutSentence(printable(text));
}

/** An element of body.html. */
export function byId<E extends Element>(id: string, type: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

/** Writes a text only when it differs, so that a screen reader tells of changes alone. */
export function say(where: Element, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}
