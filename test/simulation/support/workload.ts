/**
 * Random requests to an OVSDB server, for any schema: transactions that mostly make sense, monitors and changes of their
 * conditions, locks. Values come from small domains, so that equal ones, full ones and missing ones are frequent.
 */
import { isArray, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Random } from "../../support/random.ts";
import type { Database } from "../ovsdb/database.ts";
import type { BaseType, Column, Table } from "../ovsdb/schema.ts";

export type Request =
  | { readonly kind: "request"; readonly method: string; readonly params: readonly Json[] }
  /** Gives up a transaction of this connection that waits. */
  | { readonly kind: "cancel" };

const WORDS = ["", "a", "b", "br0", "é", '"\\', "__proto__", "system", "10"];
const LOCKS = ["one", "two"];
const MONITORS = ["m0", "m1"];
/** Above so many rows of a table more are deleted than inserted. */
const CROWD = 10;

export class Workload {
  readonly #random: Random;
  readonly #database: () => Database;
  readonly #tables: readonly Table[];
  #names = 0;
  /** A request has one fault at most: which of several a server tells is up to it. */
  #mayFail = false;
  /**
   * A transaction that waits as long as it takes only reads: of two commits in a row, when a client is told of the first is
   * up to the server.
   */
  #onlyReads = false;

  /** @param database the present content, for UUIDs and counts */
  constructor(random: Random, database: () => Database, tables: readonly string[]) {
    this.#random = random;
    this.#database = database;
    this.#tables = tables.flatMap((name) => database().schema.tables.get(name) ?? []);
  }

