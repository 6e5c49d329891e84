/**
 * The daemon's graph without any database: a test changes rows, and this pushes them as the sessions would. Its
 * `commit` writes a port's change into the rows, as the server would, and thereby makes the echo.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import {
  describeGraph,
  type Engine,
  type RunResult,
  Statistics,
  scratchOf,
  type Verification,
  verify,
} from "../../src/graph/index.ts";
import type { Attempt } from "../../src/plug/attempt.ts";
import type { Change, Create } from "../../src/plug/change.ts";
import { type InterfaceEdit, idsOf, type MapEdit } from "../../src/plug/desired.ts";
import { plugGraph } from "../../src/plug/graph.ts";
import type { LportStatus } from "../../src/plug/lport-status.ts";
import type { LocalSession } from "../../src/plug/nodes/activity-node.ts";
import type { SouthboundState, TableInputs } from "../../src/plug/nodes/input-nodes.ts";
import type { BridgeRow, InterfaceRow, TableBatch } from "../../src/plug/rows.ts";
import type { PlugSettings } from "../../src/plug/settings.ts";
import { type RowOf, TABLE_KEYS, type TableKey } from "../../src/plug/tables.ts";
import type { ProviderRegistry } from "../../src/providers/registry.ts";
import {
  BRIDGE,
  bridgeRow,
  chassisRow,
  emptyTables,
  interfaceRow,
  openVSwitchRow,
  portRow,
  sbGlobalRow,
  uuid,
} from "./rows.ts";

export const settings: PlugSettings = {
  chassis: null,
  bridge: null,
  onWithdraw: "unplug",
  onRename: "replug",
  additionalChassis: true,
  maxUnplugPercent: 100,
  southbound: { remote: null, probeIntervalMs: null, tls: {} },
};

/** In sync with the local database, and the one that may write. */
export const holder: LocalSession = {
  synced: true,
  lock: { kind: "asked", name: "vifplugd_hv1", held: true },
};
export const standby: LocalSession = {
  synced: true,
  lock: { kind: "asked", name: "vifplugd_hv1", held: false },
};

export class PlugBench {
  readonly graph;
  readonly engine;
  readonly tables = emptyTables();
  readonly statistics = new Statistics();
  readonly #registry: ProviderRegistry;
  readonly #settings: PlugSettings;
  #localSession: LocalSession = standby;
  #southbound: SouthboundState = { synced: false, acknowledged: null };
  #uuids = 0x10000;

  constructor(registry: ProviderRegistry, overrides: Partial<PlugSettings> = {}) {
    this.#registry = registry;
    this.#settings = { ...settings, ...overrides };
    this.graph = plugGraph(registry, this.#settings);
    this.engine = this.graph.engine({ observer: this.statistics });
  }

  /** A chassis that is known to both databases, has an empty integration bridge, and may write. */
  static started(registry: ProviderRegistry, overrides: Partial<PlugSettings> = {}): PlugBench {
    const bench = new PlugBench(registry, overrides);
    bench.set("openVSwitch", openVSwitchRow());
    bench.set("bridge", bridgeRow({ ports: new Set() }));
    bench.set("chassis", chassisRow());
    bench.set("sbGlobal", sbGlobalRow());
    bench.setLocalSession(holder);
    bench.run();
    bench.acknowledge();
    bench.run();
    return bench;
  }

  nextUuid(): Uuid {
    return uuid(this.#uuids++);
  }

  set<T extends TableKey>(table: T, row: RowOf<T>): void {
    const rows: Map<Uuid, RowOf<T>> = this.tables[table];
    const old = rows.get(row._uuid) ?? null;
    rows.set(row._uuid, row);
    this.#push(table, [{ uuid: row._uuid, old, new: row }]);
  }

  delete<T extends TableKey>(table: T, row: Uuid): void {
    const rows: Map<Uuid, RowOf<T>> = this.tables[table];
    const old = rows.get(row);
    if (old === undefined) throw new Error(`no row ${row} in ${table}`);
    rows.delete(row);
    this.#push(table, [{ uuid: row, old, new: null }]);
  }

  /** An interface on the integration bridge, with a port of its own. */
  addInterface(row: InterfaceRow): void {
    const port = portRow({ _uuid: this.nextUuid(), name: row.name, interfaces: new Set([row._uuid]) });
    const bridge = this.#bridge();
    this.set("bridge", { ...bridge, ports: new Set(bridge.ports).add(port._uuid) });
    this.set("port", port);
    this.set("iface", row);
  }

  removeInterface(row: Uuid): void {
    const port = [...this.tables.port.values()].find(({ interfaces }) => interfaces.has(row));
    if (port !== undefined) {
      const bridge = this.#bridge();
      const ports = new Set(bridge.ports);
      ports.delete(port._uuid);
      this.set("bridge", { ...bridge, ports });
      this.delete("port", port._uuid);
    }
    this.delete("iface", row);
  }

  setLocalSession(session: LocalSession): void {
    this.#localSession = session;
    this.engine.push(this.graph.inputs.localSession, session);
  }

  setSouthbound(state: SouthboundState): void {
    this.#southbound = state;
    this.engine.push(this.graph.inputs.southbound, state);
  }

  /** The Southbound has answered to the condition that the graph asks for. */
  acknowledge(): void {
    const scope = () => this.engine.data(this.graph.monitorScope).current;
    const current = scope();
    this.setSouthbound({ synced: true, acknowledged: current });
    this.run();
    // When everything is here that is for the chassis itself, ports are asked for by name.
    if (scope() !== current) this.setSouthbound({ synced: true, acknowledged: scope() });
  }

  attempt(lport: string, attempt: Attempt | null): void {
    this.engine.push(this.graph.inputs.attempt, [{ lport, attempt }]);
  }

  run(): RunResult {
    this.#registry.runAll();
    this.engine.poke(this.graph.providerLookup, "before every decision");
    const result = this.engine.run();
    const [error] = result.errors;
    if (error !== undefined) throw error.error;
    return result;
  }

  get statuses(): ReadonlyMap<string, LportStatus> {
    return this.engine.data(this.graph.plug);
  }

  status(lport: string): LportStatus {
    const status = this.statuses.get(lport);
    if (status === undefined) throw new Error(`no status on ${lport}`);
    return status;
  }

  /** Every port's state, by logical port. */
  states(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.statuses].sort().map(([lport, { state }]) => [lport, state]));
  }

