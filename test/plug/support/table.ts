/**
 * One table of a database server in memory, and how much of it the graph has been told. The difference between the
 * two is the next batch, so updates can be held back, merged and lost as on a real connection.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { TableBatch } from "../../../src/plug/rows.ts";

export class Table<Row extends { readonly _uuid: Uuid }> {
  readonly #rows = new Map<Uuid, Row>();
  readonly #told = new Map<Uuid, Row>();

  /** What the server has. */
  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  /** What a client has been told. */
  get told(): ReadonlyMap<Uuid, Row> {
    return this.#told;
  }

  get(uuid: Uuid): Row | undefined {
    return this.#rows.get(uuid);
  }

  find(predicate: (row: Row) => boolean): Row | undefined {
    return this.rows.find(predicate);
  }

  /** As a replica does, values that did not change are kept, and so is the row when none did. */
  set(row: Row): void {
    const old = this.#rows.get(row._uuid);
    this.#rows.set(row._uuid, old === undefined ? row : keepEqual(old, row));
  }

  edit(uuid: Uuid, columns: Partial<Row>): void {
    const row = this.#rows.get(uuid);
    if (row !== undefined) this.set({ ...row, ...columns });
  }

  delete(uuid: Uuid): void {
    this.#rows.delete(uuid);
  }

  /** Tells of everything that changed among the rows in view. */
  tell(isInView: (row: Row) => boolean = () => true): TableBatch<Row> {
    const batch: { uuid: Uuid; old: Row | null; new: Row | null }[] = [];
    for (const uuid of new Set([...this.#told.keys(), ...this.#rows.keys()])) {
      const old = this.#told.get(uuid) ?? null;
      const row = this.#rows.get(uuid);
      let now = row !== undefined && isInView(row) ? row : null;
      if (now === old) continue;
      // A row that comes (back) into view is a new object, as it is on the wire.
      if (now !== null && old === null) now = this.#renew(now);
      batch.push({ uuid, old, new: now });
      if (now === null) this.#told.delete(uuid);
      else this.#told.set(uuid, now);
    }
    return batch;
  }

  /** What the server has now; to be handed to `restore` where a transaction fails half way. */
  snapshot(): ReadonlyMap<Uuid, Row> {
    return new Map(this.#rows);
  }

  restore(rows: ReadonlyMap<Uuid, Row>): void {
    this.#rows.clear();
    for (const [uuid, row] of rows) this.#rows.set(uuid, row);
  }

  #renew(row: Row): Row {
    const renewed = { ...row };
    this.#rows.set(row._uuid, renewed);
    return renewed;
  }
}

function keepEqual<Row extends object>(old: Row, row: Row): Row {
  const before = new Map<string, unknown>(Object.entries(old));
  const columns = Object.entries(row).map(([column, value]) => {
    return [column, Bun.deepEquals(before.get(column), value) ? before.get(column) : value] as const;
  });
  if (columns.every(([column, value]) => value === before.get(column))) return old;
  return { ...row, ...Object.fromEntries(columns) };
}
