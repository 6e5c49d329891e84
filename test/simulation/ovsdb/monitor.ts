/**
 * One monitor: what a client asked to be shown (RFC 7047 section 4.1.5, and the conditional ones of ovsdb-server(7)), and
 * what has happened since it was last told.
 */
import {
  isArray,
  isObject,
  type Json,
  type JsonObject,
  member,
} from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { type Condition, EVERY_ROW, readCondition } from "./condition.ts";
import { type Change, type Database, fieldOf, type Row, type Uuid } from "./database.ts";
import { difference, equalDatums } from "./datum.ts";
import { datumToJson, Refusal, syntaxError } from "./notation.ts";
import { type Column, type Table, ZERO } from "./schema.ts";

export type MonitorMethod = "monitor" | "monitor_cond" | "monitor_cond_since";

type Kind = "initial" | "insert" | "delete" | "modify";
type Selected = Readonly<Record<Kind, boolean>>;

interface Watched {
  /** By column, for which kinds of change it is told. */
  readonly columns: ReadonlyMap<Column, Selected>;
  readonly selected: Selected;
  condition: Condition;
  /** What its conditions ever looked at: a change of that is told, though nothing of it is shown. */
  readonly looked: Set<Column>;
  readonly pending: Map<Uuid, { readonly old: Row | null; now: Row | null }>;
}

const NOTIFICATIONS = { monitor: "update", monitor_cond: "update2", monitor_cond_since: "update3" } as const;

export class Monitor {
  readonly method: MonitorMethod;
  readonly #database: Database;
  readonly #tables = new Map<Table, Watched>();
  /** Conditions that were asked for in a change that was refused in the end. */
  readonly #wanted = new Map<Watched, Condition>();
  #id: Json;
  #last: Uuid = ZERO;

  /** Throws a `Refusal` for requests that cannot be understood. */
  constructor(method: MonitorMethod, database: Database, id: Json, requests: Json | undefined) {
    this.method = method;
    this.#database = database;
    this.#id = id;
    if (!isObject(requests)) throw syntaxError("monitor requests are an object");
    for (const [name, json] of Object.entries(requests)) this.#watch(name, json ?? null);
  }

  get id(): Json {
    return this.#id;
  }

