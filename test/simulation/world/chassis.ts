/** The chassis: its local database, ovs-vswitchd, and ovn-controller, which gives it a row in the Southbound and binds ports. */
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { Database, type Row } from "../ovsdb/database.ts";
import type { Schema } from "../ovsdb/schema.ts";
import { Actor } from "./actor.ts";
import { byUuid, map, mapJson, number, rowsOf, text, texts, uuidOf } from "./rows.ts";
import { ServerProcess } from "./server-process.ts";
import { type Southbound, transactAtOnce } from "./southbound.ts";
import type { World } from "./world.ts";

export const CHASSIS = "hv1";
export const BRIDGE = "br-int";
export const LOCAL = "unix:/sim/db.sock";

export class LocalChassis {
  readonly #world: World;
  readonly #southbound: Southbound;
  readonly database: Database;
  readonly server: ServerProcess;
  readonly vswitchd: Actor;
  readonly controller: Actor;
  #hostname = "node1.example.com";
  #ofport = 1;
  /** What the Open_vSwitch row says, or is to say. */
  readonly #externalIds: Map<string, string>;

  constructor(world: World, schema: Schema, southbound: Southbound) {
    this.#world = world;
    this.#southbound = southbound;
    this.#externalIds = new Map([...this.names, ["hostname", this.#hostname]]);
    this.database = new Database(schema);
    this.server = new ServerProcess(world, "ovsdb-server", LOCAL, (one) => void one.add(this.database));
    this.vswitchd = new Actor(world, "ovs-vswitchd", 10, () => this.#realise());
    this.controller = new Actor(world, "ovn-controller", 10, () => this.#control());
    this.write([
      ...bridgeOperations(),
      {
        op: "insert",
        table: "Open_vSwitch",
        row: {
          bridges: ["named-uuid", "bridge"],
          external_ids: mapJson(this.#externalIds),
        },
      },
    ]);
  }

  get hostname(): string {
    return this.#hostname;
  }

  /** Something in one of the databases has changed. */
  changed(): void {
    this.vswitchd.wake();
    this.controller.wake();
  }

  /** A transaction of an actor; false while the server is away. */
  write(operations: readonly JsonObject[]): boolean {
    const served = this.server.server.database(this.database.schema.name);
    if (!this.server.alive || served === undefined) return false;
    return transactAtOnce(this.#world, served, operations);
  }

  interfaces(): readonly Row[] {
    return [...rowsOf(this.database, "Interface").values()];
  }

  /** The interfaces of ports of the integration bridge, each with how many its port has. */
  onBridge(): readonly { readonly iface: Row; readonly port: Row; readonly alone: boolean }[] {
    const bridge = [...rowsOf(this.database, "Bridge").values()].find((row) => text(row, "name") === BRIDGE);
    if (bridge === undefined) return [];
    const ports = rowsOf(this.database, "Port");
    const interfaces = rowsOf(this.database, "Interface");
    return texts(bridge, "ports").flatMap((uuid) => {
      const port = ports.get(uuid);
      if (port === undefined) return [];
      const own = texts(port, "interfaces");
      return own.flatMap((one) => {
        const iface = interfaces.get(one);
        return iface === undefined ? [] : [{ iface, port, alone: own.length === 1 }];
      });
    });
  }

  setHostname(hostname: string): void {
    this.#hostname = hostname;
    this.setExternalId("hostname", hostname);
    this.controller.wake();
  }

  /** As by `ovs-vsctl set Open_vSwitch . external_ids:KEY=VALUE`, as soon as the server is there. */
  setExternalId(key: string, value: string): void {
    this.#externalIds.set(key, value);
    // What is written late is what is wanted by then.
    const row = () => ({ external_ids: mapJson(this.#externalIds) });
    this.#insist(() => this.write([{ op: "update", table: "Open_vSwitch", where: [], row: row() }]));
  }

  #insist(write: () => boolean): void {
    if (!write()) this.#world.scheduler.after(50, () => this.#insist(write));
  }

  /** What the row says from the beginning of how things are called. */
  get names(): ReadonlyMap<string, string> {
    return new Map([
      ["system-id", CHASSIS],
      ["ovn-remote", this.#southbound.remotes],
      ["ovn-bridge", BRIDGE],
    ]);
  }

  /** As by `ovs-vsctl del-br`, and with all of its ports. */
  deleteBridge(): void {
    this.write([{ op: "update", table: "Open_vSwitch", where: [], row: { bridges: ["set", []] } }]);
  }

  /** As by `ovs-vsctl --may-exist add-br`, as soon as the server is there. */
  addBridge(): void {
    this.#insist(() => rowsOf(this.database, "Bridge").size > 0 || this.#writeBridge());
  }

  #writeBridge(): boolean {
    return this.write([
      ...bridgeOperations(),
      {
        op: "update",
        table: "Open_vSwitch",
        where: [],
        row: { bridges: ["named-uuid", "bridge"] },
      },
    ]);
  }

  /** As by SIGTERM: the Chassis row goes, and what was bound is bound no more. */
  leave(): void {
    this.controller.stop();
    const { content } = this.#southbound;
    if (content === null) return;
    this.#southbound.transact([
      ...this.#bindings(content).flatMap((row) =>
        this.#isBound(content, row)
          ? [
              {
                op: "update",
                table: "Port_Binding",
                where: byUuid(uuidOf(row)),
                row: { chassis: ["set", []] },
              },
            ]
          : [],
      ),
      { op: "delete", table: "Chassis", where: [["name", "==", CHASSIS]] },
    ]);
  }

  #bindings(content: Database): readonly Row[] {
    return [...rowsOf(content, "Port_Binding").values()];
  }

  #record(content: Database): Row | undefined {
    return [...rowsOf(content, "Chassis").values()].find((row) => text(row, "name") === CHASSIS);
  }

  #isBound(content: Database, binding: Row): boolean {
    const record = this.#record(content);
    return record !== undefined && text(binding, "chassis") === uuidOf(record);
  }

