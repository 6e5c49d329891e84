/**
 * A database as `ovsdb-client` dumps it, in a form that can be compared with a replica. Nothing here uses the
 * package's own decoders or conditions.
 */
import type { Condition } from "ovsdb-jsonrpc";
import type { Thing } from "./playground.gen.ts";
import { run } from "./server.ts";

/** Rows by UUID; columns by name; values as text that is equal when the values are. */
export type View = ReadonlyMap<string, ReadonlyMap<string, string>>;

export function dump(remote: string, table: string, columns: readonly string[]): View {
  const output = run("ovsdb-client", "-f", "json", "dump", remote, "Playground", table, "_uuid", ...columns);
  const { headings, data }: { headings: string[]; data: unknown[][] } = JSON.parse(output);
  return new Map(
    data.map((values) => {
      const row = new Map(values.map((value, i) => [headings[i] ?? "", text(value)]));
      return [JSON.parse(row.get("_uuid") ?? '""'), row];
    }),
  );
}

export function viewOf(rows: ReadonlyMap<string, object>): View {
  return new Map(
    Array.from(rows, ([uuid, row]) => [
      uuid,
      new Map(Object.entries(row).map(([name, value]) => [name, text(value)])),
    ]),
  );
}

/** Rows for which a clause of the condition holds. */
export function select(view: View, condition: Condition<Thing>): View {
  return new Map(Array.from(view).filter(([, row]) => condition.some((clause) => holds(row, clause))));
}

/** What differs, a few rows of it; empty if nothing does. */
export function differences(actual: View, expected: View): string[] {
  const uuids = new Set([...actual.keys(), ...expected.keys()]);
  const found: string[] = [];
  for (const uuid of uuids) {
    const [have, want] = [actual.get(uuid), expected.get(uuid)];
    if (have === undefined) found.push(`${uuid} is missing`);
    else if (want === undefined) found.push(`${uuid} is not in the database`);
    else {
      for (const column of new Set([...have.keys(), ...want.keys()])) {
        if (have.get(column) !== want.get(column)) {
          found.push(`${uuid}.${column} is ${have.get(column)}, not ${want.get(column)}`);
        }
      }
    }
  }
  return found.slice(0, 5);
}

/** One text for JSON notation and for values: sets and maps sorted, a set of one element as the element. */
function text(value: unknown): string {
  return JSON.stringify(normal(value));
}

function normal(value: unknown): unknown {
  if (value === null) return ["set", []];
  if (value instanceof Set || (Array.isArray(value) && value[0] === "set")) {
    const elements: unknown[] = value instanceof Set ? [...value] : value[1];
    return elements.length === 1 ? normal(elements[0]) : ["set", sorted(elements.map(normal))];
  }
  if (value instanceof Map || (Array.isArray(value) && value[0] === "map")) {
    const pairs: unknown[][] = value instanceof Map ? [...value] : value[1];
    return ["map", sorted(pairs.map((pair) => pair.map(normal)))];
  }
  return Array.isArray(value) && value[0] === "uuid" ? value[1] : value;
}

function sorted(values: readonly unknown[]): unknown[] {
  return values.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function holds(row: ReadonlyMap<string, string>, clause: Condition<Thing>[number]): boolean {
  if (typeof clause === "boolean") return clause;
  const [column, comparison, operand] = clause;
  const have = row.get(column) ?? "";
  switch (comparison) {
    case "==":
      return have === text(operand);
    case "!=":
      return have !== text(operand);
    case "<":
      return Number(have) < Number(operand);
    case "<=":
      return Number(have) <= Number(operand);
    case ">":
      return Number(have) > Number(operand);
    case ">=":
      return Number(have) >= Number(operand);
    case "includes":
      return elements(operand).every((element) => stored(have).includes(element));
    case "excludes":
      return !elements(operand).some((element) => stored(have).includes(element));
  }
}

/** The elements of an operand, or the pairs of a map, as text. */
function elements(operand: unknown): string[] {
  return operand instanceof Map || operand instanceof Set || Array.isArray(operand)
    ? Array.from(operand, text)
    : [text(operand)];
}

function stored(have: string): string[] {
  const value: unknown = JSON.parse(have);
  if (!Array.isArray(value)) return [have];
  const items: unknown[] = value[1];
  return items.map((item) => JSON.stringify(item));
}
