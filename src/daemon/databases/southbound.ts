/**
 * The session with the Southbound database: the rows it is asked for go into the graph, and what is known to be
 * complete. Which server and which rows follow from the graph. It never writes.
 */
import { isDeepStrictEqual } from "node:util";
import type {
  Condition,
  ConnectionError,
  Environment,
  RowChange,
  SessionState,
  Transacting,
  Uuid,
} from "ovsdb-jsonrpc";
import type { Logger } from "../../log/log.ts";
import { withFormer } from "../../plug/former-hostnames.ts";
import { MonitorScope } from "../../plug/monitor-scope.ts";
import type { SouthboundState } from "../../plug/nodes/input-nodes.ts";
import { hasAnswered } from "../../plug/readiness.ts";
import type { ChassisRow, PortBindingRow } from "../../plug/rows.ts";
import { faultOf, type SouthboundAddress, type SouthboundTarget } from "../../plug/southbound-target.ts";
import { type KeysOf, keysOf, tables } from "../../plug/tables.ts";
import type { CountedEvent } from "../../view/coverage.ts";
import type { Inquiry } from "../reconcile/departures.ts";
import type { Reconciler } from "../reconcile/reconciler.ts";
import { AwaitedName, findChassis } from "./chassis-lookup.ts";
import { KnownClusters } from "./known-clusters.ts";
import { NamedPorts } from "./named-ports.ts";
import { logState } from "./session-log.ts";
import { inquire, inquireChassis } from "./southbound-inquirer.ts";
import { connect, type Where } from "./southbound-session.ts";

