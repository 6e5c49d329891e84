/**
 * A reconciler whose database is the test: what it would send is held until the test commits, refuses or loses it, and
 * the rows it would see afterwards are pushed by the test. No server, no socket.
 */
import type { Operation, TransactError } from "ovsdb-jsonrpc";
import { Reconciler } from "../../src/daemon/reconciler.ts";
import { Log } from "../../src/log/log.ts";
import type { MonitoredCondition } from "../../src/plug/condition.ts";
import type { LocalChassis } from "../../src/plug/nodes/local-chassis.ts";
import type { BridgeRow, InterfaceRow, PortBindingRow } from "../../src/plug/rows.ts";
import type { ProviderRegistry } from "../../src/providers/registry.ts";
import { active, settings } from "./plug-bench.ts";
import { BRIDGE, bridgeRow, chassisRow, openVSwitchRow, portRow, sbGlobalRow, uuid } from "./rows.ts";

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
  readonly chassis: LocalChassis[] = [];
  readonly conditions: MonitoredCondition[] = [];
  lock: string | null = "vifplugd_hv1";
  runs = 0;
  #bridge: BridgeRow = bridgeRow({ ports: new Set() });
  readonly #bindings = new Map<string, PortBindingRow>();
  readonly #interfaces = new Map<string, InterfaceRow>();

  constructor(registry: ProviderRegistry) {
    const log = new Log({ level: "debug", format: "text", write: (line) => this.lines.push(line.trim()) });
    this.reconciler = new Reconciler({
      registry,
      settings,
      log: log.module("plug"),
      recorder: null,
      transact: (operations) => new Promise((reply) => this.sent.push({ operations, reply })),
      lock: () => this.lock,
      onLocalChassis: (local) => this.chassis.push(local),
      onCondition: (condition) => this.conditions.push(condition),
      onRun: () => this.runs++,
    });
  }

  /** A chassis that both databases know, with an empty bridge. */
  async start(): Promise<void> {
    const { graph } = this.reconciler;
    const { openVSwitch, bridge, chassis, sbGlobal, activity, southbound } = graph.inputs;
    this.reconciler.pushRows(openVSwitch, added(openVSwitchRow()), "snapshot");
    this.reconciler.pushRows(bridge, added(this.#bridge), "snapshot");
    this.reconciler.pushRows(chassis, added(chassisRow()), "snapshot");
    this.reconciler.pushRows(sbGlobal, added(sbGlobalRow()), "snapshot");
    this.reconciler.push(activity, active, "active");
    await settle();
    const acknowledged = this.conditions.at(-1) ?? null;
    this.reconciler.push(southbound, { synced: true, acknowledged }, "synced");
    await settle();
  }

  bind(row: PortBindingRow): void {
    const old = this.#bindings.get(row.logical_port) ?? null;
    this.#bindings.set(row.logical_port, row);
    const batch = [{ uuid: row._uuid, old, new: row }];
    this.reconciler.pushRows(this.reconciler.graph.inputs.portBinding, batch, "update");
  }

  /** An interface of a port of its own on the bridge comes, or changes. */
  setInterface(row: InterfaceRow): void {
    const { iface, port, bridge } = this.reconciler.graph.inputs;
    const old = this.#interfaces.get(row.name) ?? null;
    this.#interfaces.set(row.name, row);
    this.reconciler.pushRows(iface, [{ uuid: row._uuid, old, new: row }], "update");
    if (old !== null) return;
    const interfaces = new Set([row._uuid]);
    const own = portRow({ _uuid: uuid(0x7000 + this.#interfaces.size), name: row.name, interfaces });
    const before = this.#bridge;
    this.#bridge = { ...before, ports: new Set(before.ports).add(own._uuid) };
    this.reconciler.pushRows(port, added(own), "update");
    this.reconciler.pushRows(bridge, [{ uuid: BRIDGE, old: before, new: this.#bridge }], "update");
  }

  /** The oldest transaction that was sent, taken off the list. */
  next(): Sent {
    const sent = this.sent.shift();
    if (sent === undefined) throw new Error("nothing was sent");
    return sent;
  }
}

function added<Row extends { readonly _uuid: ReturnType<typeof uuid> }>(row: Row) {
  return [{ uuid: row._uuid, old: null, new: row }];
}
