/**
 * The session with the Southbound database. The requested rows and the state of the session enter the graph; the graph names
 * the server and the rows to request. The session never writes.
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
import { type FormerHostnames, withFormer } from "../../plug/former-hostnames.ts";
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
import { Refusal } from "./refusal.ts";
import { stateLog } from "./session-log.ts";
import { inquire, inquireChassis } from "./southbound-inquirer.ts";
import { connect, type Where } from "./southbound-session.ts";

export class Southbound {
  readonly #environment: Environment;
  readonly #reconciler: Reconciler;
  readonly #log: Logger;
  readonly #count: (event: CountedEvent) => void;
  #session: ReturnType<typeof connect> | null = null;
  #named: NamedPorts | null = null;
  /** The address in use; null: no address was ever known. */
  #address: SouthboundAddress | null = null;
  #fault: string | null = null;
  #wanted = MonitorScope.of(null, new Set());
  readonly #name: AwaitedName;
  /** Counts the views (`SouthboundState.view`). */
  #view = 0;
  #announced: SouthboundState | null = null;
  /** Kept here because the graph knows the names of one message only after a run, and messages may be read together. */
  #formerHostnames: FormerHostnames = new Map();
  readonly #clusters = new KnownClusters();
  /** Why the last connection ended; null: a connection has been in sync since, or nothing was tried. */
  #lost: ConnectionError | null = null;
  readonly #refusal = new Refusal("of this chassis");
  /** The scope behind each clauses object. */
  readonly #conditions = new WeakMap<object, MonitorScope>();

  /** @param count called for each event to count */
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

  /** The question that the server refuses, and what to do; null: the server answers. */
  get refused(): string | null {
    return this.#refusal.words ?? this.#named?.refusal.words ?? null;
  }

  /** Accepts a server whose log is behind the known index of its cluster, as after a restore from a backup. */
  resetClusterState(): void {
    this.#session?.forgetIndex();
    if (this.#session?.state.kind !== "synced") this.#session?.reconnect();
  }

  /**
   * Call this after a complete pass that found no port due to be unplugged: then the present Southbound is known. Does nothing
   * while ports are still asked for by name, because they may turn out to be due.
   */
  acceptCluster(): void {
    const announced = this.#announced;
    if (announced === null || !announced.synced || (announced.stranger ?? null) === null) return;
    if (this.#session === null || !hasAnswered(this.#reconciler.engine, this.#reconciler.graph)) return;
    this.#clusters.accept(this.#session.state);
    this.#announce(this.#session);
  }

  /** The number of rows in the replica. */
  get rows(): number {
    return keysOf("OVN_Southbound").reduce((sum, key) => sum + this.rowsOf(key).size, 0);
  }

  /** The remotes in use; null: no remote was ever known. */
  get remotes(): string | null {
    return this.#address?.remotes ?? null;
  }

  /** Why the address of the Southbound is unknown or cannot be used; null: it can be used. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Takes a new address of the Southbound. An address that cannot be used changes nothing. */
  setTarget(target: SouthboundTarget): void {
    const remotes = this.remotes;
    // Nobody names a remote any more: the session stays with the last remote and tells its state.
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

  /** Asks whether rows that left the view still exist. */
  inquire(inquiries: readonly Inquiry[]): void {
    const session = this.#session;
    if (session === null) return;
    inquire(inquiries, session, (replies) => this.#reconciler.departures.replied(replies));
  }

  /** Asks for the names in Chassis rows of other chassis. */
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
      // A row that leaves with a snapshot, or because of ourselves, may still exist.
      const view = isOurs || initial ? null : (this.#announced?.view ?? null);
      this.#reconciler.departures.left(changes.Port_Binding, view);
      this.#announce(session);
    });
    const log = stateLog(this.#log, "OVN_Southbound");
    session.onState((state) => {
      log(state);
      if (state.kind === "disconnected") {
        this.#count("sb_disconnect");
        this.#lost = state.error;
      } else if (state.kind === "synced") this.#lost = null;
      this.#announce(session);
    });
    session.onConditionRequested(() => this.#announce(session));
    session.onCondition(() => {
      if (this.#conditions.has(session.acknowledged("Port_Binding") ?? NO_CLAUSES)) this.#refusal.ended();
      this.#announce(session);
    });
    const refused = (table: string, code: string, details: string) =>
      this.#log.error(`OVN_Southbound: the condition on ${table} is refused: ${code}: ${details}`);
    session.onConditionRefused(({ table, code, details }) => {
      refused(table, code, details);
      if (table === "Port_Binding") this.#refusal.refused(code, details);
      this.#announce(session);
    });
    this.#named = new NamedPorts(
      session,
      () => this.#announce(session),
      (code, details) => refused("Port_Binding", code, details),
    );
    return session;
  }

  /** The conditions for a new connection, by the Chassis row that its server has; none: no name or no answer. */
  async #conditionsAt(connection: Transacting): Promise<Partial<Where>> {
    await this.#name.settled();
    const { chassisName } = this.#wanted;
    if (chassisName === null) return {};
    const row = await findChassis(connection, chassisName);
    const wanted = this.#wanted;
    if (row === undefined || wanted.chassisName !== chassisName) return {};
    // Also for the row that is known: a connection that was lost before its monitor began may have found another row.
    return { Port_Binding: this.#clausesOf(wanted.withRow(row)) };
  }

  /**
   * Corrects the condition when the Chassis row that has arrived differs from the row in the condition. The condition in force
   * need not be the condition of the row that was looked up: a monitor that goes on where it was keeps its condition.
   */
  #correct(session: ReturnType<typeof connect>): void {
    const { chassisName } = this.#wanted;
    const rows = session.replica.table("Chassis").rows.values();
    this.#wanted = this.#wanted.withRow(rows.find(({ name }) => name === chassisName) ?? null);
    const clauses = session.acknowledged("Port_Binding");
    // The clauses in force are none of ours where the server has refused ours.
    const isRight = clauses !== null && this.#conditions.get(clauses)?.sameChassis(this.#wanted) === true;
    // The very clauses that are in force ask for no change.
    session.setCondition("Port_Binding", isRight ? clauses : this.#clausesOf(this.#wanted));
  }

  /** Notes former hostnames in the same turn as the change of the row, because the decision after the change needs them. */
  #noteHostnames(changes: readonly RowChange<ChassisRow>[]): void {
    const after = withFormer(this.#formerHostnames, changes);
    if (after === this.#formerHostnames) return;
    this.#formerHostnames = after;
    this.#reconciler.push(this.#reconciler.graph.inputs.formerHostnames, after, "hostname changed");
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

  /** The scope whose rows are complete; null: one chassis is replacing another. */
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
/** Not among the clauses that were asked for. */
const NO_CLAUSES: object = {};

function isSame(a: SouthboundState, b: SouthboundState): boolean {
  return (
    a.synced === b.synced &&
    a.acknowledged === b.acknowledged &&
    a.stranger === b.stranger &&
    a.view === b.view &&
    a.isInDoubt === b.isInDoubt
  );
}
