/**
 * A reconciler whose database is the test: what it would send is held until the test commits, refuses or loses it, and
 * the rows it would see afterwards are pushed by the test. No server, no socket.
 */
import type { Operation, TransactError, Uuid } from "ovsdb-jsonrpc";
import { realEnvironment } from "ovsdb-jsonrpc";
import type { Inquiry } from "../../src/daemon/reconcile/departures.ts";
import { Reconciler } from "../../src/daemon/reconcile/reconciler.ts";
import type { Source } from "../../src/daemon/reconcile/shadow-check.ts";
import type { Cause, InputNode } from "../../src/graph/index.ts";
import { Log } from "../../src/log/log.ts";
import type { MonitorScope } from "../../src/plug/monitor-scope.ts";
import type { BridgeRow, InterfaceRow, PortBindingRow, TableBatch } from "../../src/plug/rows.ts";
import type { SouthboundTarget } from "../../src/plug/southbound-target.ts";
import type { ProviderRegistry } from "../../src/providers/registry.ts";
import type { Recorder } from "../../src/record/recorder.ts";
import { holder, settings } from "./plug-bench.ts";
import { bridgeRow, chassisRow, emptyTables, openVSwitchRow, portRow, sbGlobalRow, uuid } from "./rows.ts";

type Reply = { readonly ok: true } | { readonly ok: false; readonly error: TransactError };

export interface Sent {
  readonly operations: readonly Operation[];
  reply(answer: Reply): void;
}