export class Southbound {
  readonly #environment: Environment;
  readonly #reconciler: Reconciler;
  readonly #log: Logger;
  readonly #count: (event: CountedEvent) => void;
  #session: ReturnType<typeof connect> | null = null;
  #named: NamedPorts | null = null;
  /** The one in use. */
  #address: SouthboundAddress | null = null;
  #fault: string | null = null;
  #wanted = MonitorScope.of(null, new Set());
  readonly #name: AwaitedName;
  /** Counts the views (`SouthboundState.view`). */
  #view = 0;
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
    this.#name = new AwaitedName(environment);
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
    if (this.#session === null || !hasAnswered(this.#reconciler.engine, this.#reconciler.graph)) return;
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
    if (condition.chassisName !== null) this.#name.end();
    if (this.#session === null) return;
    if (before.chassisName !== condition.chassisName) {
      this.#session.setCondition("Chassis", condition.chassis());
    }
    if (!before.sameChassis(condition)) {
      this.#session.setCondition("Port_Binding", this.#clausesOf(condition));
    }
    this.#named?.ask(condition);
  }

  /** Asks whether rows that left the view are still there. */
  inquire(inquiries: readonly Inquiry[]): void {
    const session = this.#session;
    if (session === null) return;
    inquire(inquiries, session, (replies) => this.#reconciler.departures.replied(replies));
  }

  /** Asks whose rows these are, which are not this chassis's. */
  inquireChassis(uuids: readonly Uuid[]): void {
    const session = this.#session;
    if (session === null) return;
    inquireChassis(uuids, session, (replies) => this.#reconciler.otherChassis.replied(replies));
  }

  /** Every row of a table. */
  rowsOf(key: KeysOf<"OVN_Southbound">): ReadonlyMap<Uuid, object> {
    return this.#session?.replica.table(tables[key].table).rows ?? new Map();
  }

  close(): void {
    this.#name.end();
    this.#session?.close();
  }

  #open(target: SouthboundAddress) {
    const session = connect(
      this.#environment,
      target,
      { Chassis: this.#wanted.chassis(), Port_Binding: this.#clausesOf(this.#wanted) },
      (connection) => this.#conditionsAt(connection),
    );
    session.onBatch(({ initial, tables: changes }) => {
      const label = initial ? "snapshot" : "update";
      if (initial) this.#correct(session);
      this.#count(`sb_${label}`);
      const isOurs = changes.Chassis.length > 0 || changes.SB_Global.length > 0;
      if (isOurs) this.#view++;
      this.#named?.doubt(isOurs, () => session.listDatabases());
      this.#noteHostnames(changes.Chassis);
      this.#reconciler.pushTables("OVN_Southbound", changes, label);
      // What leaves with a snapshot, or with what is about ourselves, need not be gone.
      const view = isOurs || initial ? null : (this.#announced?.view ?? null);
      this.#reconciler.departures.left(changes.Port_Binding, view);
      this.#announce(session);
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
    const refused = (table: string, code: string, details: string) =>
      this.#log.error(`OVN_Southbound: the condition on ${table} is refused: ${code}: ${details}`);
    session.onConditionRefused(({ table, code, details }) => {
      refused(table, code, details);
      this.#announce(session);
    });
    this.#named = new NamedPorts(
      session,
      () => this.#announce(session),
      (code, details) => refused("Port_Binding", code, details),
    );
    return session;
  }

  /** What a new connection is to be asked for, where that is something else than before. */
  async #conditionsAt(connection: Transacting): Promise<Partial<Where>> {
    await this.#name.settled();
    const { chassisName } = this.#wanted;
    if (chassisName === null) return {};
    const row = await findChassis(connection, chassisName);
    const wanted = this.#wanted;
    if (row === undefined || wanted.chassisName !== chassisName) return {};
    const scope = wanted.withRow(row);
    return scope.sameChassis(wanted) ? {} : { Port_Binding: this.#clausesOf(scope) };
  }

  /** The Chassis row that has come with the port bindings need not be the one that they were asked for by. */
  #correct(session: ReturnType<typeof connect>): void {
    const inForce = this.#conditions.get(session.acknowledged("Port_Binding") ?? {});
    const { chassisName } = this.#wanted;
    const rows = session.replica.table("Chassis").rows.values();
    this.#wanted = this.#wanted.withRow(rows.find(({ name }) => name === chassisName) ?? null);
    if (inForce === undefined || inForce.sameChassis(this.#wanted)) return;
    session.setCondition("Port_Binding", this.#clausesOf(this.#wanted));
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
    const acknowledged = this.#acknowledged(session.acknowledged("Port_Binding"), requested);
    const stranger = this.#clusters.strangerAt(session.state);
    const before = this.#announced;
    const isAnotherView =
      before === null ||
      before.synced !== synced ||
      before.acknowledged === null ||
      acknowledged?.sameChassis(before.acknowledged) !== true;
    if (isAnotherView) this.#view++;
    const view = synced && acknowledged !== null ? this.#view : null;
    const isInDoubt = this.#named?.isInDoubt === true;
    const now = { synced, acknowledged, stranger, view, isInDoubt };
    if (before !== null && isSame(before, now)) return;
    this.#announced = now;
    const change = requested === null ? "condition acknowledged" : "condition requested";
    const { inputs } = this.#reconciler.graph;
    this.#reconciler.push(inputs.southbound, now, synced ? change : session.state.kind);
  }

  /** What is complete now; null while one chassis replaces another. */
  #acknowledged(acknowledged: object | null, requested: object | null): MonitorScope | null {
    const now = acknowledged === null ? undefined : this.#conditions.get(acknowledged);
    const next = requested === null ? now : this.#conditions.get(requested);
    if (now === undefined || next === undefined || !now.sameChassis(next)) return null;
    const lports = this.#named?.complete ?? NO_LPORTS;
    const before = this.#announced?.acknowledged ?? null;
    return before?.sameChassis(now) && before.lports === lports ? before : new MonitorScope(now, lports);
  }

  #clausesOf(wanted: MonitorScope): Condition<PortBindingRow> {
    const clauses = wanted.portBindings();
    this.#conditions.set(clauses, wanted);
    return clauses;
  }
}

const NO_LPORTS: ReadonlySet<string> = new Set();

function isSame(a: SouthboundState, b: SouthboundState): boolean {
  return (
    a.synced === b.synced &&
    a.acknowledged === b.acknowledged &&
    a.stranger === b.stranger &&
    a.view === b.view &&
    a.isInDoubt === b.isInDoubt
  );
}