  #watch(name: string, json: Json): void {
    const table = this.#database.schema.tables.get(name);
    if (table === undefined) throw syntaxError(`no table ${name}`);
    const columns = new Map<Column, Selected>();
    const clauses: Json[] = [];
    let isUnconditional = false;
    for (const request of isArray(json) ? json : [json]) {
      const { columns: listed, select, where, ...more } = objectOf(request);
      if (Object.keys(more).length > 0 || (where !== undefined && this.method === "monitor"))
        throw syntaxError("an unexpected member");
      const selected = readSelect(select);
      for (const column of listedColumns(table, listed)) {
        if (columns.has(column)) throw syntaxError(`${column.name} comes twice`);
        columns.set(column, selected);
      }
      if (where !== undefined && !isArray(where)) throw syntaxError("where is an array");
      if (where === undefined || where.length === 0) isUnconditional = true;
      else clauses.push(...where);
    }
    const condition = readCondition(table, clauses);
    const all = [...columns.values()];
    const any = (kind: Kind) => all.length === 0 || all.some((one) => one[kind]);
    this.#tables.set(table, {
      columns,
      selected: {
        initial: any("initial"),
        insert: any("insert"),
        delete: any("delete"),
        modify: any("modify"),
      },
      condition: isUnconditional ? EVERY_ROW : condition,
      looked: new Set(condition.columns),
      pending: new Map(),
    });
  }

  /** The content, as the reply to the request shows it. */
  initial(): JsonObject {
    return this.#compose((table, watched) =>
      Array.from(this.#database.rows(table), ([uuid, now]) => {
        const isShown = watched.selected.initial && watched.condition.matches(now);
        return [uuid, isShown ? this.#row(watched, "initial", null, now) : null] as const;
      }),
    );
  }

  /** Takes what was committed, to be told with the next `flush`. */
  note(changes: readonly Change[], transaction: Uuid): void {
    this.#last = transaction;
    for (const { table, uuid, old, now } of changes) {
      const pending = this.#tables.get(table)?.pending;
      const before = pending?.get(uuid);
      if (before === undefined) pending?.set(uuid, { old, now });
      else before.now = now;
    }
  }

  /** The last transaction that is told with what comes next. */
  get last(): Uuid {
    return this.#last;
  }

  set last(transaction: Uuid) {
    this.#last = transaction;
  }

  /** The notification of all that was noted; null when nothing of that is shown. */
  flush(): JsonObject | null {
    return this.#notification(this.pendingUpdates());
  }

  pendingUpdates(): JsonObject {
    const updates = this.#compose((_, watched) =>
      Array.from(watched.pending, ([uuid, { old, now }]) => {
        const after = this.#wanted.get(watched) ?? watched.condition;
        return [uuid, this.#change(watched, old, now, watched.condition, after)] as const;
      }),
    );
    for (const { pending } of this.#tables.values()) pending.clear();
    return updates;
  }

  /**
   * Takes other conditions, when nothing is noted that was not told. The notification of the difference, or null. Throws a
   * `Refusal`; the tables before the one that is refused have changed then, and their difference is told with the next
   * change, as by the real server.
   */
  changeConditions(id: Json, requests: Json | undefined): JsonObject | null {
    if (!isObject(requests)) throw syntaxError("the changes are an object");
    for (const [name, json] of Object.entries(requests)) {
      const table = this.#database.schema.tables.get(name);
      const watched = table === undefined ? undefined : this.#tables.get(table);
      if (table === undefined || watched === undefined || !isArray(json))
        throw syntaxError(`${name} is not monitored`);
      // One without conditions is not told either that they mean nothing to it.
      if (this.method === "monitor") continue;
      for (const change of json) {
        const { where, ...more } = objectOf(change);
        if (Object.keys(more).length > 0 || (where !== undefined && !isArray(where)))
          throw syntaxError("where, and nothing else, can change");
        this.#wanted.set(watched, readCondition(table, where ?? []));
      }
    }
    this.#id = id;
    return this.#notification(
      this.#compose((table, watched) => {
        const next = this.#wanted.get(watched);
        if (next === undefined || next.text === watched.condition.text) return [];
        const updates = Array.from(this.#database.rows(table), ([uuid, row]) => {
          return [uuid, this.#change(watched, row, row, watched.condition, next)] as const;
        });
        watched.condition = next;
        for (const column of next.columns) watched.looked.add(column);
        this.#wanted.delete(watched);
        return updates;
      }),
    );
  }

  #notification(updates: JsonObject): JsonObject | null {
    if (Object.keys(updates).length === 0) return null;
    const since = this.method === "monitor_cond_since" ? [this.#last] : [];
    return { id: null, method: NOTIFICATIONS[this.method], params: [this.#id, ...since, updates] };
  }

  #compose(
    updatesOf: (table: Table, watched: Watched) => readonly (readonly [Uuid, Json | null])[],
  ): JsonObject {
    const updates: Record<string, Json> = {};
    for (const [table, watched] of this.#tables) {
      let shown: Record<string, Json> | null = null;
      for (const [uuid, update] of updatesOf(table, watched)) {
        if (update === null) continue;
        shown ??= {};
        shown[uuid] = update;
      }
      if (shown !== null) updates[table.name] = shown;
    }
    return updates;
  }

  /** How a row's change looks to one that saw `before` and is to see `after`; null: not at all. */
  #change(
    watched: Watched,
    old: Row | null,
    now: Row | null,
    before: Condition,
    after: Condition,
  ): Json | null {
    const wasShown = old !== null && before.matches(old);
    const isShown = now !== null && after.matches(now);
    if (!wasShown && !isShown) return null;
    const kind = !wasShown ? "insert" : !isShown ? "delete" : "modify";
    if (!watched.selected[kind]) return null;
    if (kind === "modify" && !this.#hasChanged(watched, old, now)) return null;
    return this.#row(watched, kind, old, now);
  }

  #hasChanged({ columns, looked }: Watched, old: Row | null, now: Row | null): boolean {
    if (old === null || now === null) return true;
    const differs = (column: Column) => !equalDatums(fieldOf(old, column), fieldOf(now, column));
    for (const column of columns.keys()) if (differs(column)) return true;
    for (const column of looked) if (column.name !== "_version" && differs(column)) return true;
    return false;
  }

  #row(watched: Watched, kind: Kind, old: Row | null, now: Row | null): Json {
    return this.method === "monitor"
      ? this.#row1(watched, kind, old, now)
      : this.#row2(watched, kind, old, now);
  }

  #row1({ columns }: Watched, kind: Kind, old: Row | null, now: Row | null): Json {
    const before: Record<string, Json> = {};
    const after: Record<string, Json> = {};
    for (const [column, selected] of columns) {
      if (!selected[kind]) continue;
      const was = old === null ? null : fieldOf(old, column);
      const is = now === null ? null : fieldOf(now, column);
      if (was !== null && (is === null || (kind === "modify" && !equalDatums(was, is))))
        before[column.name] = datumToJson(column, was);
      if (is !== null) after[column.name] = datumToJson(column, is);
    }
    if (kind === "delete") return { old: before };
    return kind === "modify" ? { old: before, new: after } : { new: after };
  }

  #row2({ columns }: Watched, kind: Kind, old: Row | null, now: Row | null): Json {
    if (kind === "delete" || now === null) return { delete: null };
    const fields: Record<string, Json> = {};
    for (const [column, selected] of columns) {
      if (!selected[kind]) continue;
      const is = fieldOf(now, column);
      if (kind !== "modify" || old === null) {
        if (!equalDatums(is, column.initial)) fields[column.name] = datumToJson(column, is);
        continue;
      }
      const was = fieldOf(old, column);
      if (equalDatums(was, is)) continue;
      fields[column.name] = datumToJson(column, column.type.max > 1 ? difference(was, is) : is);
    }
    return { [kind]: fields };
  }
}

function objectOf(json: Json): JsonObject {
  if (isObject(json)) return json as JsonObject;
  throw syntaxError("a request is an object");
}

function readSelect(json: Json | undefined): Selected {
  if (json === undefined) return { initial: true, insert: true, delete: true, modify: true };
  if (!isObject(json)) throw syntaxError("select is an object");
  const read = (kind: Kind) => {
    const value = member(json, kind) ?? true;
    if (typeof value !== "boolean") throw syntaxError("select has booleans");
    return value;
  };
  return { initial: read("initial"), insert: read("insert"), delete: read("delete"), modify: read("modify") };
}

function listedColumns(table: Table, json: Json | undefined): readonly Column[] {
  if (json === undefined) return [...table.columns.values()].filter(({ name }) => name !== "_uuid");
  if (!isArray(json)) throw syntaxError("columns is an array");
  return json.map((name) => {
    const column = typeof name === "string" ? table.columns.get(name) : undefined;
    if (column === undefined) throw new Refusal("syntax error", "no such column");
    return column;
  });
}
