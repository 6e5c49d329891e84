/** The table of conditions in docs/rules.md: a row for each. */
import { CONDITIONS } from "../../src/plug/conditions/list.ts";
import { markdownTable } from "./markdown.ts";

export function conditionsTable(): string {
  const rows = CONDITIONS.map(({ id, statement, otherwise }) => [`\`${id}\``, statement, otherwise]);
  return markdownTable([["condition", "what has to hold", "where it does not hold"], ...rows]);
}
