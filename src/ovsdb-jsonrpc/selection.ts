/** What a session is to monitor, checked when it is made: a table that is asked for and not monitored is a mistake. */
import type { AnyCondition } from "./condition.ts";
import type { IndexSelection, Selection } from "./replica.ts";

export interface Selected {
  readonly selection: Selection;
  readonly indexes: IndexSelection;
  readonly conditions: { readonly [table: string]: AnyCondition };
}

/** Throws `RangeError` for conditions and indexes of what is not monitored. A column that is named twice counts once. */
export function checkSelection({ selection, indexes, conditions }: Selected): Selected {
  const tables = Object.entries(selection).map(([table, columns]): [string, readonly string[]] => [
    table,
    [...new Set(columns)],
  ]);
  const columnsOf = new Map(tables);
  for (const table of Object.keys(conditions)) {
    if (!columnsOf.has(table)) throw new RangeError(`where: the table ${table} is not monitored`);
  }
  for (const [table, declared] of Object.entries(indexes)) {
    const columns = columnsOf.get(table);
    if (columns === undefined) throw new RangeError(`indexes: the table ${table} is not monitored`);
    for (const [index, parts] of Object.entries(declared)) {
      for (const part of parts) {
        const [column = ""] = part.split(":", 1);
        if (column !== "_uuid" && !columns.includes(column))
          throw new RangeError(
            `indexes: ${table}.${index} is on the column ${column}, which is not monitored`,
          );
      }
    }
  }
  return { selection: Object.fromEntries(tables), indexes, conditions };
}
