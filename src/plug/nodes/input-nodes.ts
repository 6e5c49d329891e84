/**
 * The input nodes: how they apply and track what enters the graph. The data of a database table are rows by uuid; its tracked
 * changes hold, for each row that changed since the last run, the row before the first change. Port bindings are the
 * exception: their data are rows by logical port, and their tracked changes are the names of logical ports.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import {
  type Cause,
  causeOfKey,
  type InputNode,
  input,
  type KeyedChanges,
  keyedChanges,
  type Own,
  unchanged,
  unhandled,
  updated,
} from "../../graph/index.ts";
import { type Departure, type DepartureEvent, departureAfter } from "../absence.ts";
import type { Attempt } from "../attempt.ts";
import type { OtherChassis } from "../bound.ts";
import type { MonitorScope } from "../monitor-scope.ts";
import type {
  BridgeRow,
  ChassisRow,
  InterfaceRow,
  OpenVSwitchRow,
  PortBindingRow,
  PortRow,
  SbGlobalRow,
  SslRow,
  TableBatch,
} from "../rows.ts";
import { type RowOf, type Table, type TableKey, tables } from "../tables.ts";

export interface TableChange<Row> {
  readonly old: Row | null;
  readonly new: Row | null;
  readonly cause: Cause;
}
export type TableRows<Row> = Map<Uuid, Row>;
export type TableChanges<Row> = Map<Uuid, TableChange<Row>>;

/** Joins several changes under one key: the state before the first change is kept. */
export function trackChange<K, Row>(
  changes: Map<K, TableChange<Row>>,
  key: K,
  change: TableChange<Row>,
): void {
  const before = changes.get(key);
  changes.set(key, before === undefined ? change : { ...change, old: before.old });
}

/** The number of rows from which on all rows of a batch share one cause. */
const LARGE_BATCH = 64;

/** An input node for one table. */
function tableInput<Row>({ node, key }: Table<Row>) {
  return input({
    name: node,
    data: (): TableRows<Row> => new Map(),
    changes: (): TableChanges<Row> => new Map(),
    apply(batch: TableBatch<Row>, { data, changes, cause }: Own<TableRows<Row>, TableChanges<Row>>) {
      if (batch.length === 0) return unchanged;
      for (const change of batch) {
        if (change.new === null) data.delete(change.uuid);
        else data.set(change.uuid, change.new);
        const row = change.new ?? change.old;
        const rowCause = row === null || batch.length >= LARGE_BATCH ? cause : causeOfKey(cause, key(row));
        trackChange(changes, change.uuid, { old: change.old, new: change.new, cause: rowCause });
      }
      return updated;
    },
  });
}

/** The input nodes of all tables but the port bindings; the data are rows by uuid. */
export function tableInputs() {
  return {
    openVSwitch: tableInput<OpenVSwitchRow>(tables.openVSwitch),
    bridge: tableInput<BridgeRow>(tables.bridge),
    port: tableInput<PortRow>(tables.port),
    iface: tableInput<InterfaceRow>(tables.iface),
    ssl: tableInput<SslRow>(tables.ssl),
    sbGlobal: tableInput<SbGlobalRow>(tables.sbGlobal),
    chassis: tableInput<ChassisRow>(tables.chassis),
  } satisfies Omit<TableInputs, "portBinding">;
}

/** The input of the graph for each table. */
export type TableInputs = {
  readonly [K in TableKey]: InputNode<unknown, unknown, TableBatch<RowOf<K>>>;
};

/**
 * An input node for the port bindings. The Southbound has one port binding of each name (a unique index, ovn-sb(5)); of two,
 * the last one counts.
 */
export function portBindingInput() {
  return input({
    name: tables.portBinding.node,
    data: (): Map<string, PortBindingRow> => new Map(),
    changes: () => keyedChanges<string>(),
    apply(
      batch: TableBatch<PortBindingRow>,
      { data, changes, cause }: Own<Map<string, PortBindingRow>, KeyedChanges<string>>,
    ) {
      const track = (lport: string): void => {
        changes.set(lport, batch.length >= LARGE_BATCH ? cause : causeOfKey(cause, lport));
      };
      for (const { uuid, old, new: row } of batch) {
        // Another row may have taken the name in the same batch.
        if (
          old !== null &&
          old.logical_port !== row?.logical_port &&
          data.get(old.logical_port)?._uuid === uuid
        ) {
          data.delete(old.logical_port);
          track(old.logical_port);
        }
        if (row === null) continue;
        data.set(row.logical_port, row);
        track(row.logical_port);
      }
      return changes.size === 0 ? unchanged : updated;
    },
  });
}

/** A holder for a value that is replaced as a whole. */
export interface Current<T> {
  current: T;
}

