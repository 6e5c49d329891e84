/**
 * A chassis in memory: two database servers, the connections to them, the providers, and the daemon's graph, which is
 * told what the sessions would tell it, and whose changes are carried out as the transactor would.
 *
 * Invariant: the graph is told of a database only while connected to it, and of the Southbound only the rows that the
 * acknowledged condition brings into view.
 */
import { isDeepStrictEqual } from "node:util";
import type { Uuid } from "ovsdb-jsonrpc";
import { Departures, type Inquiry } from "../../../src/daemon/reconcile/departures.ts";
import { OtherChassisRows } from "../../../src/daemon/reconcile/other-chassis.ts";
import { type Source, shadowCheck } from "../../../src/daemon/reconcile/shadow-check.ts";
import type { InputNode, RunResult, Verification } from "../../../src/graph/index.ts";
import type { Outcome } from "../../../src/plug/absence.ts";
import {
  type Attempt,
  afterCommit,
  afterLoss,
  afterRefusal,
  askedAgain,
  sent,
  settled,
} from "../../../src/plug/attempt.ts";
import { type Change, togetherOf } from "../../../src/plug/change.ts";
import { withLeaving } from "../../../src/plug/change-advice.ts";
import { type FormerHostnames, withFormer } from "../../../src/plug/former-hostnames.ts";
import { type PlugGraph, plugGraph } from "../../../src/plug/graph.ts";
import { isSettled, type LportStatus } from "../../../src/plug/lport-status.ts";
import type { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { type LocalSession, notConnected } from "../../../src/plug/nodes/activity-node.ts";
import type {
  AttemptBatch,
  SouthboundState,
  Stranger,
  TableInputs,
} from "../../../src/plug/nodes/input-nodes.ts";
import type { TableBatch } from "../../../src/plug/rows.ts";
import type { PlugSettings } from "../../../src/plug/settings.ts";
import { isOf, keysOf } from "../../../src/plug/tables.ts";
import type { Recorder } from "../../../src/record/recorder.ts";
import { settings } from "../../support/plug-bench.ts";
import { registryOf } from "../../support/providers.ts";
import { uuid } from "../../support/rows.ts";
import { Devices } from "./devices.ts";
import { type Finish, LPORTS } from "./history.ts";
import { LocalDatabase } from "./local-database.ts";
import { isBindingInView, isChassisInView, Southbound } from "./southbound.ts";

export const initialSettings: PlugSettings = { ...settings, maxUnplugPercent: 50 };

/** The type of the provider that is not part of the executable. */
export const OUTSIDE = "nic";

export interface WorldOptions {
  readonly recorder?: Recorder;
  /** Does something to the graph before its engine is made. */
  readonly prepare?: (graph: PlugGraph) => void;
  /** Told of every run. */
  readonly onRun?: (result: RunResult, world: World) => void;
}

const MAX_RUNS_TO_REST = 10;

export class World {
  readonly devices = new Devices();
  readonly registry = registryOf(this.devices.provider("dummy"));
  readonly local: LocalDatabase;
  readonly southbound: Southbound;
  readonly graph: PlugGraph;
  readonly engine;
  readonly #recorder: Recorder | undefined;
  readonly #onRun: WorldOptions["onRun"];
  readonly #attempts = new Map<string, Attempt>();
  #uuids = 0x100;
  #settings = initialSettings;
  #isLocalConnected = true;
  #isLockHeld = true;
  #stranger: Stranger | null = null;
  #lock: string | null = null;
  #localSession: LocalSession = notConnected;
  #known: SouthboundState = { synced: false, acknowledged: null };
  #isSouthboundConnected = true;
  #acknowledged: MonitorScope | null = null;
  #confirmed: ReadonlySet<string> = new Set();
  #formerHostnames: FormerHostnames = new Map();
  #view = 0;
  readonly #departures: Departures;
  /** Asked of the Southbound, and not answered. */
  readonly #inquiries: Inquiry[] = [];
  readonly #otherChassis: OtherChassisRows;
  readonly #chassisAsked: Uuid[] = [];

  constructor({ recorder, prepare, onRun }: WorldOptions = {}) {
    this.registry.register(this.devices.provider(OUTSIDE), [OUTSIDE], false);
    this.#recorder = recorder;
    this.#onRun = onRun;
    this.local = new LocalDatabase(() => this.nextUuid());
    this.southbound = new Southbound(() => this.nextUuid());
    this.graph = plugGraph(recorder?.observe(this.registry) ?? this.registry, this.#settings);
    prepare?.(this.graph);
    this.engine = this.graph.engine({ now: () => 0 });
    this.#departures = new Departures({
      engine: this.engine,
      graph: this.graph,
      now: () => 0,
      ask: (inquiries) => this.#inquiries.push(...inquiries),
      push: (batch) => this.#push(this.graph.inputs.departure, batch),
    });
    this.#otherChassis = new OtherChassisRows({
      engine: this.engine,
      graph: this.graph,
      ask: (rows) => this.#chassisAsked.push(...rows),
      push: (batch) => this.#push(this.graph.inputs.otherChassis, batch),
    });
    // At first the Chassis row is asked for by name, and with that what is requested on it.
    for (let round = 0; round < 3; round++) {
      this.tell();
      this.run();
      this.acknowledge();
    }
  }

  nextUuid(): Uuid {
    return uuid(this.#uuids++);
  }

  get settings(): PlugSettings {
    return this.#settings;
  }

  /** What the daemon has seen of the hostnames that the chassis had before. */
  formerHostnamesOf(chassis: string): ReadonlySet<string> {
    return this.#formerHostnames.get(chassis) ?? new Set();
  }

  /** Ports whose unplugging somebody has confirmed. */
  get confirmed(): ReadonlySet<string> {
    return this.#confirmed;
  }

  get isActive(): boolean {
    return this.#isLocalConnected && this.#isLockHeld;
  }

  get isSouthboundSynced(): boolean {
    return this.#isSouthboundConnected;
  }

  get acknowledged(): MonitorScope | null {
    return this.#isSouthboundConnected ? this.#acknowledged : null;
  }

  get statuses(): ReadonlyMap<string, LportStatus> {
    return this.engine.data(this.graph.plug);
  }

  /** What became of what was sent; the graph may not know yet. */
  get attempts(): ReadonlyMap<string, Attempt> {
    return this.#attempts;
  }

  /** Tells the graph what has happened in the databases that we are connected to, and what of them is known. */
  tell(): void {
    const { inputs } = this.graph;
    const { local, southbound } = this;
    if (this.#isLocalConnected) {
      const tables: TableInputs = inputs;
      for (const key of keysOf("Open_vSwitch")) this.#pushRows<object>(tables[key], local[key].tell());
    }
    const name = this.#lock;
    const session: LocalSession = {
      synced: this.#isLocalConnected,
      lock: name === null ? { kind: "none" } : { kind: "asked", name, held: this.#isLockHeld },
    };
    // What was pushed last, which the graph has not seen before it runs.
    if (!isDeepStrictEqual(session, this.#localSession)) {
      this.#localSession = session;
      this.#push(inputs.localSession, session);
    }
    if (this.#isSouthboundConnected) {
      const asked = this.#acknowledged;
      const sbGlobal = southbound.sbGlobal.tell();
      const chassis = southbound.chassis.tell((row) => isChassisInView(asked, row));
      const bindings = southbound.portBinding.tell((row) => isBindingInView(asked, row));
      const former = withFormer(this.#formerHostnames, chassis);
      if (former !== this.#formerHostnames) {
        this.#formerHostnames = former;
        this.#push(inputs.formerHostnames, former);
      }
      this.#pushRows(inputs.sbGlobal, sbGlobal);
      this.#pushRows(inputs.chassis, chassis);
      this.#pushRows(inputs.portBinding, bindings);
      for (const { new: row } of bindings) if (row !== null) southbound.gone.delete(row.logical_port);
      const isOurs = sbGlobal.length > 0 || chassis.length > 0 || !this.#known.synced;
      if (isOurs) this.#view++;
      this.#departures.left(bindings, isOurs ? null : (this.#known.view ?? null));
    }
    const known = this.#known;
    const [synced, acknowledged] = [this.isSouthboundSynced, this.acknowledged];
    const stranger = this.#stranger;
    const before = known.acknowledged;
    if (acknowledged === null || before === null || !acknowledged.sameChassis(before)) this.#view++;
    const view = synced && acknowledged !== null ? this.#view : null;
    if (
      known.synced !== synced ||
      known.acknowledged !== acknowledged ||
      known.stranger !== stranger ||
      known.view !== view
    ) {
      this.#known = { synced, acknowledged, stranger, view };
      this.#push(inputs.southbound, this.#known);
    }
  }

  /** The Southbound answers to the condition that the graph asks for. */
  acknowledge(): void {
    if (this.#isSouthboundConnected) this.#acknowledged = this.engine.data(this.graph.monitorScope).current;
  }

  /** The Southbound is another one than before, or has become known. */
  meetStranger(isStranger: boolean): void {
    if (isStranger) this.#stranger ??= { before: null, now: "another" };
    else this.#stranger = null;
  }

  /** What the graph was told last of a Southbound that it does not know. */
  get stranger(): Stranger | null {
    return this.#known.stranger ?? null;
  }

  /** On a new connection the condition asked for is acknowledged with the snapshot. */
  connectSouthbound(connected: boolean): void {
    if (connected && !this.#isSouthboundConnected) {
      this.#acknowledged = this.engine.data(this.graph.monitorScope).current;
    }
    this.#isSouthboundConnected = connected;
  }

  connectLocal(connected: boolean): void {
    this.#isLocalConnected = connected;
  }

  holdLock(held: boolean): void {
    this.#isLockHeld = held;
  }

  set(edit: Partial<PlugSettings>): void {
    this.#settings = { ...this.#settings, ...edit };
    this.#push(this.graph.inputs.settings, this.#settings);
  }

  confirmUnplug(): void {
    const held = [...this.statuses].filter(([, { state }]) => state === "held");
    this.#confirmed = new Set(held.map(([lport]) => lport));
    this.#push(this.graph.inputs.confirmed, this.#confirmed);
  }

  /** As the reconciler: what a run leads to is dealt with by another one before anything else happens. */
  run(): RunResult {
    let result = this.#runOnce();
    for (let runs = 1; this.engine.needsRun && runs < MAX_RUNS_TO_REST; runs++) result = this.#runOnce();
    return result;
  }

  #runOnce(): RunResult {
    this.registry.runAll();
    this.engine.poke(this.graph.providerLookup, "before every decision");
    const result = this.engine.run();
    this.#recorder?.ran(0, this.registry);
    this.#onRun?.(result, this);
    const [error] = result.errors;
    if (error !== undefined) throw error.error;
    this.#departures.follow(result, this.#sendOnReplies());
    const decided = result.isUpdated(this.graph.plug) ? result.changes(this.graph.plug) : new Map();
    this.#otherChassis.follow(result, decided?.keys() ?? LPORTS);
    // Asked for when the graph has said so, and told with the next news.
    this.#lock = this.engine.data(this.graph.lock).current;
    return result;
  }

  /** The Southbound answers what it was asked. What follows from an answer follows in the run that it comes in. */
  answer(): void {
    this.#answerChassis();
    const inquiries = this.#inquiries.splice(0);
    if (inquiries.length === 0) return;
    const outcomeOf = ({ uuid: asked }: Inquiry): Outcome => {
      if (!this.#isSouthboundConnected) return { kind: "unknown", code: "disconnected" };
      const row = this.southbound.portBinding.find(({ _uuid }) => _uuid === asked);
      // A row that is selected is not the object that is in view.
      return row === undefined ? { kind: "none" } : { kind: "row", row: structuredClone(row) };
    };
    this.#departures.replied(inquiries.map((one) => ({ ...one, outcome: outcomeOf(one) })));
    this.run();
  }

  #answerChassis(): void {
    const asked = this.#chassisAsked.splice(0);
    this.#otherChassis.replied(
      asked.map((uuid) => {
        if (!this.#isSouthboundConnected) return { uuid, kind: "unknown" };
        const row = this.southbound.chassis.get(uuid);
        const chassis = row === undefined ? null : { name: row.name, hostname: row.hostname };
        return { uuid, kind: "answered", chassis };
      }),
    );
    this.run();
  }

  #sendOnReplies(): ReadonlySet<string> {
    const departures = this.engine.data(this.graph.inputs.departure);
    return this.#send((lport) => departures.get(lport)?.reply?.isFresh === true);
  }

  /** Sends every change there is, as the reconciler does after each run. */
  send(): void {
    this.#send(() => true);
  }

  #send(isToGo: (lport: string) => boolean): ReadonlySet<string> {
    if (!this.isActive) return new Set();
    const batch: AttemptBatch[number][] = [];
    for (const [lport, { change }] of this.statuses) {
      if (!isToGo(lport)) continue;
      const advice = this.engine.data(this.graph.advice).get(lport);
      if (change === null || advice === undefined) continue;
      const attempt = sent(change, withLeaving(advice, change), this.attempts.get(lport));
      batch.push({ lport, attempt });
    }
    this.#pushAttempts(batch);
    return new Set(batch.map(({ lport }) => lport));
  }

  /**
   * The outcome of a change in flight, and of those that are written with it: the update of the rows comes first, unless the
   * connection is lost on the way.
   */
  finish(one: Change, how: Finish): void {
    const sent = togetherOf(one).flatMap((lport) => {
      const attempt = this.attempts.get(lport);
      return attempt?.phase === "in-flight" ? [{ lport, attempt, change: attempt.change }] : [];
    });
    this.#departures.concluded(sent.map(({ lport }) => lport));
    const changes = sent.map(({ change }) => change);
    const isWritten = how !== "refuse" && how !== "lose" && this.local.carryOutAll(changes);
    const isLost = how === "lose" || how === "answer lost";
    if (isLost) this.connectLocal(false);
    this.tell();
    this.#pushAttempts(
      sent.map(({ lport, attempt, change }) => {
        if (isLost) return { lport, attempt: afterLoss(attempt) };
        const after = isWritten
          ? afterCommit(change, attempt)
          : afterRefusal(change, "constraint violation", attempt);
        return { lport, attempt: after };
      }),
    );
  }

  recompute(): void {
    this.#recorder?.recompute("history");
    this.engine.recompute("history");
  }

  /** The back-off is over for the ports that only time may help. */
  tryAgain(): void {
    const over = [...this.statuses].filter(([, { retry }]) => retry);
    this.#pushAttempts(over.map(([lport]) => ({ lport, attempt: askedAgain(this.attempts.get(lport)) })));
  }

  /** Of ports that nobody wants any more, and of what has stayed in place for minutes. */
  forgetAttempts(): void {
    const batch: AttemptBatch[number][] = [];
    for (const [lport, attempt] of this.attempts) {
      const status = this.statuses.get(lport);
      if (status === undefined && attempt.phase !== "in-flight") batch.push({ lport, attempt: null });
      else if (status !== undefined && isSettled(status) && attempt.phase !== "in-flight")
        batch.push({ lport, attempt: settled(attempt) });
    }
    this.#pushAttempts(batch);
  }

  /** Nothing that was sent counts any more, as after a restart. */
  forgetAllAttempts(): void {
    this.#pushAttempts([...this.attempts.keys()].map((lport) => ({ lport, attempt: null })));
  }

  /** What the graph holds, beside a recompute from what it was told. */
  verify(): Verification {
    const check = () => shadowCheck(this.engine, this.graph, this.#source);
    return this.#recorder?.pause(check) ?? check();
  }

  readonly #source: Source = (table) =>
    isOf("Open_vSwitch", table) ? this.local[table].told : this.southbound[table].told;

  #push<Batch>(node: InputNode<unknown, unknown, Batch>, batch: NoInfer<Batch>): void {
    this.#recorder?.push(node.name, batch, "update");
    this.engine.push(node, batch);
  }

  #pushRows<Row>(node: InputNode<unknown, unknown, TableBatch<Row>>, batch: NoInfer<TableBatch<Row>>): void {
    if (batch.length === 0) return;
    this.#recorder?.pushRows(node.name, batch, "update");
    this.engine.push(node, batch);
  }

  #pushAttempts(batch: AttemptBatch): void {
    if (batch.length === 0) return;
    for (const { lport, attempt } of batch) {
      if (attempt === null) this.#attempts.delete(lport);
      else this.#attempts.set(lport, attempt);
    }
    const { attempt } = this.graph.inputs;
    this.#recorder?.pushAttempts(attempt.name, batch, "update");
    this.engine.push(attempt, batch);
  }
}