  next(): Request {
    const random = this.#random;
    this.#mayFail = random.chance(0.3);
    const request = (method: string, ...params: readonly Json[]): Request => ({
      kind: "request",
      method,
      params,
    });
    const name = this.#database().schema.name;
    switch (random.int(24)) {
      case 0:
        return request("monitor", name, random.pick(MONITORS), this.#monitorRequests(false));
      case 1:
        return request("monitor_cond", name, random.pick(MONITORS), this.#monitorRequests(true));
      case 2: {
        const requests = this.#monitorRequests(true);
        return request("monitor_cond_since", name, random.pick(MONITORS), requests, this.#newUuid());
      }
      case 3:
      case 4: {
        const id = random.pick(MONITORS);
        const next = random.chance(0.9) ? id : random.pick(MONITORS);
        return request("monitor_cond_change", id, next, this.#conditionChanges());
      }
      case 5:
        return request("monitor_cancel", random.pick(MONITORS));
      case 6:
        return request(random.pick(["lock", "lock", "unlock", "unlock", "steal"]), random.pick(LOCKS));
      case 7:
        return { kind: "cancel" };
      case 8:
        return random.pick<Request>([
          request("echo", "x", 1),
          request("list_dbs"),
          request("set_db_change_aware", random.chance(0.5)),
          request("set_db_change_aware", random.chance(0.5)),
          request("nonsense", name),
          request("get_schema", "nowhere"),
          request("transact", "nowhere"),
          request("transact", "_Server", { op: "select", table: "Database", where: [], columns: ["name"] }),
          request("transact", "_Server", { op: "delete", table: "Database", where: [] }),
        ]);
      default:
        return request("transact", name, ...this.#operations());
    }
  }

  /** A fault of this request is to be here. */
  #fails(probability: number): boolean {
    if (!this.#mayFail || !this.#random.chance(probability)) return false;
    this.#mayFail = false;
    return true;
  }

  #operations(): readonly JsonObject[] {
    const random = this.#random;
    this.#onlyReads = random.chance(0.05);
    const operations = random.list(1 + random.int(3), () => this.#operation()).flat();
    if (random.chance(0.03)) operations.push({ op: "abort" });
    if (random.chance(0.05)) operations.unshift({ op: "assert", lock: random.pick(LOCKS) });
    if (random.chance(0.05)) operations.push({ op: "comment", comment: random.pick(WORDS) });
    if (random.chance(0.05)) operations.push({ op: "commit", durable: random.chance(0.5) });
    if (this.#fails(0.1)) operations.push({ op: random.pick(["insert", "fly", "update"]) });
    return operations;
  }

  #operation(): readonly JsonObject[] {
    const random = this.#random;
    const table = random.pick(this.#tables);
    const isCrowded = this.#database().rows(table).size > CROWD;
    switch (this.#onlyReads ? 4 + random.int(2) : random.int(10)) {
      case 0:
      case 1:
      case 2:
        return isCrowded ? [this.#delete(table)] : this.#insert(table);
      case 3:
        return [this.#delete(table)];
      case 4: {
        const columns = random.chance(0.8) ? { columns: this.#columnNames(table) } : {};
        return [{ op: "select", table: table.name, where: this.#where(table), ...columns }];
      }
      case 5:
        return [this.#wait(table)];
      case 6:
      case 7:
        return [this.#mutate(table)];
      default:
        return [{ op: "update", table: table.name, where: this.#where(table), row: this.#row(table, 0.3) }];
    }
  }

  #delete(table: Table): JsonObject {
    return { op: "delete", table: table.name, where: this.#where(table) };
  }

  #insert(table: Table): readonly JsonObject[] {
    const random = this.#random;
    const name = `row${this.#names++ % 50}`;
    const uuid = random.chance(0.1)
      ? { uuid: random.chance(0.8) ? this.#newUuid() : this.#anyUuid(table) }
      : {};
    const row = this.#row(table, 0.5);
    const insert: JsonObject = { op: "insert", table: table.name, row, "uuid-name": name, ...uuid };
    const referring = this.#tables.flatMap((other) =>
      other.references
        .filter(({ type }) => type.key.refTable === table.name || type.value?.refTable === table.name)
        .map((column) => [other, column] as const),
    );
    if (referring.length === 0 || random.chance(table.isRoot ? 0.8 : 0.1)) return [insert];
    const [other, column] = random.pick(referring);
    const named = ["named-uuid", name];
    const { key, value, max } = column.type;
    const target = value === null ? ["set", [named]] : ["map", [[this.#atom(key), named]]];
    const where = this.#where(other);
    return random.chance(0.7) && max > 1
      ? [insert, { op: "mutate", table: other.name, where, mutations: [[column.name, "insert", target]] }]
      : [insert, { op: "update", table: other.name, where, row: { [column.name]: target } }];
  }

  #wait(table: Table): JsonObject {
    const random = this.#random;
    const columns = this.#columnNames(table);
    const where = this.#where(table);
    const rows = random.list(random.int(2), () => {
      const row = this.#row(table, 0.5);
      return Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
    });
    const timeout = this.#onlyReads ? {} : { timeout: 0 };
    return {
      op: "wait",
      table: table.name,
      where,
      columns,
      until: random.pick(["==", "!="]),
      rows,
      ...timeout,
    };
  }

  #row(table: Table, share: number): JsonObject {
    const random = this.#random;
    const row: Record<string, Json> = {};
    for (const column of table.columns.values()) {
      if (column.name.startsWith("_")) continue;
      const needed = column.type.key.allowed !== null && column.type.min > 0;
      if (needed ? !this.#fails(0.1) : random.chance(share)) row[column.name] = this.#value(column);
    }
    if (this.#fails(0.05)) row[random.pick(["nothing", "_uuid"])] = 1;
    return row;
  }

  #value({ type }: Column): Json {
    const random = this.#random;
    const { key, value, min, max } = type;
    if (this.#fails(0.05)) return random.pick<Json>([null, 7, "x", ["set", []], ["map", []], ["uuid", "no"]]);
    const size =
      max === 1 ? (min === 1 ? 1 : random.int(2)) : min + random.int(3) + (this.#fails(0.05) ? 2 : 0);
    if (value !== null) {
      const pairs = distinct(random.list(size, () => [this.#atom(key), this.#atom(value)]));
      return ["map", pairs];
    }
    const atoms = distinct(random.list(size, () => this.#atom(key)));
    const [only] = atoms;
    return atoms.length === 1 && only !== undefined && random.chance(0.8) ? only : ["set", atoms];
  }

  #atom(base: BaseType): Json {
    const random = this.#random;
    if (base.allowed !== null && !this.#fails(0.1)) return random.pick(base.allowed);
    switch (base.kind) {
      case "boolean":
        return random.chance(0.5);
      case "integer": {
        const low = Number.isFinite(base.min) ? base.min : -1;
        return this.#fails(0.05) ? low - 1 : low + random.int(4);
      }
      case "real":
        return random.int(4) / 2;
      case "string":
        return random.pick(WORDS);
      case "uuid": {
        const table = base.refTable === null ? undefined : this.#database().schema.tables.get(base.refTable);
        return ["uuid", table === undefined ? this.#newUuid() : this.#anyUuid(table)];
      }
    }
  }

  #anyUuid(table: Table): string {
    const uuids = [...this.#database().rows(table).keys()];
    return uuids.length === 0 || this.#random.chance(0.03) ? this.#newUuid() : this.#random.pick(uuids);
  }

  #newUuid(): string {
    const digits = this.#random.list(32, () => this.#random.int(16).toString(16)).join("");
    return digits.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  /** One mutation where there may be several rows: of two that fail, the order of a hash table would tell which fails first. */
  #mutate(table: Table): JsonObject {
    const where = this.#where(table);
    const mutations = this.#mutations(table);
    const isOneRow = where.some((clause) => isArray(clause) && clause[0] === "_uuid" && clause[1] === "==");
    return {
      op: "mutate",
      table: table.name,
      where,
      mutations: isOneRow ? mutations : mutations.slice(0, 1),
    };
  }

  #mutations(table: Table): readonly Json[] {
    const random = this.#random;
    const columns = this.#columns(table);
    return random.list(1 + random.int(2), () => {
      const column = random.pick(columns);
      const { type } = column;
      const isNumber = type.value === null && (type.key.kind === "integer" || type.key.kind === "real");
      if (isNumber && (type.max === 1 || random.chance(0.4))) {
        const mutator = random.pick(["+=", "-=", "*=", "/=", "%="]);
        // Open vSwitch 3.1 ends at a product with 0: it divides by that to see whether the product is in range.
        return [column.name, mutator, this.#fails(0.3) && mutator !== "*=" ? 0 : 1 + random.int(2)];
      }
      if (type.value !== null && random.chance(0.3))
        return [column.name, "delete", ["set", distinct([this.#atom(type.key)])]];
      return [column.name, random.pick(["insert", "delete"]), this.#value(column)];
    });
  }

  #where(table: Table): readonly Json[] {
    const random = this.#random;
    if (random.chance(0.5)) return [["_uuid", "==", ["uuid", this.#anyUuid(table)]]];
    return random.list(random.int(3), () => this.#clause(table));
  }

  /**
   * The columns that conditions of monitors look at; every monitor shows them: Open vSwitch 3.1 ends when a condition
   * comes to look at a column that was not there from the start. `_uuid` is never shown, and it takes that for another one.
   */
  #conditional(table: Table): readonly Column[] {
    return this.#columns(table).filter((_, at) => at % 3 === 0);
  }

  #clause(table: Table, columns = this.#columns(table), byUuid = 0.2, plain = 0.1): Json {
    const random = this.#random;
    if (random.chance(plain)) return random.chance(0.5);
    if (random.chance(byUuid)) return ["_uuid", random.pick(["==", "!="]), ["uuid", this.#anyUuid(table)]];
    const column = random.pick(columns);
    const { key, value, max } = column.type;
    const isNumber = value === null && max === 1 && (key.kind === "integer" || key.kind === "real");
    const operators = ["==", "!=", "includes", "excludes", ...(isNumber ? ["<", "<=", ">", ">="] : [])];
    const operator = this.#fails(0.05) ? random.pick(["~", "<"]) : random.pick(operators);
    return [column.name, operator, operator.match(/[<>]/) ? this.#atom(key) : this.#value(column)];
  }

  #columns(table: Table): readonly Column[] {
    return [...table.columns.values()].filter(({ name }) => !name.startsWith("_"));
  }

  #columnNames(table: Table): readonly string[] {
    const random = this.#random;
    const names = this.#columns(table).map(({ name }) => name);
    return distinct(
      random.list(1 + random.int(4), () => (random.chance(0.1) ? "_uuid" : random.pick(names))),
    );
  }

  #monitorRequests(isConditional: boolean): JsonObject {
    const random = this.#random;
    const tables = distinct(random.list(1 + random.int(3), () => random.pick(this.#tables)));
    return Object.fromEntries(
      tables.map((table) => {
        const shown = [...this.#columnNames(table), ...this.#conditional(table).map(({ name }) => name)];
        const columns = distinct(shown).filter((name) => name !== "_uuid");
        const where = isConditional && random.chance(0.8) ? { where: this.#condition(table) } : {};
        const kinds = ["initial", "insert", "delete", "modify"].filter(() => random.chance(0.3));
        const select = random.chance(0.1)
          ? { select: Object.fromEntries(kinds.map((kind) => [kind, random.chance(0.5)])) }
          : {};
        return [table.name, [{ columns, ...where, ...select }]];
      }),
    );
  }

  #conditionChanges(): JsonObject {
    const random = this.#random;
    // Of one table: which of several a refusal leaves changed depends on the server's order of tables.
    const table = random.pick(this.#tables);
    return { [table.name]: [{ where: this.#condition(table) }] };
  }

  /** True and false stand alone: beside another clause Open vSwitch 3.1 takes true for false. */
  #condition(table: Table): readonly Json[] {
    const random = this.#random;
    if (random.chance(0.15)) return [random.chance(0.5)];
    return random.list(random.int(4), () => this.#clause(table, this.#conditional(table), 0, 0));
  }
}

/** By content; for pairs by their first element. */
function distinct<T>(items: readonly T[]): readonly T[] {
  const byText = new Map(items.map((item) => [JSON.stringify(Array.isArray(item) ? item[0] : item), item]));
  const first = items[0];
  const isUuids = Array.isArray(first) && first[0] === "uuid";
  return isUuids
    ? [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
    : [...byText.values()];
}