/** An input node for one value. */
export function valueInput<T>(initial: T) {
  return {
    data: (): Current<T> => ({ current: initial }),
    apply(value: T, { data }: Own<Current<T>, undefined>) {
      if (Object.is(data.current, value)) return unchanged;
      data.current = value;
      return updated;
    },
  };
}

/** The state of the session with the Southbound. */
export interface SouthboundState {
  /** Connected to a server that is up to date, and its snapshot is complete. */
  readonly synced: boolean;
  /** The condition whose rows are all here; null: not known, as between the conditions of two chassis. */
  readonly acknowledged: MonitorScope | null;
  /**
   * The number of the present view. The number changes whenever rows may come and go because of ourselves (a new connection,
   * condition or Chassis row, new options of SB_Global). Null: the view is changing.
   */
  readonly view?: number | null;
  /** True: one monitor has told of a commit, and a message of another monitor about the same commit may be on its way. */
  readonly isInDoubt?: boolean;
  /** Not null: the rows are those of another cluster than before, and no complete pass without an unplug has ended since. */
  readonly stranger?: Stranger | null;
}

/** A Southbound that is another database than before: the ids of both clusters; null: no cluster. */
export interface Stranger {
  readonly before: string | null;
  readonly now: string | null;
}

function sameStranger(a: Stranger | null | undefined, b: Stranger | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  return a.before === b.before && a.now === b.now;
}

export const southboundInput = {
  data: (): Current<SouthboundState> => ({
    current: { synced: false, acknowledged: null, stranger: null },
  }),
  /** Logical ports that an acknowledged condition asks for, or has stopped asking for. */
  changes: () => keyedChanges<string>(),
  apply(state: SouthboundState, { data, changes, cause }: Own<Current<SouthboundState>, Map<string, Cause>>) {
    const before = data.current;
    // Nodes compare `stranger` by identity, and a record has a copy in each of its lines: an equal value keeps its identity.
    const known = before.stranger ?? null;
    data.current =
      known !== null && sameStranger(known, state.stranger) ? { ...state, stranger: known } : state;
    if (before.synced !== state.synced) return unhandled(state.synced ? "it is synced" : "it is not synced");
    const [asked, asks] = [before.acknowledged, state.acknowledged];
    const isAsCertain = (before.isInDoubt ?? false) === (state.isInDoubt ?? false);
    if (asked === asks) {
      const isSame = sameStranger(before.stranger, state.stranger) && before.view === state.view;
      return isSame && isAsCertain ? unchanged : updated;
    }
    if (asked === null || asks === null || !asks.sameChassis(asked)) {
      return unhandled("the acknowledged condition is for another chassis");
    }
    for (const lport of asks.lports) if (!asked.lports.has(lport)) changes.set(lport, cause);
    for (const lport of asked.lports) if (!asks.lports.has(lport)) changes.set(lport, cause);
    return updated;
  },
};

/** The events of the port bindings that left the view. */
export type DepartureBatch = readonly { readonly lport: string; readonly event: DepartureEvent }[];

export const departureInput = byLport<Departure, DepartureBatch[number]>(
  ({ event }, before) => departureAfter(event, before) ?? null,
);

/** The new attempts of some logical ports; null: the attempt is forgotten. */
export type AttemptBatch = readonly { readonly lport: string; readonly attempt: Attempt | null }[];

export const attemptInput = byLport<Attempt, AttemptBatch[number]>(({ attempt }) => attempt);

/** The answers of the Southbound about rows of other chassis; absent: nobody needs the answer any more. */
export type OtherChassisBatch = readonly { readonly uuid: Uuid; readonly chassis?: OtherChassis }[];

export const otherChassisInput = {
  data: (): Map<Uuid, OtherChassis> => new Map(),
  changes: () => keyedChanges<Uuid>(),
  apply(
    batch: OtherChassisBatch,
    { data, changes, cause }: Own<Map<Uuid, OtherChassis>, KeyedChanges<Uuid>>,
  ) {
    for (const { uuid, chassis } of batch) {
      if (chassis === undefined) data.delete(uuid);
      else data.set(uuid, chassis);
      changes.set(uuid, cause);
    }
    return batch.length === 0 ? unchanged : updated;
  },
};

/** An input node for values by logical port; `pick` gives null where the port has no value any more. */
function byLport<Value, Item extends { readonly lport: string }>(
  pick: (item: Item, before: Value | undefined) => Value | null,
) {
  return {
    data: (): Map<string, Value> => new Map(),
    changes: () => keyedChanges<string>(),
    apply(batch: readonly Item[], { data, changes, cause }: Own<Map<string, Value>, KeyedChanges<string>>) {
      for (const item of batch) {
        const value = pick(item, data.get(item.lport));
        if (value === null) data.delete(item.lport);
        else data.set(item.lport, value);
        changes.set(item.lport, cause);
      }
      return batch.length === 0 ? unchanged : updated;
    },
  };
}
