/**
 * The daemon's own graph, with every port plugged: the cost of a port's change from the changed rows to the status, and on to the
 * echo of the commit; the cost of a recompute; and the memory of a port.
 */
import { heapStats } from "bun:jsc";
import { parseUuid, type Uuid } from "ovsdb-jsonrpc";
import type { Engine } from "../../src/graph/index.ts";
import { afterCommit, sent } from "../../src/plug/attempt.ts";
import { type PlugGraph, plugGraph } from "../../src/plug/graph.ts";
import {
  asInserts,
  type InterfaceRow,
  type PortBindingRow,
  type PortRow,
  type TableBatch,
} from "../../src/plug/rows.ts";
import { dummyProvider } from "../../src/providers/dummy/dummy.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";
import { type Figure, figure, quantile } from "../support/figures.ts";
import { NOTHING, timesOf, timesOnce } from "./measure.ts";

const SUBJECT = "the daemon's graph";
export const MEMORY = "one port in the graph";
export const RECOMPUTE = "recompute";
/** Then what belongs to one port lies all over the heap, and the processor's caches hold none of it. */
export const RECOMPUTE_AFTER_CHANGES = "recompute, after all those changes";
const RECOMPUTES = 9;
const CHANGES_IN_A_TURN = 1_000;
const FEW = 100;
/** With fewer ports, the memory of the ports is less than what the program itself allocates meanwhile. */
const ENOUGH_TO_WEIGH = 10_000;
const CHASSIS = uuid(1);
const BRIDGE = uuid(2);
/** Added to the index of a row, so that rows of different tables have different numbers. */
const TABLE = { iface: 1e9, port: 2e9, binding: 3e9 };

export function measureDaemonGraph(ports: number, changes: number): readonly Figure[] {
  const empty = heapBytes();
  const rows = makeRows(ports);
  const loaded = heapBytes();
  const daemon = new PluggedDaemon(rows);
  const plugged = heapBytes();
  const at = { ports };
  const loadedRecomputes = recomputesOf(daemon);
  // Steps by a prime spread the changed ports over the tables.
  const all = (index: number) => (index * 7919) % ports;
  const decide = (_: number, rows: TableBatch<PortBindingRow>) => daemon.decide(rows);
  const decided = timesOf(changes, (index) => daemon.change(all(index)), decide);
  // The same work on few rows, which the processor's caches hold.
  const again = timesOf(changes, (index) => daemon.change(index % FEW), decide);
  daemon.commitAll();
  const decideAndCommit = (index: number, rows: TableBatch<PortBindingRow>) => {
    daemon.decide(rows);
    daemon.commit(all(index));
  };
  const committed = timesOf(changes, (index) => daemon.change(all(index)), decideAndCommit);
  const figures = [
    figure(SUBJECT, RECOMPUTE, "ms", loadedRecomputes, at),
    figure(SUBJECT, "one change, to the status", "µs", decided, at),
    figure(SUBJECT, `one change, of ${FEW} ports in turn`, "µs", again, at),
    figure(SUBJECT, "one change, to the commit's echo", "µs", committed, at),
    figure(SUBJECT, RECOMPUTE_AFTER_CHANGES, "ms", recomputesOf(daemon), at),
  ];
  if (ports < ENOUGH_TO_WEIGH) return figures;
  return [
    ...figures,
    figure(SUBJECT, "rows of one port", "bytes", [(loaded - empty) / ports], at),
    figure(SUBJECT, MEMORY, "bytes", [(plugged - loaded) / ports], at),
  ];
}

/** Milliseconds. */
function recomputesOf(daemon: PluggedDaemon): Float64Array {
  return timesOf(RECOMPUTES, NOTHING, () => daemon.recompute()).map((us) => us / 1000);
}

/**
 * The ratios of a change's cost with many ports to its cost with few ports. Both take turns, because other work of the machine
 * changes from one second to the next. Each turn has one ratio, of the medians of its changes.
 */
