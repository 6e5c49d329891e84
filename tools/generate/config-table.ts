/** The table of the configuration in docs/configuration.md: a row for each key. */
import { markdownTable } from "./markdown.ts";
import type { Part, Variant } from "./schema-keys.ts";

const HEAD = ["key", "value", "default", "what it is"] as const;

export function configTable(root: Part): string {
  return markdownTable([HEAD, ...configRows(root)]);
}

/** A row for each key, in the order of {@link HEAD}; the cells are Markdown. */
export function configRows(root: Part): readonly (readonly string[])[] {
  return [...root.keys].flatMap(([key, part]) => rowsOf(key, part, ""));
}

/** @param where the owner of the keys, unless this is the whole configuration */
function rowsOf(key: string, part: Part, where: string): readonly (readonly string[])[] {
  if (part.kind === "mapping") {
    return [...part.keys].flatMap(([name, each]) => rowsOf(`${key}.${name}`, each, where));
  }
  if (part.kind === "variants") return variantRows(key, part.variants);
  const row = [`\`${key}\`${where}`, valueText(part), defaultText(part), part.description ?? ""];
  if (part.kind !== "list" || part.item === null || !isOfMappings(part.item)) return [row];
  return [row, ...rowsOf(`${key}[]`, part.item, where)];
}

/** The keys that all mappings have come first, and once. */
function variantRows(key: string, variants: readonly Variant[]): readonly (readonly string[])[] {
  const isCommon = (name: string) => variants.every(({ part }) => part.keys.has(name));
  const [first] = variants;
  if (first === undefined) return [];
  const types = variants.flatMap(({ type }) => type ?? []);
  const common = [...first.part.keys]
    .filter(([name]) => isCommon(name))
    .flatMap(([name, each]) =>
      rowsOf(`${key}.${name}`, name === "type" ? { ...each, words: [...types, "NAME"] } : each, ""),
    );
  const own = variants.flatMap(({ name: variant, part }) =>
    [...part.keys]
      .filter(([name]) => !isCommon(name))
      .flatMap(([name, each]) => rowsOf(`${key}.${name}`, each, ` of ${variant}`)),
  );
  return [...common, ...own];
}

function isOfMappings(item: Part | null): boolean {
  return item?.kind === "mapping" || item?.kind === "variants";
}

function valueText({ kind, words, item, choices }: Part): string {
  if (kind === "words") return words.map((word) => `\`${word}\``).join(", ");
  if (kind === "list") return isOfMappings(item) ? "list of mappings" : `list of ${item?.kind}s`;
  if (kind === "anything") return "mapping";
  if (kind === "either") return choices.map(valueText).join(" or ");
  return kind === "integer" ? "whole number" : kind;
}

function defaultText({ fixedDefault, otherDefault, required }: Part): string {
  if (otherDefault !== null) return otherDefault;
  if (required) return "(required)";
  if (fixedDefault === undefined) return "";
  if (Array.isArray(fixedDefault) && fixedDefault.length === 0) return "none";
  return `\`${String(fixedDefault)}\``;
}
