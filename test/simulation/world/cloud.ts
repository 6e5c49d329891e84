/**
 * What the cloud wants, and ovn-northd, which writes it into the Southbound: it makes the first name of `requested-chassis`
 * that has a Chassis row the main one, the other ones that have rows additional ones, and leaves out what has none
 * (ovn-nb(5)). It says that it was there by `northd_internal_version`.
 */
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Database, Row } from "../ovsdb/database.ts";
import { Actor } from "./actor.ts";
import { byUuid, map, mapJson, rowsOf, tableOf, text, texts, uuidOf } from "./rows.ts";
import type { Southbound } from "./southbound.ts";
import type { World } from "./world.ts";

export interface LogicalPort {
  readonly type: string;
  readonly parent: string;
  readonly options: ReadonlyMap<string, string>;
}

export class Cloud {
  readonly #southbound: Southbound;
  readonly #world: World;
  readonly northd: Actor;
  readonly ports = new Map<string, LogicalPort>();
  #tunnelKey = 1;

  constructor(world: World, southbound: Southbound) {
    this.#world = world;
    this.#southbound = southbound;
    this.northd = new Actor(world, "ovn-northd", 20, () => this.#synchronize());
  }

  /** Adds the port, changes it, or with null takes it away. */
  set(name: string, port: LogicalPort | null): void {
    if (port === null) this.ports.delete(name);
    else this.ports.set(name, port);
    this.northd.wake();
  }

  /** Changes options of a port that is there; null takes one away. */
  setOption(name: string, key: string, value: string | null): void {
    const port = this.ports.get(name);
    if (port === undefined) return;
    const options = new Map(port.options);
    if (value === null) options.delete(key);
    else options.set(key, value);
    this.set(name, { ...port, options });
  }

  /** Deletes the port's binding and makes it anew, as when somebody deletes the row by hand. */
  recreate(name: string): void {
    this.#southbound.transact([
      { op: "delete", table: "Port_Binding", where: [["logical_port", "==", name]] },
    ]);
    this.northd.wake();
  }

  #synchronize(): void {
    const { content } = this.#southbound;
    const operations = content === null ? [] : this.#differences(content);
    if (content !== null && operations.length === 0) return;
    if (content === null || !this.#southbound.transact(operations)) this.northd.wake(20);
    else this.#world.tell("ovn-northd", "writes the Southbound");
  }

  #differences(database: Database): readonly JsonObject[] {
    const operations: JsonObject[] = [];
    const [global] = rowsOf(database, "SB_Global").values();
    const version = mapJson([["northd_internal_version", "1"]]);
    if (global === undefined)
      operations.push({ op: "insert", table: "SB_Global", row: { options: version } });
    else if (!map(global, "options").has("northd_internal_version")) {
      operations.push({
        op: "update",
        table: "SB_Global",
        where: byUuid(uuidOf(global)),
        row: { options: version },
      });
    }
    const [datapath] = rowsOf(database, "Datapath_Binding").values();
    const datapathRef = datapath === undefined ? ["named-uuid", "datapath"] : ["uuid", uuidOf(datapath)];
    if (datapath === undefined) {
      const row = { tunnel_key: 1 };
      operations.push({ op: "insert", table: "Datapath_Binding", row, "uuid-name": "datapath" });
    }
    const chassis = [...rowsOf(database, "Chassis").values()];
    const hasAdditional = tableOf(database, "Port_Binding").columns.has("requested_additional_chassis");
    const bindings = new Map(
      Array.from(rowsOf(database, "Port_Binding").values(), (row) => [text(row, "logical_port") ?? "", row]),
    );
    for (const [name, row] of bindings)
      if (!this.ports.has(name))
        operations.push({ op: "delete", table: "Port_Binding", where: byUuid(uuidOf(row)) });
    for (const [name, port] of this.ports) {
      const row = bindings.get(name);
      const wanted = this.#wanted(port, chassis, hasAdditional);
      if (row === undefined) {
        const key = { datapath: datapathRef, logical_port: name, tunnel_key: ++this.#tunnelKey % 32000 };
        operations.push({ op: "insert", table: "Port_Binding", row: { ...key, ...bindingJson(wanted) } });
      } else if (!isAs(row, wanted)) {
        operations.push({
          op: "update",
          table: "Port_Binding",
          where: byUuid(uuidOf(row)),
          row: bindingJson(wanted),
        });
      }
    }
    return operations;
  }

  /** @param hasAdditional the schema has a column for those chassis */
  #wanted({ type, parent, options }: LogicalPort, chassis: readonly Row[], hasAdditional: boolean): Wanted {
    const names = (options.get("requested-chassis") ?? "").split(",").filter((name) => name !== "");
    const found = names.flatMap((name) => {
      const row =
        chassis.find((one) => text(one, "name") === name) ??
        chassis.find((one) => text(one, "hostname") === name);
      return row === undefined ? [] : [uuidOf(row)];
    });
    const [main = null, ...more] = [...new Set(found)];
    const others = hasAdditional ? more : null;
    return { type, parent, options, main, others };
  }
}

function bindingJson({ type, parent, options, main, others }: Wanted): JsonObject {
  return {
    type,
    parent_port: ["set", parent === "" ? [] : [parent]],
    options: mapJson(options),
    requested_chassis: ["set", main === null ? [] : [["uuid", main]]],
    ...(others === null
      ? {}
      : { requested_additional_chassis: ["set", others.map((uuid) => ["uuid", uuid])] }),
  };
}

interface Wanted {
  readonly type: string;
  readonly parent: string;
  readonly options: ReadonlyMap<string, string>;
  readonly main: string | null;
  /** Null: there is no column for them. */
  readonly others: readonly string[] | null;
}

function isAs(row: Row, { type, parent, options, main, others }: Wanted): boolean {
  const is = map(row, "options");
  return (
    text(row, "type") === type &&
    (text(row, "parent_port") ?? "") === parent &&
    is.size === options.size &&
    [...options].every(([key, value]) => is.get(key) === value) &&
    text(row, "requested_chassis") === main &&
    [...texts(row, "requested_additional_chassis")].sort().join() === [...(others ?? [])].sort().join()
  );
}