  #realise(): void {
    if (!this.server.alive) {
      this.vswitchd.wake(50);
      return;
    }
    const operations = this.interfaces().flatMap((row): JsonObject[] => {
      const name = text(row, "name") ?? "";
      if (number(row, "ofport") !== null || text(row, "error") !== null) return [];
      const isBad = name.startsWith("bad");
      const fields = isBad
        ? { ofport: -1, error: `could not open network device ${name}` }
        : { ofport: ++this.#ofport % 60000 };
      return [{ op: "update", table: "Interface", where: byUuid(uuidOf(row)), row: fields }];
    });
    if (operations.length > 0) this.write(operations);
  }

  #control(): void {
    const { content } = this.#southbound;
    if (content === null || !this.server.alive) {
      this.controller.wake(50);
      return;
    }
    const record = this.#record(content);
    const operations: JsonObject[] = [];
    if (record === undefined) {
      const encap = { type: "geneve", ip: "192.0.2.1", chassis_name: CHASSIS };
      const row = { name: CHASSIS, hostname: this.#hostname, encaps: ["named-uuid", "encap"] };
      operations.push(
        { op: "delete", table: "Encap", where: [["chassis_name", "==", CHASSIS]] },
        { op: "insert", table: "Encap", row: encap, "uuid-name": "encap" },
        { op: "insert", table: "Chassis", row },
      );
    } else if (text(record, "hostname") !== this.#hostname) {
      const row = { hostname: this.#hostname };
      operations.push({ op: "update", table: "Chassis", where: byUuid(uuidOf(record)), row });
    }
    if (record !== undefined) operations.push(...this.#bind(content, record));
    if (operations.length > 0 && !this.#southbound.transact(operations)) this.controller.wake(50);
  }

  #bind(content: Database, record: Row): readonly JsonObject[] {
    const present = new Set(
      this.onBridge().flatMap(({ iface }) =>
        number(iface, "ofport") === null ? [] : (map(iface, "external_ids").get("iface-id") ?? []),
      ),
    );
    const uuid = uuidOf(record);
    const operations: JsonObject[] = [];
    for (const row of rowsOf(content, "Port_Binding").values()) {
      const main = text(row, "requested_chassis");
      const isOurs = (main === null || main === uuid) && text(row, "type") === "";
      const shall = isOurs && present.has(text(row, "logical_port") ?? "");
      const is = text(row, "chassis") === uuid;
      if (shall === is || (shall && main === null && text(row, "chassis") !== null)) continue;
      const chassis = shall ? ["uuid", uuid] : ["set", []];
      operations.push({ op: "update", table: "Port_Binding", where: byUuid(uuidOf(row)), row: { chassis } });
    }
    return operations;
  }
}

/** The integration bridge, with its own port. */
function bridgeOperations(): readonly JsonObject[] {
  return [
    { op: "insert", table: "Interface", row: { name: BRIDGE, type: "internal" }, "uuid-name": "iface" },
    {
      op: "insert",
      table: "Port",
      row: { name: BRIDGE, interfaces: ["named-uuid", "iface"] },
      "uuid-name": "port",
    },
    {
      op: "insert",
      table: "Bridge",
      row: { name: BRIDGE, ports: ["named-uuid", "port"] },
      "uuid-name": "bridge",
    },
  ];
}