  counters(name: string): { readonly recompute: number; readonly compute: number; readonly updated: number } {
    const live = describeGraph(this.engine, this.statistics).nodes.find((one) => one.name === name)?.live;
    if (live === undefined) throw new Error(`no node ${name}`);
    const { recompute, compute, updated } = live;
    return { recompute, compute, updated };
  }

  /** Writes what the statuses say, and runs the graph on the echo. A create whose name is taken is refused. */
  commit(): RunResult {
    for (const { change } of [...this.statuses.values()]) if (change !== null) this.#carryOut(change);
    return this.run();
  }

  interfaceNamed(name: string): InterfaceRow | undefined {
    return [...this.tables.iface.values()].find((row) => row.name === name);
  }

  /** What the handlers have made of the rows, beside what a fresh engine makes of them. */
  verify(): Verification {
    const scratch = scratchOf(this.engine);
    const { inputs } = this.graph;
    for (const table of TABLE_KEYS) this.#fill(scratch, table);
    scratch.push(inputs.localSession, this.#localSession);
    scratch.push(inputs.southbound, this.#southbound);
    scratch.push(
      inputs.attempt,
      Array.from(this.engine.data(inputs.attempt), ([lport, attempt]) => ({ lport, attempt })),
    );
    return verify(this.engine, scratch);
  }

  #push<T extends TableKey>(table: T, batch: TableBatch<RowOf<T>>): void {
    const inputs: TableInputs = this.graph.inputs;
    this.engine.push(inputs[table], batch);
  }

  /** Pushes the whole content of a table to another engine of the same graph. */
  #fill<T extends TableKey>(engine: Engine, table: T): void {
    const inputs: TableInputs = this.graph.inputs;
    const rows: ReadonlyMap<Uuid, RowOf<T>> = this.tables[table];
    engine.push(
      inputs[table],
      Array.from(rows, ([row, content]) => ({ uuid: row, old: null, new: content })),
    );
  }

  #bridge(): BridgeRow {
    const bridge = this.tables.bridge.get(BRIDGE);
    if (bridge === undefined) throw new Error("there is no integration bridge");
    return bridge;
  }

  #carryOut(change: Change): void {
    switch (change.kind) {
      case "create":
        this.#create(change);
        break;
      case "update":
        this.set("iface", edited(change.interface, change.edit));
        break;
      case "remove":
        this.removeInterface(change.interface._uuid);
        break;
      case "replug":
        if (change.remove !== null) this.removeInterface(change.remove.interface._uuid);
        this.#carryOut(change.take);
        break;
    }
  }

  #create({ desired }: Create): void {
    const { name, type, options, otherConfig } = desired.wanted;
    if (this.interfaceNamed(name) !== undefined) return;
    this.addInterface(
      interfaceRow({
        _uuid: this.nextUuid(),
        name,
        type,
        options: new Map(Object.entries(options)),
        other_config: new Map(Object.entries(otherConfig ?? {})),
        external_ids: new Map(Object.entries(idsOf(desired))),
        mtu_request: desired.mtuRequest,
      }),
    );
  }
}

function edited(row: InterfaceRow, edit: InterfaceEdit): InterfaceRow {
  return {
    ...row,
    type: edit.type ?? row.type,
    mtu_request: edit.mtuRequest === undefined ? row.mtu_request : edit.mtuRequest,
    external_ids: editedMap(row.external_ids, edit.externalIds),
    options: editedMap(row.options, edit.options),
    other_config: editedMap(row.other_config, edit.otherConfig),
  };
}

function editedMap(map: ReadonlyMap<string, string>, edit: MapEdit | undefined): ReadonlyMap<string, string> {
  if (edit === undefined) return map;
  const result = new Map(map);
  for (const key of edit.remove) result.delete(key);
  for (const [key, value] of edit.set) result.set(key, value);
  return result;
}
