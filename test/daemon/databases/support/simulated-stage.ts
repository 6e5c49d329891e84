/**
 * A chassis of the simulation that is connected to its Southbound, in virtual time: the test sees every message, and may hold,
 * lose or change it. The local database is the test itself, with one port plugged.
 */
import { drainMicrotasks } from "bun:jsc";
import type { Environment, Uuid } from "ovsdb-jsonrpc";
import { Southbound } from "../../../../src/daemon/databases/southbound.ts";
import { Reconciler } from "../../../../src/daemon/reconcile/reconciler.ts";
import { Log } from "../../../../src/log/log.ts";
import { isArray, isObject, type Json, type JsonObject } from "../../../../src/ovsdb-jsonrpc/wire/json.ts";
import { asInserts } from "../../../../src/plug/rows.ts";
import type { SouthboundAddress } from "../../../../src/plug/southbound-target.ts";
import type { CountedEvent } from "../../../../src/view/coverage.ts";
import type { Listener } from "../../../simulation/world/network.ts";
import { holder, settings } from "../../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../../support/providers.ts";
import { bridgeRow, map, openVSwitchRow, pluggedRow, portRow } from "../../../support/rows.ts";
import { SimulatedChassis } from "../../support/simulated-chassis.ts";

export const LPORT = "lsp1";

export class SimulatedStage {
  readonly chassis = new SimulatedChassis();
  readonly southbound: Southbound;
  readonly reconciler: Reconciler;
  readonly lines: string[] = [];
  readonly counted: CountedEvent[] = [];
  /** The requests to the Southbound, oldest first. */
  readonly requests: JsonObject[] = [];
  /** By what each connection was secured. */
  readonly secured: unknown[] = [];
  /** The inputs of the graph that were told something by a single push, oldest first. */
  readonly pushed: string[] = [];
  /** How many transactions were sent to the local database. */
  sent = 0;
  rules: {
    toServer: (message: JsonObject) => "pass" | "hold" | "lose" | "refuse";
    /** What arrives in its place; null: nothing. */
    toClient: (message: JsonObject) => JsonObject | null;
  } = { toServer: () => "pass", toClient: (message) => message };
  #held: (() => void)[] = [];

  constructor() {
    const { world, process, southbound } = this.chassis;
    this.#intercept(southbound.remotes);
    const { connect } = process.environment;
    const environment: Environment = {
      ...process.environment,
      connect: (remote, tls, events) => {
        this.secured.push(tls);
        return connect(remote, tls, events);
      },
    };
    const log = new Log({
      level: "debug",
      format: "text",
      write: (line) => this.lines.push(line.trim().slice(25)),
    });
    this.reconciler = new Reconciler({
      environment,
      registry: registryOf(recordedProvider("dummy").provider),
      settings,
      log: log.module("plug"),
      recorder: null,
      transact: () => {
        this.sent++;
        return new Promise(() => {});
      },
      lock: () => "vifplugd_hv1",
      isInSync: () => true,
      outputs: {
        lock: () => {},
        southboundTarget: () => {},
        condition: (condition) => this.southbound.setCondition(condition),
        inquiries: (inquiries) => this.southbound.inquire(inquiries),
        otherChassis: (rows) => this.southbound.inquireChassis(rows),
      },
    });
    const push = this.reconciler.push.bind(this.reconciler);
    this.reconciler.push = (node, batch, label) => {
      this.pushed.push(node.name);
      push(node, batch, label);
    };
    const count = (event: CountedEvent) => this.counted.push(event);
    this.southbound = new Southbound(this.reconciler, log.module("ovsdb"), count, environment);
    const { inputs } = this.reconciler.graph;
    this.reconciler.pushRows(inputs.bridge, insert(bridgeRow()), "snapshot");
    this.reconciler.pushRows(inputs.port, insert(portRow()), "snapshot");
    this.reconciler.pushRows(inputs.iface, insert(pluggedRow(LPORT)), "snapshot");
    this.reconciler.push(inputs.localSession, holder, "holding the lock");
    world.scheduler.after(0, () => {});
    drainMicrotasks();
  }

