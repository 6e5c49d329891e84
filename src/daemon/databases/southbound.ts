/**
 * The session with the Southbound database: the rows it is asked for go into the graph, and what is known to be
 * complete. Which server and which rows follow from the graph. It never writes.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Condition,
  type ConnectionError,
  type Environment,
  type RowChange,
  Session,
  type SessionState,
  type Uuid,
} from "ovsdb-jsonrpc";
import type { Logger } from "../../log/log.ts";
import { withFormer } from "../../plug/former-hostnames.ts";
import { MonitorScope } from "../../plug/monitor-scope.ts";
import type { SouthboundState } from "../../plug/nodes/input-nodes.ts";
import type { ChassisRow, PortBindingRow } from "../../plug/rows.ts";
import { faultOf, type SouthboundAddress, type SouthboundTarget } from "../../plug/southbound-target.ts";
import { type KeysOf, keysOf, selectionOf, tables } from "../../plug/tables.ts";
import { ovnSouthbound } from "../../schemas/ovn_southbound.gen.ts";
import type { CountedEvent } from "../../view/coverage.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import { KnownClusters } from "./known-clusters.ts";
import { logState } from "./session-log.ts";

export class Southbound {
  readonly #environment: Environment;
  readonly #reconciler: Reconciler;
  readonly #log: Logger;
  readonly #count: (event: CountedEvent) => void;
  #session: ReturnType<typeof connect> | null = null;
  /** The one in use. */
  #address: SouthboundAddress | null = null;
  #fault: string | null = null;
  #wanted = MonitorScope.of(null, new Set());
  /**
   * The rows that are here for the chassis itself have been seen once. Until then no port is asked for by its name: at
   * a start that would be every plugged port, and the server compares each of its rows with each of the names.
   */
  #seenOnce = false;
  #announced: SouthboundState | null = null;
  readonly #clusters = new KnownClusters();
  /** Why there is no connection, until there is one that is in sync. */
  #lost: ConnectionError | null = null;
  /** Which condition clauses were made of. */
  readonly #conditions = new WeakMap<object, MonitorScope>();

  /** @param count told of each event that is to be counted */
  constructor(
    reconciler: Reconciler,
    log: Logger,
    count: (event: CountedEvent) => void,
    environment: Environment,
  ) {
    this.#environment = environment;
    this.#reconciler = reconciler;
    this.#log = log;
    this.#count = count;
  }

  get state(): SessionState | null {
    return this.#session?.state ?? null;
  }

  /** Why the last connection ended; null: the database is in sync, or nothing was tried yet. */
  get lost(): ConnectionError | null {
    return this.#lost;
  }

  /** Takes a server for up to date whose log is behind what was seen of its cluster, as after a restore from a backup. */
  resetClusterState(): void {
    this.#session?.forgetIndex();
    if (this.#session?.state.kind !== "synced") this.#session?.reconnect();
  }

  /**
   * To be called after a complete pass that found no port due to be unplugged: whatever Southbound it was, it is no stranger
   * any more. Ports that are still asked for by name may yet turn out to be due.
   */
  acceptCluster(): void {
    const announced = this.#announced;
    if (announced === null || !announced.synced || (announced.stranger ?? null) === null) return;
    const { acknowledged } = announced;
    for (const lport of this.#wanted.lports) if (acknowledged?.lports.has(lport) !== true) return;
    if (this.#session === null) return;
    this.#clusters.accept(this.#session.state);
    this.#announce(this.#session);
  }

  /** How many rows are held. */
  get rows(): number {
    return keysOf("OVN_Southbound").reduce((sum, key) => sum + this.rowsOf(key).size, 0);
  }

  /** The remotes in use; null: none was ever known. */
  get remotes(): string | null {
    return this.#address?.remotes ?? null;
  }

  /** Why the Southbound cannot be found, or not where it is said to be; null: it can. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Where the Southbound is now said to be, which is not what was said before. One that cannot be used changes nothing. */
  setTarget(target: SouthboundTarget): void {
    const remotes = this.remotes;
    // Nobody names a remote any more: the session says what becomes of the last one.
    this.#fault = target.kind === "unnamed" && remotes !== null ? null : faultOf(target);
    switch (target.kind) {
      case "unknown":
        return;
      case "named":
        this.#use(target);
        return;
      case "unnamed":
      case "unusable":
        if (this.#fault === null) {
          this.#log.warn("no Southbound remote is known any more; staying with the last one");
        } else {
          this.#log.warn(remotes === null ? this.#fault : `${this.#fault}; staying with ${remotes}`);
        }
    }
  }

  #use(address: SouthboundAddress): void {
    const before = this.#address;
    this.#address = address;
    if (this.#session === null) {
      this.#session = this.#open(address);
      return;
    }
    if (!isDeepStrictEqual(before?.tls, address.tls)) this.#session.setTls(address.tls);
    if (before?.remotes !== address.remotes) {
      this.#log.info(`the Southbound is now at ${address.remotes}`);
      this.#session.setRemotes(address.remotes);
    }
    if (before?.probeIntervalMs !== address.probeIntervalMs) {
      this.#session.setProbeInterval(address.probeIntervalMs);
    }
  }

  setCondition(condition: MonitorScope): void {
    const before = this.#wanted;
    this.#wanted = condition;
    if (this.#session === null) return;
    if (before.chassisName !== condition.chassisName) {
      this.#session.setCondition("Chassis", condition.chassis());
    }
    if (this.#seenOnce || !before.sameChassis(condition)) {
      this.#session.setCondition("Port_Binding", this.#clausesOf(condition));
    }
  }

  /** Every row of a table. */
  rowsOf(key: KeysOf<"OVN_Southbound">): ReadonlyMap<Uuid, object> {
    return this.#session?.replica.table(tables[key].table).rows ?? new Map();
  }

  close(): void {
    this.#session?.close();
  }

  #open(target: SouthboundAddress) {
    const session = connect(this.#environment, target, this.#wanted.chassis(), this.#clausesOf(this.#wanted));
    session.onBatch(({ initial, tables: changes }) => {
      const cause = initial ? "snapshot" : "update";
      this.#count(`sb_${cause}`);
      this.#noteHostnames(changes.Chassis);
      this.#reconciler.pushTables("OVN_Southbound", changes, cause);
    });
    session.onState((state) => {
      logState(this.#log, "OVN_Southbound", state);
      if (state.kind === "disconnected") {
        this.#count("sb_disconnect");
        this.#lost = state.error;
      } else if (state.kind === "synced") this.#lost = null;
      this.#announce(session);
    });
    session.onConditionRequested(() => this.#announce(session));
    session.onCondition(() => this.#announce(session));
    session.onConditionRefused(({ table, code, details }) => {
      this.#log.error(`OVN_Southbound: the condition on ${table} is refused: ${code}: ${details}`);
      this.#announce(session);
    });
    return session;
  }

  /** In the same turn as the row's change: what follows from a hostname that is another one must not be decided without. */
  #noteHostnames(changes: readonly RowChange<ChassisRow>[]): void {
    const { inputs } = this.#reconciler.graph;
    const before = this.#reconciler.engine.data(inputs.formerHostnames).current;
    const after = withFormer(before, changes);
    if (after !== before) this.#reconciler.push(inputs.formerHostnames, after, "hostname changed");
  }

  #announce(session: ReturnType<typeof connect>): void {
    const synced = session.state.kind === "synced";
    const requested = session.requested("Port_Binding");
    const acknowledged = this.#completeBetween(session.acknowledged("Port_Binding"), requested);
    const stranger = this.#clusters.strangerAt(session.state);
    const before = this.#announced;
    if (
      before === null ||
      before.synced !== synced ||
      before.acknowledged !== acknowledged ||
      before.stranger !== stranger
    ) {
      const change = requested === null ? "condition acknowledged" : "condition requested";
      this.#announced = { synced, acknowledged, stranger };
      const { inputs } = this.#reconciler.graph;
      this.#reconciler.push(inputs.southbound, this.#announced, synced ? change : session.state.kind);
    }
    if (!this.#seenOnce && acknowledged !== null) this.#askByName(session, acknowledged);
  }

  /** The rows that leave with a change of the condition go before the server's word that it is made. */
  #completeBetween(acknowledged: object | null, requested: object | null): MonitorScope | null {
    const now = acknowledged === null ? undefined : this.#conditions.get(acknowledged);
    const next = requested === null ? now : this.#conditions.get(requested);
    return now === undefined || next === undefined ? null : now.both(next);
  }

  /** Asks for ports by their names, too, when the answer is for the chassis as its row says it is. */
  #askByName(session: ReturnType<typeof connect>, acknowledged: MonitorScope): void {
    const [row = null] = session.replica.table("Chassis").rows.values();
    if (acknowledged.chassisUuid !== (row?._uuid ?? null)) return;
    this.#seenOnce = true;
    if (this.#wanted.lports.size > 0) {
      session.setCondition("Port_Binding", this.#clausesOf(this.#wanted));
    }
  }

  #clausesOf(wanted: MonitorScope): Condition<PortBindingRow> {
    const condition = this.#seenOnce ? wanted : new MonitorScope(wanted, NO_LPORTS);
    const clauses = condition.portBindings();
    this.#conditions.set(clauses, condition);
    return clauses;
  }
}

const NO_LPORTS: ReadonlySet<string> = new Set();

function connect(
  environment: Environment,
  target: SouthboundAddress,
  chassis: ReturnType<MonitorScope["chassis"]>,
  portBindings: Condition<PortBindingRow>,
) {
  return new Session({
    environment,
    database: ovnSouthbound,
    remotes: target.remotes,
    tls: target.tls,
    ...(target.probeIntervalMs === undefined ? {} : { probeIntervalMs: target.probeIntervalMs }),
    monitor: selectionOf("OVN_Southbound"),
    where: { Chassis: chassis, Port_Binding: portBindings },
  });
}
