/**
 * What enters the graph's inputs, parsed from a record. Each row is cut to the columns that the graph reads, and shares
 * the values of columns that did not change with the row before it, as the rows of a live replica do.
 */
import { isDeepStrictEqual } from "node:util";
import { isUuid, type RowChange, type Uuid } from "ovsdb-jsonrpc";
import * as v from "valibot";
import { MonitoredCondition } from "../plug/condition.ts";

const uuid = v.custom<Uuid>(isUuid, "expected a UUID");
const texts = v.map(v.string(), v.string());
const uuids = v.set(uuid);
const text = v.string();

export const settingsSchema = v.object({
  chassis: v.nullable(text),
  bridge: v.nullable(text),
  onWithdraw: v.picklist(["unplug", "keep"]),
  onRename: v.picklist(["replug", "report"]),
  additionalChassis: v.boolean(),
  maxUnplugPercent: v.number(),
});

export const activitySchema = v.object({
  active: v.boolean(),
  reason: v.nullable(text),
  chassis: v.nullable(text),
});

export const confirmedSchema = v.set(text);

export const southboundSchema = v.object({
  synced: v.boolean(),
  acknowledged: v.nullable(
    v.pipe(
      v.object({
        chassisName: v.nullable(text),
        chassisUuid: v.nullable(uuid),
        hostname: v.nullable(text),
        lports: v.set(text),
      }),
      v.transform((asked) => new MonitoredCondition(asked, asked.lports)),
    ),
  ),
});

export const rowSchemas = {
  open_vswitch: v.object({ _uuid: uuid, external_ids: texts, other_config: texts }),
  bridge: v.object({ _uuid: uuid, name: text, datapath_type: text, other_config: texts, ports: uuids }),
  port: v.object({ _uuid: uuid, name: text, interfaces: uuids }),
  iface: v.object({
    _uuid: uuid,
    name: text,
    type: text,
    options: texts,
    other_config: texts,
    external_ids: texts,
    mtu_request: v.nullable(v.number()),
    ofport: v.nullable(v.number()),
    error: v.nullable(text),
  }),
  sb_global: v.object({ _uuid: uuid, options: texts }),
  chassis: v.object({ _uuid: uuid, name: text, hostname: text }),
  port_binding: v.object({
    _uuid: uuid,
    logical_port: text,
    type: text,
    parent_port: v.nullable(text),
    options: texts,
    requested_chassis: v.nullable(uuid),
    requested_additional_chassis: uuids,
  }),
};

/** The rows of one table as they come out of a record. */
export class RecordedTable<Row extends { readonly _uuid: Uuid }> {
  readonly #schema: v.GenericSchema<unknown, readonly { readonly uuid: Uuid; readonly new: Row | null }[]>;
  readonly #rows = new Map<Uuid, Row>();

  constructor(row: v.GenericSchema<unknown, Row>) {
    this.#schema = v.array(v.object({ uuid, new: v.nullable(row) }));
  }

  /**
   * @param isWhole the rows are the whole table
   * @throws ValiError when the batch is not one of this table
   */
  batch(recorded: unknown, isWhole: boolean): readonly RowChange<Row>[] {
    const rows = v.parse(this.#schema, recorded);
    return isWhole ? this.#replace(rows) : rows.map(({ uuid, new: row }) => this.#put(uuid, row));
  }

  /** A row that is the same is the same object, as in the replica that the content came from. */
  #replace(rows: readonly { readonly uuid: Uuid; readonly new: Row | null }[]): readonly RowChange<Row>[] {
    const before = new Map(this.#rows);
    this.#rows.clear();
    return rows.map(({ uuid, new: row }) => {
      const known = before.get(uuid);
      return this.#put(uuid, known !== undefined && row !== null && isSameRow(known, row) ? known : row);
    });
  }

  #put(uuid: Uuid, row: Row | null): RowChange<Row> {
    const old = this.#rows.get(uuid) ?? null;
    const shared = row === null || old === null ? row : shareValues(old, row);
    if (shared === null) this.#rows.delete(uuid);
    else this.#rows.set(uuid, shared);
    return { uuid, old, new: shared };
  }
}

function shareValues<Row extends object>(old: Row, row: Row): Row {
  const before = new Map<string, unknown>(Object.entries(old));
  const shared = Object.entries(row).map(([column, value]) => {
    const known = before.get(column);
    return [column, isSame(known, value) ? known : value];
  });
  return { ...row, ...Object.fromEntries(shared) };
}

function isSameRow(a: object, b: object): boolean {
  const listedColumns = (row: object) =>
    Object.entries(row).map(([column, value]) => [column, listed(value)]);
  return isDeepStrictEqual(listedColumns(a), listedColumns(b));
}

/** Sets and maps are the same in the same order only: which of several causes a decision has can depend on it. */
function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(listed(a), listed(b));
}

function listed(value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...value] : value;
}