export function ratiosOfChanges(few: number, many: number, turns: number): readonly number[] {
  const daemons = [few, many].map((ports) => ({ ports, daemon: new PluggedDaemon(makeRows(ports)) }));
  const ratios = Array.from({ length: 2 * turns }, (_, turn) => {
    const [ofFew = Number.NaN, ofMany = Number.NaN] = daemons.map(({ ports, daemon }) => {
      const port = (index: number) => ((turn * CHANGES_IN_A_TURN + index) * 7919) % ports;
      const times = timesOnce(
        CHANGES_IN_A_TURN,
        (index) => daemon.change(port(index)),
        (_, rows) => daemon.decide(rows),
      );
      return quantile(times.sort(), 0.5);
    });
    return ofMany / ofFew;
  });
  return ratios.slice(turns);
}

interface Rows {
  readonly bindings: PortBindingRow[];
  readonly interfaces: InterfaceRow[];
  readonly ports: readonly PortRow[];
}

/** Where every logical port of the rows is plugged. */
class PluggedDaemon {
  readonly #registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => {},
    log: () => {},
  });
  readonly #graph: PlugGraph;
  readonly #engine: Engine;
  readonly #rows: Rows;

  constructor(rows: Rows) {
    this.#rows = rows;
    if (!this.#registry.register(dummyProvider()).ok) throw new Error("no dummy provider");
    this.#graph = plugGraph(this.#registry, {
      chassis: null,
      bridge: null,
      onWithdraw: "unplug",
      onRename: "replug",
      additionalChassis: true,
      maxUnplugPercent: 100,
      southbound: { remote: null, probeIntervalMs: null, tls: {} },
    });
    this.#engine = this.#graph.engine();
    this.#load();
    for (const { state, change } of this.#engine.data(this.#graph.plug).values()) {
      if (state !== "plugged" || change !== null)
        throw new Error(`a port is ${state} before the measurement`);
    }
  }

  /** The rows that request another MTU for the port. */
  change(port: number): TableBatch<PortBindingRow> {
    const old = this.#binding(port);
    const mtu = old.options.get("vif-plug-mtu-request") === "1400" ? "1500" : "1400";
    const row = { ...old, options: new Map(old.options).set("vif-plug-mtu-request", mtu) };
    this.#rows.bindings[port] = row;
    return [{ uuid: row._uuid, old, new: row }];
  }

  decide(bindings: TableBatch<PortBindingRow>): void {
    this.#engine.push(this.#graph.inputs.portBinding, bindings);
    this.#run();
  }

  /** Commits the port's change: it is sent, written, and seen. */
  commit(port: number): void {
    const { attempt, iface } = this.#graph.inputs;
    const name = this.#binding(port).logical_port;
    const change = this.#engine.data(this.#graph.plug).get(name)?.change;
    const advice = this.#engine.data(this.#graph.advice).get(name);
    if (change?.kind !== "update" || advice === undefined) throw new Error(`${name} is not to be updated`);
    const { lport } = change.desired;
    const before = this.#engine.data(attempt).get(lport);
    this.#engine.push(attempt, [{ lport, attempt: sent(change, advice, before) }]);
    this.#run();
    const old = change.interface;
    const row = { ...old, mtu_request: change.edit.mtuRequest ?? null };
    this.#engine.push(iface, [{ uuid: row._uuid, old, new: row }]);
    const inFlight = this.#engine.data(attempt).get(lport);
    this.#engine.push(attempt, [{ lport, attempt: afterCommit(change, inFlight) }]);
    this.#run();
  }

  commitAll(): void {
    for (const [port, { logical_port }] of this.#rows.bindings.entries()) {
      if (this.#engine.data(this.#graph.plug).get(logical_port)?.change) this.commit(port);
    }
  }

  recompute(): void {
    this.#engine.recompute("benchmark");
    this.#run();
  }

  #run(): void {
    this.#registry.runAll();
    this.#engine.poke(this.#graph.providerLookup, "before every decision");
    const [error] = this.#engine.run().errors;
    if (error !== undefined) throw error.error;
  }

  #load(): void {
    const { inputs } = this.#graph;
    const { bindings, interfaces, ports } = this.#rows;
    const bridge = {
      _uuid: BRIDGE,
      name: "br-int",
      datapath_type: "",
      other_config: new Map(),
      ports: new Set(ports.map(({ _uuid }) => _uuid)),
    };
    const openVSwitch = {
      _uuid: uuid(3),
      external_ids: new Map([["system-id", "hv1"]]),
      other_config: new Map(),
    };
    const sbGlobal = { _uuid: uuid(4), options: new Map([["northd_internal_version", "1"]]) };
    this.#engine.push(inputs.openVSwitch, batchOf([openVSwitch]));
    this.#engine.push(inputs.bridge, batchOf([bridge]));
    this.#engine.push(inputs.port, batchOf(ports));
    this.#engine.push(inputs.iface, batchOf(interfaces));
    const lock = { kind: "asked", name: "vifplugd_hv1", held: true } as const;
    this.#engine.push(inputs.localSession, { synced: true, lock });
    this.#engine.push(inputs.sbGlobal, batchOf([sbGlobal]));
    this.#engine.push(inputs.chassis, batchOf([{ _uuid: CHASSIS, name: "hv1", hostname: "hv1" }]));
    this.#engine.push(inputs.portBinding, batchOf(bindings));
    this.#run();
    const acknowledged = this.#engine.data(this.#graph.monitorScope).current;
    this.#engine.push(inputs.southbound, { synced: true, acknowledged });
    this.#run();
  }

  #binding(port: number): PortBindingRow {
    const row = this.#rows.bindings[port];
    if (row === undefined) throw new RangeError(`there is no port ${port}`);
    return row;
  }
}

