/**
 * What a server checks and does when a transaction is committed (RFC 7047 section 4.1.3), in the order in which
 * ovsdb-server does it: references, garbage, the number of rows, weak references, indexes.
 */
import { type Change, fieldOf, indexKey, type Row, referencesOf, type Uuid } from "./database.ts";
import { filtered } from "./datum.ts";
import { Refusal } from "./notation.ts";
import type { Column, Table } from "./schema.ts";
import { isSameRow, type Staging } from "./staging.ts";

export interface Committed {
  readonly changes: readonly Change[];
  /** Something was done, though it may come to nothing: a row that is inserted, and not referred to. */
  readonly hasActed: boolean;
  /**
   * A row that is changed refers weakly to one that goes: ovsdb-server 3.1 drops that reference or leaves it, depending on
   * the order of a hash table. Here it is always dropped.
   */
  readonly isUncertain: boolean;
}

/** Throws a `Refusal`. */
export function commit(staging: Staging, newUuid: () => Uuid): Committed {
  staging.dropUnchanged();
  if (staging.isEmpty) return { changes: [], hasActed: false, isUncertain: false };
  collectGarbage(staging, countReferences(staging));
  checkRowCounts(staging);
  const isUncertain = dropWeakReferences(staging);
  checkIndexes(staging);
  return { changes: versioned(staging, newUuid), hasActed: true, isUncertain };
}

/** By how much the number of strong references to a row changes. */
type Counts = Map<Uuid, number>;

function countReferences(staging: Staging): Counts {
  const counts: Counts = new Map();
  for (const { table, old, now } of staging.all()) {
    for (const { target, isStrong } of old === null ? [] : referencesOf(table, old))
      if (isStrong) counts.set(target, (counts.get(target) ?? 0) - 1);
    for (const { target, isStrong, refTable } of now === null ? [] : referencesOf(table, now)) {
      if (!isStrong) continue;
      if (!isThere(staging, refTable, target))
        throw new Refusal("referential integrity violation", `there is no ${refTable} ${target}`);
      counts.set(target, (counts.get(target) ?? 0) + 1);
    }
  }
  for (const { uuid, now } of staging.all())
    if (now === null && references(staging, uuid, counts) > 0)
      throw new Refusal("referential integrity violation", `${uuid} is referred to`);
  return counts;
}

function references({ database }: Staging, uuid: Uuid, counts: Counts): number {
  return database.strongReferences(uuid) + (counts.get(uuid) ?? 0);
}

function isThere(staging: Staging, refTable: string, uuid: Uuid): boolean {
  const table = staging.database.schema.tables.get(refTable);
  return table !== undefined && staging.row(table, uuid) !== null;
}

function collectGarbage(staging: Staging, counts: Counts): void {
  const { tables } = staging.database.schema;
  const suspects: { readonly table: Table; readonly uuid: Uuid }[] = [...staging.all()];
  for (const table of tables.values()) {
    if (table.isRoot) continue;
    for (const uuid of counts.keys()) if (staging.row(table, uuid) !== null) suspects.push({ table, uuid });
  }
  for (let next = suspects.pop(); next !== undefined; next = suspects.pop()) {
    const { table, uuid } = next;
    const row = staging.row(table, uuid);
    if (table.isRoot || row === null || references(staging, uuid, counts) > 0) continue;
    staging.set(table, uuid, null);
    for (const { target, isStrong, refTable } of referencesOf(table, row)) {
      const referred = tables.get(refTable);
      if (!isStrong || referred === undefined) continue;
      counts.set(target, (counts.get(target) ?? 0) - 1);
      suspects.push({ table: referred, uuid: target });
    }
  }
}

function checkRowCounts(staging: Staging): void {
  for (const table of staging.tables()) {
    if (table.maxRows === Number.POSITIVE_INFINITY) continue;
    let count = staging.database.rows(table).size;
    for (const { old, now } of staging.of(table)) count += Number(now !== null) - Number(old !== null);
    if (count > table.maxRows) throw new Refusal("constraint violation", `too many rows in ${table.name}`);
  }
}

/** Answers whether the real server might have left one. */
function dropWeakReferences(staging: Staging): boolean {
  let isUncertain = false;
  for (const { uuid, now } of staging.all()) {
    if (now !== null) continue;
    for (const [source, table] of staging.database.weakReferrers(uuid)) {
      const row = staging.row(table, source);
      if (row === null) continue;
      if (staging.has(table, source)) isUncertain = true;
      staging.set(table, source, row);
    }
  }
  for (const { table, uuid, now } of staging.all()) {
    if (now === null || table.references.length === 0) continue;
    const kept = table.references.reduce((row, column) => withoutDangling(staging, row, column), now);
    if (kept !== now) staging.set(table, uuid, kept);
  }
  return isUncertain;
}

function withoutDangling(staging: Staging, row: Row, column: Column): Row {
  const { key, value, min } = column.type;
  const datum = fieldOf(row, column);
  const stays = (refTable: string | null, isStrong: boolean, atom: unknown) =>
    refTable === null || isStrong || typeof atom !== "string" || isThere(staging, refTable, atom);
  const kept = filtered(
    datum,
    (at) =>
      stays(key.refTable, key.isStrong, datum.keys[at]) &&
      (value === null || stays(value.refTable, value.isStrong, datum.values?.[at])),
  );
  if (kept === datum) return row;
  if (kept.keys.length < min) throw new Refusal("constraint violation", `${column.name} would be empty`);
  return { ...row, [column.name]: kept };
}

function checkIndexes(staging: Staging): void {
  for (const table of staging.tables()) {
    for (const index of table.indexes.keys()) {
      const seen = new Set<string>();
      for (const { now } of staging.of(table)) {
        if (now === null) continue;
        const key = indexKey(table, index, now);
        const other = staging.database.indexed(table, index, key);
        if (seen.has(key) || (other !== undefined && !staging.has(table, other)))
          throw new Refusal("constraint violation", `${table.name} has two rows with ${key}`);
        seen.add(key);
      }
    }
  }
}

function versioned(staging: Staging, newUuid: () => Uuid): readonly Change[] {
  return staging.all().flatMap((change) => {
    const { table, old, now } = change;
    if (now === null) return old === null ? [] : [change];
    if (isSameRow(table, old, now)) return [];
    return [{ ...change, now: { ...now, _version: { keys: [newUuid()], values: null } } }];
  });
}
