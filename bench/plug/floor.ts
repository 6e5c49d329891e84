/**
 * The floor: the time of ovsdb-server alone for the same steps, with the same clients connected. The transactions are those that
 * vifplugd would send, with its `wait` operations and its lock. They are made before the clock starts, and sent on a bare
 * socket. Only the key that marks an interface as ours has another spelling, so that no plugger takes the interface up.
 */
import { parseUuid, type Uuid } from "ovsdb-jsonrpc";
import { encodeTransaction } from "../../src/ovsdb-jsonrpc/operations/transaction.ts";
import type { Change } from "../../src/plug/change.ts";
import type { DesiredInterface } from "../../src/plug/desired.ts";
import { IFACE_ID, OVN_PLUGGED } from "../../src/plug/observed-interface.ts";
import { transactionOf } from "../../src/plug/operations.ts";
import type { BridgeRef, InterfaceRow, PortRow } from "../../src/plug/rows.ts";
import { tables } from "../../src/plug/tables.ts";
import { openVSwitch } from "../../src/schemas/open_vswitch.gen.ts";
import { CHASSIS, type Lport, type Site, uuidOf } from "./site.ts";
import { type Prepared, Wire } from "./wire.ts";

const LOCK = "bench";
const NOT_OURS = "ovn-plugger";
const WITHIN_MS = 30_000;

/** Milliseconds of each step. */
export interface FloorTimes {
  /** From a Southbound commit to the notification of a chassis. */
  readonly southbound: number;
  /** From the question that makes a port's absence certain to its answer. */
  readonly question: number;
  readonly plug: number;
  readonly update: number;
  readonly unplug: number;
}

interface Rows {
  readonly interface: InterfaceRow;
  readonly port: PortRow;
}

/** The function to call with the time of the next notification. */
interface Notices {
  next: (at: number) => void;
}

export class Floor {
  readonly #site: Site;
  readonly #local: Wire;
  readonly #watcher: Wire;
  readonly #notices: Notices;
  readonly #bridge: BridgeRef;

  private constructor(site: Site, local: Wire, watcher: Wire, notices: Notices) {
    this.#site = site;
    this.#local = local;
    this.#watcher = watcher;
    this.#notices = notices;
    this.#bridge = { uuid: uuid(site.bridge), name: "br-int" };
  }

  static async open(site: Site): Promise<Floor> {
    const { ovsSock, sbSock } = site.chassis;
    const local = await Wire.open(ovsSock);
    await local.request("lock", [LOCK]);
    const notices: Notices = { next: () => {} };
    const watcher = await Wire.open(sbSock, (_method, _params, at) => notices.next(at));
    await watcher.request("monitor_cond", ["OVN_Southbound", "watcher", monitoring(site, "hv3")]);
    return new Floor(site, local, watcher, notices);
  }