/** Lets everything happen that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export class PlugDaemon {
  readonly reconciler: Reconciler;
  /** Transactions that were sent, oldest first. */
  readonly sent: Sent[] = [];
  readonly lines: string[] = [];
  readonly locks: (string | null)[] = [];
  readonly targets: SouthboundTarget[] = [];
  readonly inquiries: Inquiry[] = [];
  readonly chassisAsked: Uuid[] = [];
  readonly conditions: MonitorScope[] = [];
  lock: string | null = "vifplugd_hv1";
  /** Whether the rows that were pushed are those that the database has. */
  inSync = true;
  runs = 0;
  /** What follows at once from a run. */
  onRun = () => {};
  /** What made the ports be decided whose changes were committed. */
  readonly committed: Cause[] = [];
  /** How often a port was asked for again because its time had come. */
  retries = 0;
  /** What follows at once from another Southbound's being named. */
  onTarget = () => {};
  /** How many interfaces went because they had become somebody else's. */
  misplaced = 0;
  #bridge: BridgeRow = bridgeRow({ ports: new Set() });
  readonly #tables = emptyTables();
  /** How many there have been: none has the UUID of another. */
  #ports = 0;

  /** @param recorder notes what enters the graph */
  constructor(registry: ProviderRegistry, recorder: Recorder | null = null) {
    const log = new Log({ level: "debug", format: "text", write: (line) => this.lines.push(line.trim()) });
    this.reconciler = new Reconciler({
      environment: realEnvironment,
      registry,
      settings,
      log: log.module("plug"),
      recorder,
      transact: (operations) => new Promise((reply) => this.sent.push({ operations, reply })),
      lock: () => this.lock,
      isInSync: () => this.inSync,
      outputs: {
        lock: (name) => this.locks.push(name),
        southboundTarget: (target) => {
          this.targets.push(target);
          this.onTarget();
        },
        condition: (condition) => this.conditions.push(condition),
        inquiries: (inquiries) => this.inquiries.push(...inquiries),
        otherChassis: (rows) => this.chassisAsked.push(...rows),
      },
      onMisplaced: () => this.misplaced++,
      onRetry: () => this.retries++,
      onCommitted: (cause) => this.committed.push(cause),
      onRun: () => {
        this.runs++;
        this.onRun();
      },
    });
  }

  /** A chassis that both databases know, with an empty bridge. */
  async start(): Promise<void> {
    await this.startLocal();
    await this.sync();
  }

  /** The chassis as the local database knows it, which the Southbound has not said everything of. */
  async startLocal(): Promise<void> {
    const { openVSwitch, bridge, localSession } = this.reconciler.graph.inputs;
    this.#pushRow(openVSwitch, this.#tables.openVSwitch, openVSwitchRow(), "snapshot");
    this.#pushRow(bridge, this.#tables.bridge, this.#bridge, "snapshot");
    this.reconciler.push(localSession, holder, "holding the lock");
    await settle();
  }

  /** The Southbound has said everything. */
  async sync(): Promise<void> {
    const { chassis, sbGlobal, southbound } = this.reconciler.graph.inputs;
    this.#pushRow(chassis, this.#tables.chassis, chassisRow(), "snapshot");
    this.#pushRow(sbGlobal, this.#tables.sbGlobal, sbGlobalRow(), "snapshot");
    await settle();
    const acknowledged = this.conditions.at(-1) ?? null;
    this.reconciler.push(southbound, { synced: true, acknowledged }, "synced");
    await settle();
  }

  /** The local database names where the Southbound is. */
  nameSouthbound(remote: string): void {
    const { openVSwitch } = this.reconciler.graph.inputs;
    const row = openVSwitchRow();
    const external_ids = new Map(row.external_ids).set("ovn-remote", remote);
    this.#pushRow(openVSwitch, this.#tables.openVSwitch, { ...row, external_ids });
  }

  bind(row: PortBindingRow): void {
    this.#pushRow(this.reconciler.graph.inputs.portBinding, this.#tables.portBinding, row);
  }

  /** A port binding leaves the view with what changed about this chassis itself. */
  unbind(row: PortBindingRow): void {
    this.#dropRow(this.reconciler.graph.inputs.portBinding, this.#tables.portBinding, row._uuid);
    this.reconciler.departures.left([{ uuid: row._uuid, old: row, new: null }], null);
  }

  /** An interface of a port of its own on the bridge comes, or changes. */
  setInterface(row: InterfaceRow): void {
    const { iface, port, bridge } = this.reconciler.graph.inputs;
    const isNew = !this.#tables.iface.has(row._uuid);
    this.#pushRow(iface, this.#tables.iface, row);
    if (!isNew) return;
    const interfaces = new Set([row._uuid]);
    const own = portRow({ _uuid: uuid(0x7000 + ++this.#ports), name: row.name, interfaces });
    this.#bridge = { ...this.#bridge, ports: new Set(this.#bridge.ports).add(own._uuid) };
    this.#pushRow(port, this.#tables.port, own);
    this.#pushRow(bridge, this.#tables.bridge, this.#bridge);
  }

  /** Somebody removes an interface, and its port with it. */
  removeInterface({ _uuid }: InterfaceRow): void {
    const { iface, port, bridge } = this.reconciler.graph.inputs;
    for (const own of [...this.#tables.port.values()].filter(({ interfaces }) => interfaces.has(_uuid))) {
      const ports = new Set(this.#bridge.ports);
      ports.delete(own._uuid);
      this.#bridge = { ...this.#bridge, ports };
      this.#pushRow(bridge, this.#tables.bridge, this.#bridge);
      this.#dropRow(port, this.#tables.port, own._uuid);
    }
    this.#dropRow(iface, this.#tables.iface, _uuid);
  }

  /** What the databases hold. */
  readonly source: Source = (table) => this.#tables[table];

  /** The oldest transaction that was sent, taken off the list. */
  next(): Sent {
    const sent = this.sent.shift();
    if (sent === undefined) throw new Error("nothing was sent");
    return sent;
  }

  #dropRow<Row extends { readonly _uuid: Uuid }>(
    node: InputNode<unknown, unknown, TableBatch<Row>>,
    table: Map<Uuid, Row>,
    row: Uuid,
  ): void {
    const old = table.get(row) ?? null;
    table.delete(row);
    this.reconciler.pushRows(node, [{ uuid: row, old, new: null }], "update");
  }

  #pushRow<Row extends { readonly _uuid: Uuid }>(
    node: InputNode<unknown, unknown, TableBatch<Row>>,
    table: Map<Uuid, Row>,
    row: Row,
    cause = "update",
  ): void {
    const old = table.get(row._uuid) ?? null;
    table.set(row._uuid, row);
    this.reconciler.pushRows(node, [{ uuid: row._uuid, old, new: row }], cause);
  }
}