  /** The local database says how the chassis is called. */
  learnName(name = "hv1"): void {
    const { inputs } = this.reconciler.graph;
    const external_ids = map({ "system-id": name, "ovn-bridge": "br-int" });
    this.reconciler.pushRows(inputs.openVSwitch, insert(openVSwitchRow({ external_ids })), "snapshot");
    drainMicrotasks();
  }

  /** What made known what is known of the session. */
  get lastChange() {
    const slot = this.reconciler.engine.slots.get(this.reconciler.graph.inputs.southbound);
    if (slot === undefined) throw new Error("the graph has no such input");
    return { cause: slot.context.cause };
  }

  /** The Southbound is said to be there, and in sync unless that is not waited for. */
  connect(rest: Partial<SouthboundAddress> = {}): void {
    const { remotes } = this.chassis.southbound;
    this.southbound.setTarget({ kind: "named", remotes, probeIntervalMs: undefined, tls: {}, ...rest });
  }

  /** The chassis knows its name and its Southbound, and what is known of it is complete. */
  start(): void {
    this.learnName();
    this.connect();
    this.until(() => this.known()?.chassisUuid != null && this.isAtRest());
  }

  until(holds: () => boolean): void {
    this.chassis.until(holds);
  }

  pass(milliseconds = 1000): void {
    this.chassis.pass(milliseconds);
  }

  /** What was held arrives. */
  release(): void {
    for (const arrive of this.#held.splice(0)) arrive();
  }

  isAtRest(): boolean {
    return !this.reconciler.engine.needsRun;
  }

  get state() {
    return this.reconciler.engine.data(this.reconciler.graph.inputs.southbound).current;
  }

  /** What is known for sure of this chassis. */
  known() {
    return this.state.acknowledged;
  }

  isInView(lport: string = LPORT): boolean {
    return this.reconciler.engine.data(this.reconciler.graph.inputs.portBinding).has(lport);
  }

  /** What the Southbound's tables are. */
  get schema() {
    const { content } = this.chassis.southbound;
    if (content === null) throw new Error("the server is away");
    return content.schema;
  }

  /** The methods of the requests, but for those that only say that somebody is there, and those about the server itself. */
  methods(): readonly string[] {
    return this.requests.flatMap(({ method, params }) => {
      const isServer = isArray(params) && params[0] === "_Server";
      return typeof method === "string" && method !== "echo" && !isServer ? [method] : [];
    });
  }

  /** The conditions on Port_Binding that were asked for, oldest first. */
  conditions(): readonly Json[] {
    return this.requests.flatMap(({ params }) => {
      const [, , tables = null] = isArray(params) ? params : [];
      const asked = isObject(tables) ? tables.Port_Binding : undefined;
      const one = isArray(asked) ? asked[0] : asked;
      return isObject(one) && one.where !== undefined ? [one.where] : [];
    });
  }

  #intercept(address: string): void {
    const { network } = this.chassis.world;
    const listen = network.listen.bind(network);
    network.listen = (at, listener) =>
      listen(at, listener === null || at !== address ? listener : this.#seeing(listener));
    network.listen(address, network.listener(address) ?? null);
  }

  #seeing(listener: Listener): Listener {
    return {
      name: listener.name,
      accept: (connection) => {
        const send = connection.send.bind(connection);
        connection.send = (message, arrived = null) => {
          const instead = this.rules.toClient(message);
          if (instead !== null) send(instead, arrived);
        };
        const accepted = listener.accept(connection);
        if (accepted === null) return null;
        return {
          closed: () => accepted.closed(),
          receive: (message, known) => {
            if (!isObject(message)) throw new Error("a message is an object");
            if (typeof message.method === "string" && message.id !== null) this.requests.push(message);
            const verdict = this.rules.toServer(message);
            if (verdict === "hold") this.#held.push(() => accepted.receive(message, known));
            else if (verdict === "refuse")
              send({ id: message.id ?? null, result: null, error: REFUSAL }, null);
            else if (verdict === "pass") accepted.receive(message, known);
          },
        };
      },
    };
  }
}

const REFUSAL = { error: "syntax error", details: "no" };

function insert<Row extends { readonly _uuid: Uuid }>(row: Row) {
  return asInserts(new Map([[row._uuid, row]]));
}
