/** The README's table of the configuration: a row for each key. */
import type { Part } from "./schema-keys.ts";

const HEAD = ["key", "value", "default", "what it is"] as const;

export function configTable(root: Part): string {
  const rows = [...root.keys].flatMap(([key, part]) => rowsOf(key, part));
  const cells = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head, ...body] = cells.map(line);
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body, ""].join("\n");
}

function rowsOf(key: string, part: Part): readonly (readonly string[])[] {
  if (part.kind === "unknown") return [];
  if (part.kind === "mapping")
    return [...part.keys].flatMap(([name, each]) => rowsOf(`${key}.${name}`, each));
  const row = [`\`${key}\``, valueText(part), defaultText(part), part.description ?? ""];
  if (part.kind !== "list" || part.item?.kind !== "mapping") return [row];
  return [row, ...rowsOf(`${key}[]`, part.item)];
}

function valueText({ kind, words, item }: Part): string {
  if (kind === "words") return words.map((word) => `\`${word}\``).join(", ");
  if (kind === "list") return item?.kind === "mapping" ? "list of mappings" : `list of ${item?.kind}s`;
  return kind === "integer" ? "whole number" : kind;
}

function defaultText({ fixedDefault, otherDefault, required }: Part): string {
  if (otherDefault !== null) return otherDefault;
  if (required) return "(required)";
  if (fixedDefault === undefined) return "";
  if (Array.isArray(fixedDefault) && fixedDefault.length === 0) return "none";
  return `\`${String(fixedDefault)}\``;
}