  close(): void {
    for (const wire of [this.#local, this.#watcher]) wire.close();
  }

  /**
   * Takes each step once, for a logical port of no plugger. Afterwards the databases are as before.
   * @param rest waits until all processes rest
   */
  async measure(lport: Lport, rest: () => Promise<unknown>): Promise<FloorTimes> {
    const southbound = await this.bulkSouthbound([lport]);
    await rest();
    const question = await this.#question(lport, rest);
    await rest();
    const { plug, rows } = await this.bulkPlug([lport.name]);
    const [created] = rows;
    if (created === undefined) throw new Error("the floor's interface was not created");
    await rest();
    const { interfaces } = this.#site;
    const desired = { ...desiredOf(lport.name), mtuRequest: 1400 };
    const change: Change = {
      kind: "update",
      desired,
      interface: created.interface,
      edit: { mtuRequest: 1400 },
    };
    const update = await this.#commit([change], () => interfaces.hasMtu(lport.name, 1400, WITHIN_MS));
    await rest();
    const changed = { ...created, interface: { ...created.interface, mtu_request: 1400 } };
    const unplug = await this.bulkUnplug([changed]);
    return { southbound, question, plug, update, unplug };
  }

  /** The time from a commit that requests the ports at another chassis to the notification of that chassis. */
  async bulkSouthbound(lports: readonly Lport[]): Promise<number> {
    const there = await this.#notification(this.#site.request(lports, "hv3"));
    await this.#notification(this.#site.request(lports, "hv2"));
    return there;
  }

  /** The time from a transaction that plugs all interfaces to the update of the monitor. */
  async bulkPlug(
    names: readonly string[],
  ): Promise<{ readonly plug: number; readonly rows: readonly Rows[] }> {
    const { interfaces } = this.#site;
    const changes = names.map(
      (name): Change => ({ kind: "create", desired: desiredOf(name), bridge: this.#bridge }),
    );
    const expected = interfaces.size + names.length;
    let results: unknown;
    const plug = await this.#commit(
      changes,
      () => interfaces.when(`${expected} interfaces`, () => interfaces.size === expected, WITHIN_MS),
      (result) => {
        results = result;
      },
    );
    const uuids = (results as readonly { readonly uuid?: readonly [string, string] }[])
      .flatMap((result) => result.uuid ?? [])
      .filter((part) => part !== "uuid")
      .map(uuid);
    return { plug, rows: names.map((name, index) => rowsOf(name, uuids[2 * index], uuids[2 * index + 1])) };
  }

  async bulkUnplug(rows: readonly Rows[]): Promise<number> {
    const { interfaces } = this.#site;
    const changes = rows.map(
      (row): Change => ({
        kind: "remove",
        lport: row.interface.name,
        plugType: "dummy",
        bridge: this.#bridge,
        interface: row.interface,
        port: row.port,
      }),
    );
    const expected = interfaces.size - rows.length;
    return this.#commit(changes, () =>
      interfaces.when(`${expected} interfaces`, () => interfaces.size === expected, WITHIN_MS),
    );
  }

  async #commit(
    changes: readonly Change[],
    seen: () => Promise<number>,
    onResult: (result: unknown) => void = () => {},
  ): Promise<number> {
    const params = encodeTransaction(openVSwitch, transactionOf(changes, LOCK).operations);
    if (!params.ok) throw new Error(params.error.details);
    const { id, text } = this.#local.prepare("transact", JSON.parse(params.value));
    const prepared = { id, text: text.replaceAll(`"${OVN_PLUGGED}"`, `"${NOT_OURS}"`) };
    const update = seen();
    const started = performance.now();
    const [{ result }, at] = await Promise.all([this.#local.send(prepared), update]);
    onResult(result);
    return at - started;
  }

  async #notification(commit: Prepared): Promise<number> {
    const notified = new Promise<number>((resolve) => {
      this.#notices.next = resolve;
    });
    const started = performance.now();
    const [, at] = await Promise.all([this.#site.southbound.send(commit), notified]);
    return at - started;
  }

  /**
   * Asks for one more port by its name, as vifplugd does when a port has left its view. The connection exists for the question
   * alone: otherwise the Southbound would make every update for this connection, too, while a plugger waits.
   */
  async #question({ name }: Lport, rest: () => Promise<unknown>): Promise<number> {
    const asker = await Wire.open(this.#site.chassis.sbSock);
    await asker.request("monitor_cond", ["OVN_Southbound", "asker", monitoring(this.#site, CHASSIS)]);
    const usual = conditionOf(this.#site, CHASSIS);
    const change = (where: readonly unknown[]) =>
      asker.prepare("monitor_cond_change", ["asker", "asker", { Port_Binding: [{ where }] }]);
    const asked = [...usual, ["logical_port", "==", name]];
    // The first question of a connection takes the server longer, and a plugger has asked before.
    for (const where of [asked, usual]) await asker.send(change(where));
    await rest();
    const question = change(asked);
    const started = performance.now();
    const { at } = await asker.send(question);
    asker.close();
    return at - started;
  }
}

function monitoring(site: Site, chassis: string) {
  return { Port_Binding: [{ columns: tables.portBinding.columns, where: conditionOf(site, chassis) }] };
}

function conditionOf(site: Site, chassis: string): readonly unknown[] {
  const row = uuidOf(site.chassisUuid(chassis));
  return [
    ["requested_chassis", "==", row],
    ["requested_additional_chassis", "includes", row],
    ["options", "includes", ["map", [["requested-chassis", chassis]]]],
  ];
}

const OPTION = "vif-plug-dummy-option";

function desiredOf(lport: string): DesiredInterface {
  return {
    lport,
    plugType: "dummy",
    wanted: { name: lport, type: "internal", options: { [OPTION]: "value" } },
    maintainedOptions: new Set([OPTION]),
    mtuRequest: null,
    ifaceIdVer: null,
  };
}

function rowsOf(name: string, iface: Uuid | undefined, port: Uuid | undefined): Rows {
  if (iface === undefined || port === undefined) throw new Error(`${name} was not created`);
  return {
    interface: {
      _uuid: iface,
      name,
      type: "internal",
      options: new Map([[OPTION, "value"]]),
      other_config: new Map(),
      external_ids: new Map([
        [IFACE_ID, name],
        [OVN_PLUGGED, "dummy"],
      ]),
      mtu_request: null,
      ofport: null,
      error: null,
      admin_state: null,
    },
    port: { _uuid: port, name, interfaces: new Set([iface]) },
  };
}

function uuid(text: string): Uuid {
  const parsed = parseUuid(text);
  if (parsed === null) throw new Error(`${text} is no uuid`);
  return parsed;
}
