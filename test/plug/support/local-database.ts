/**
 * The local Open_vSwitch database in memory. It takes changes as the server takes the operations they become: what a
 * change stands on must still be so, names are unique, and what nothing refers to any more is gone.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Change, Create, Remove, Update } from "../../../src/plug/change.ts";
import type { InterfaceEdit, MapEdit } from "../../../src/plug/desired.ts";
import type { BridgeRow, InterfaceRow, OpenVSwitchRow, PortRow, SslRow } from "../../../src/plug/rows.ts";
import { bridgeRow, interfaceRow, map, openVSwitchRow } from "../../support/rows.ts";
import { Table } from "./table.ts";

type Snapshot = {
  readonly [Name in "bridge" | "port" | "iface"]: ReturnType<LocalDatabase[Name]["snapshot"]>;
};

export class LocalDatabase {
  readonly openVSwitch = new Table<OpenVSwitchRow>();
  readonly bridge = new Table<BridgeRow>();
  readonly port = new Table<PortRow>();
  readonly iface = new Table<InterfaceRow>();
  readonly ssl = new Table<SslRow>();
  readonly #nextUuid: () => Uuid;

  constructor(nextUuid: () => Uuid) {
    this.#nextUuid = nextUuid;
    this.openVSwitch.set(openVSwitchRow());
    this.addBridge("br-int");
    this.addBridge("br-other");
  }

  /** With its local port, as `ovs-vsctl add-br` makes it. */
  addBridge(name: string): void {
    if (this.bridge.find((row) => row.name === name) !== undefined) return;
    const bridge = bridgeRow({ _uuid: this.#nextUuid(), name, ports: new Set() });
    this.bridge.set(bridge);
    this.addInterface(name, interfaceRow({ _uuid: this.#nextUuid(), name, type: "internal" }));
  }

  deleteBridge(name: string): void {
    const row = this.bridge.find((one) => one.name === name);
    if (row !== undefined) this.bridge.delete(row._uuid);
    this.#collectGarbage();
  }

  /** Refused when the name is taken or there is no such bridge. */
  addInterface(bridgeName: string, row: InterfaceRow): boolean {
    const bridge = this.bridge.find(({ name }) => name === bridgeName);
    if (bridge === undefined || this.#isTaken(row.name)) return false;
    const port = { _uuid: this.#nextUuid(), name: row.name, interfaces: new Set([row._uuid]) };
    this.iface.set(row);
    this.port.set(port);
    this.bridge.edit(bridge._uuid, { ports: new Set(bridge.ports).add(port._uuid) });
    return true;
  }

  deletePort(port: Uuid): void {
    this.#leaveBridges(port);
    this.#collectGarbage();
  }

  /** The interface joins another port, so that neither is alone. */
  bond(iface: InterfaceRow, into: PortRow): void {
    for (const port of this.port.rows) {
      if (port.interfaces.has(iface._uuid))
        this.port.edit(port._uuid, { interfaces: without(port.interfaces, iface._uuid) });
    }
    this.port.edit(into._uuid, {
      interfaces: new Set(this.port.get(into._uuid)?.interfaces).add(iface._uuid),
    });
    for (const { _uuid, interfaces } of this.port.rows) if (interfaces.size === 0) this.#leaveBridges(_uuid);
    this.#collectGarbage();
  }

  /** One more port holds the interface, of which a database knows nothing wrong. */
  holdTwice(iface: InterfaceRow, on: BridgeRow): void {
    const name = `also-${iface.name}`;
    if (this.#isTaken(name)) return;
    const port = { _uuid: this.#nextUuid(), name, interfaces: new Set([iface._uuid]) };
    this.port.set(port);
    this.bridge.edit(on._uuid, { ports: new Set(this.bridge.get(on._uuid)?.ports).add(port._uuid) });
  }

  movePort(port: Uuid, to: BridgeRow): void {
    this.#leaveBridges(port);
    this.bridge.edit(to._uuid, { ports: new Set(this.bridge.get(to._uuid)?.ports).add(port) });
  }

  /** Writes the changes as one transaction, or nothing, where the server would refuse one of them. */
  carryOutAll(changes: readonly Change[]): boolean {
    const before = this.snapshot();
    if (changes.every((change) => this.carryOut(change))) return true;
    this.restore(before);
    return false;
  }

  /** All that is plugged. */
  snapshot(): Snapshot {
    return { bridge: this.bridge.snapshot(), port: this.port.snapshot(), iface: this.iface.snapshot() };
  }

  restore({ bridge, port, iface }: Snapshot): void {
    this.bridge.restore(bridge);
    this.port.restore(port);
    this.iface.restore(iface);
  }

  /** Writes the change, or answers false where the server would refuse it. */
  carryOut(change: Change): boolean {
    switch (change.kind) {
      case "create":
        return this.#create(change);
      case "update":
        return this.#update(change);
      case "remove":
        return this.#remove(change);
      case "replug":
        if (change.take.kind === "create" && this.#isInTheWay(change.take, change.leaves)) return false;
        return (change.remove === null || this.#remove(change.remove)) && this.carryOut(change.take);
    }
  }

  #create({ desired, bridge }: Create): boolean {
    const { name, type, options, otherConfig } = desired.wanted;
    const row = interfaceRow({
      _uuid: this.#nextUuid(),
      name,
      type,
      options: map(options),
      other_config: map(otherConfig ?? {}),
      external_ids: map({ "iface-id": desired.lport, "ovn-plugged": desired.plugType }),
      mtu_request: desired.mtuRequest,
      ofport: null,
    });
    return this.bridge.get(bridge.uuid)?.name === bridge.name && this.addInterface(bridge.name, row);
  }

  #update({ interface: current, edit }: Update): boolean {
    if (!this.#isAsRead(current)) return false;
    this.iface.edit(current._uuid, editOf(current, edit));
    return true;
  }

  #remove({ interface: current, port }: Remove): boolean {
    if (!this.#isAsRead(current)) return false;
    if (!Bun.deepEquals(this.port.get(port._uuid)?.interfaces, new Set([current._uuid]))) return false;
    this.deletePort(port._uuid);
    return true;
  }

  #isInTheWay(create: Create, leaves: InterfaceRow): boolean {
    const holder = this.iface.find(({ name }) => name === create.desired.wanted.name);
    return holder !== undefined && holder._uuid !== leaves._uuid;
  }

  #isAsRead(current: InterfaceRow): boolean {
    const row = this.iface.get(current._uuid);
    if (row === undefined) return false;
    const ids = ["iface-id", "ovn-plugged"].every(
      (key) => row.external_ids.get(key) === current.external_ids.get(key),
    );
    const columns = ["name", "type", "options", "other_config", "mtu_request"] as const;
    return ids && columns.every((column) => Bun.deepEquals(row[column], current[column]));
  }

  #isTaken(name: string): boolean {
    return [...this.iface.rows, ...this.port.rows].some((row) => row.name === name);
  }

  #leaveBridges(port: Uuid): void {
    for (const { _uuid, ports } of this.bridge.rows) {
      if (ports.has(port)) this.bridge.edit(_uuid, { ports: without(ports, port) });
    }
  }

  #collectGarbage(): void {
    const ports = new Set(this.bridge.rows.flatMap((row) => [...row.ports]));
    for (const { _uuid } of this.port.rows) if (!ports.has(_uuid)) this.port.delete(_uuid);
    const interfaces = new Set(this.port.rows.flatMap((row) => [...row.interfaces]));
    for (const { _uuid } of this.iface.rows) if (!interfaces.has(_uuid)) this.iface.delete(_uuid);
  }
}

function without(uuids: ReadonlySet<Uuid>, one: Uuid): ReadonlySet<Uuid> {
  const rest = new Set(uuids);
  rest.delete(one);
  return rest;
}

/** The columns that an edit leaves other than they are; a written interface has to be looked at by ovs-vswitchd again. */
function editOf(row: InterfaceRow, edit: InterfaceEdit): Partial<InterfaceRow> {
  return {
    type: edit.type ?? row.type,
    mtu_request: edit.mtuRequest === undefined ? row.mtu_request : edit.mtuRequest,
    external_ids: edited(row.external_ids, edit.externalIds),
    options: edited(row.options, edit.options),
    other_config: edited(row.other_config, edit.otherConfig),
  };
}

function edited(column: ReadonlyMap<string, string>, edit: MapEdit | undefined): ReadonlyMap<string, string> {
  if (edit === undefined) return column;
  const result = new Map(column);
  for (const key of edit.remove) result.delete(key);
  for (const [key, value] of edit.set) result.set(key, value);
  return result;
}