/** Makes the rows. Equal small maps are one map, and empty columns one value, as in rows that the replica decodes. */
function makeRows(count: number): Rows {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const bindingOptions = new Map([
    ["requested-chassis", "hv1"],
    ["vif-plug-type", "dummy"],
  ]);
  const interfaceOptions = new Map([["vif-plug-dummy-option", "value"]]);
  const noChassis = new Set<Uuid>();
  const noConfig = new Map<string, string>();
  return {
    bindings: indexes.map((index) => ({
      _uuid: uuid(TABLE.binding + index),
      logical_port: `lsp${index}`,
      type: "",
      parent_port: null,
      options: bindingOptions,
      requested_chassis: CHASSIS,
      requested_additional_chassis: noChassis,
      chassis: CHASSIS,
      additional_chassis: noChassis,
    })),
    interfaces: indexes.map((index) => ({
      _uuid: uuid(TABLE.iface + index),
      name: `lsp${index}`,
      type: "internal",
      options: interfaceOptions,
      other_config: noConfig,
      external_ids: new Map([
        ["iface-id", `lsp${index}`],
        ["ovn-plugged", "dummy"],
      ]),
      mtu_request: null,
      ofport: index + 1,
      error: null,
      admin_state: null,
    })),
    ports: indexes.map((index) => ({
      _uuid: uuid(TABLE.port + index),
      name: `lsp${index}`,
      interfaces: new Set([uuid(TABLE.iface + index)]),
    })),
  };
}

function batchOf<Row extends { readonly _uuid: Uuid }>(rows: readonly Row[]) {
  return asInserts(new Map(rows.map((row) => [row._uuid, row])));
}

function uuid(index: number): Uuid {
  const parsed = parseUuid(`00000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`);
  if (parsed === null) throw new RangeError(`no uuid is made of ${index}`);
  return parsed;
}

/** The bytes in use after a collection, with the memory outside of the heap. */
function heapBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}
