/**
 * Safety, at every commit in the local database (docs/rules.md): what vifplugd writes is its to write, under the lock, and an
 * interface goes only when some state that its Southbound held, not older than the last one shown to it, lets it go.
 */
import { isArray, isObject, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change, Row } from "../ovsdb/database.ts";
import type { ServerSession } from "../ovsdb/session.ts";
import { BRIDGE, CHASSIS, LOCAL, type LocalChassis } from "./chassis.ts";
import type { Devices } from "./devices.ts";
import { Finishes } from "./finishes.ts";
import type { Client, Connection, Knowledge } from "./network.ts";
import { map, rowsOf, text, texts, uuidOf } from "./rows.ts";
import type { ServerProcess, Writer } from "./server-process.ts";
import type { Southbound } from "./southbound.ts";
import type { Vifplugd } from "./vifplugd.ts";
import type { World } from "./world.ts";

export interface Scene {
  readonly world: World;
  readonly southbound: Southbound;
  readonly chassis: LocalChassis;
  readonly devices: Devices;
  readonly vifplugds: readonly Vifplugd[];
  /** Withdrawn plug types lead to an unplug. */
  readonly unplugsWithdrawn: boolean;
  /** Percent of the owned ports that may go in one pass. */
  readonly maxUnplug: number;
  readonly daemons: { readonly confirmedAt: number };
  /** An interface of another name is only told of. */
  readonly keepsRenamed: boolean;
}

/** Milliseconds: a decision is older than this when it is carried out only if everything stood still. */
const DECISION = 30_000;
interface Owned {
  readonly iface: Row;
  readonly lport: string;
}

export class Checks {
  readonly #scene: Scene;
  /** When `finish` has to be called, and when it may be. */
  readonly finishes: Finishes;
  /** The ports of transactions that a process has sent and has no answer to. */
  readonly #outstanding = new WeakMap<Connection, Map<Json, ReadonlySet<string>>>();
  /** The ports that a process held back when it sent a transaction (U6), by what it knew then. */
  readonly #held = new WeakMap<Knowledge, ReadonlySet<string>>();
  /** Told of every transaction that a vifplugd sends, and which ports it is about; once. */
  onTransaction: ((lports: ReadonlySet<string>) => void) | null = null;
  /** The interfaces before the commit that is being checked, and the ones that stand alone on the bridge. */
  #interfaces = new Map<string, Row>();
  #owned = new Map<string, Owned>();
  /** How much there was to check. */
  unplugs = 0;
  writes = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.finishes = new Finishes(scene.chassis.server.commits, (why) => this.#fail(why));
    this.#remember();
    scene.world.network.onSend = (connection, message, known) => this.#sent(connection, message, known);
    scene.chassis.server.onArrival = (connection, commits, message) => {
      this.#outstanding.get(connection)?.delete(message.id ?? null);
      const vifplugd = this.#vifplugdOf(connection.client);
      if (vifplugd !== undefined) this.finishes.arrived(vifplugd, connection, commits, message);
    };
    scene.chassis.server.onCommit = (changes, by) => this.#committed(changes, by);
  }

  #vifplugdOf(client: Client | null): Vifplugd | undefined {
    return this.#scene.vifplugds.find(({ process }) => process === client);
  }

  /** T2: while a port's change is in flight it is not decided again. */
  #sent(connection: Connection, message: Json, known: Knowledge | null): void {
    if (connection.address !== LOCAL || !isObject(message) || message.method !== "transact") return;
    const { lports, decided } = subjectOf(isArray(message.params) ? message.params : []);
    const outstanding = this.#outstanding.get(connection) ?? new Map<Json, ReadonlySet<string>>();
    this.#outstanding.set(connection, outstanding);
    for (const others of outstanding.values())
      for (const lport of decided)
        if (others.has(lport))
          this.#fail(`${connection.client.name} decides ${lport} again while it is in flight`);
    outstanding.set(message.id ?? null, decided);
    const vifplugd = this.#vifplugdOf(connection.client);
    if (vifplugd !== undefined) {
      this.finishes.sent(vifplugd, connection, message.id ?? null, lports);
      if (known !== null) this.#held.set(known, vifplugd.held());
    }
    this.onTransaction?.(decided);
  }

  #fail(why: string): void {
    this.#scene.world.fail(why);
  }

  #remember(): void {
    const { chassis } = this.#scene;
    this.#interfaces = new Map(rowsOf(chassis.database, "Interface"));
    this.#owned = this.#ownedNow();
  }

  #ownedNow(): Map<string, Owned> {
    return new Map(
      this.#scene.chassis.onBridge().flatMap(({ iface, alone }) => {
        const ids = map(iface, "external_ids");
        const lport = ids.get("iface-id");
        if (!alone || lport === undefined || !ids.has("ovn-plugged") || text(iface, "name") === BRIDGE)
          return [];
        return [[uuidOf(iface), { iface, lport }] as const];
      }),
    );
  }

  #committed(changes: readonly Change[], by: Writer | null): void {
    const before = this.#owned;
    const known = this.#interfaces;
    this.#remember();
    if (by !== null) {
      const { client } = by.connection;
      this.writes++;
      this.#checkWriter(client, by.session);
      this.#checkRows(client, changes, known, before);
      this.#checkLost(client, by.known, before);
      const vifplugd = this.#vifplugdOf(client);
      if (vifplugd !== undefined) this.finishes.committed(vifplugd, by);
    }
    this.#scene.chassis.changed();
  }

  #checkWriter({ name }: Client, session: ServerSession): void {
    if (!session.holds(`vifplugd_${CHASSIS}`)) this.#fail(`${name} writes without the lock`);
  }

  #checkRows(
    { name }: Client,
    changes: readonly Change[],
    known: ReadonlyMap<string, Row>,
    before: ReadonlyMap<string, Owned>,
  ): void {
    if (changes.length === 0) this.#fail(`${name} writes what is there already`);
    for (const { table, uuid, old, now } of changes) {
      if (table.name === "Interface") {
        if (known.has(uuid) && !before.has(uuid))
          this.#fail(
            `${name} writes the interface ${old === null ? uuid : text(old, "name")}, which is not its own`,
          );
      } else if (table.name === "Port") {
        if (now !== null && texts(now, "interfaces").length !== 1)
          this.#fail(`${name} makes a port with ${texts(now, "interfaces").length} interfaces`);
      } else if (table.name === "Bridge") {
        if (old === null || now === null || text(now, "name") !== BRIDGE)
          this.#fail(`${name} writes a bridge`);
      } else this.#fail(`${name} writes the table ${table.name}`);
    }
  }

  /** Ports that had an interface before the commit, and have none after it. */
  #checkLost(by: Client, known: Knowledge | null, before: ReadonlyMap<string, Owned>): void {
    const after = new Set(Array.from(this.#owned.values(), ({ lport }) => lport));
    const lost = new Set(
      Array.from(before.values(), ({ lport }) => lport).filter((lport) => !after.has(lport)),
    );
    const { maxUnplug, daemons, world } = this.#scene;
    const isMany = lost.size >= 2 && lost.size * 100 > maxUnplug * before.size;
    if (isMany && world.scheduler.now - daemons.confirmedAt > DECISION && !this.#anyMisplaced(lost))
      this.#fail(
        `${by.name} unplugs ${lost.size} of ${before.size} ports at once, and nobody has confirmed that`,
      );
    for (const lport of lost) {
      this.unplugs++;
      if (this.#anyMisplaced([lport])) continue;
      if (known !== null && this.#held.get(known)?.has(lport) === true)
        this.#fail(`${by.name} takes the interface of ${lport}, which is held`);
      if (known?.isSynced !== true) {
        this.#fail(`${by.name} unplugs ${lport} without being in sync with the Southbound`);
        continue;
      }
      const why = this.#whyNot(known, lport);
      if (why !== null) this.#fail(`${by.name} unplugs ${lport}, ${why}`);
    }
  }

  #anyMisplaced(lports: Iterable<string>): boolean {
    const { devices, world } = this.#scene;
    return [...lports].some((lport) => devices.wasMisplaced(lport, world.scheduler.now - DECISION));
  }

  /** Null: some state that it may have decided from lets the port go. */
  #whyNot(known: Knowledge | null, lport: string): string | null {
    const server = this.#scene.southbound.servers.find(({ name }) => name === known?.server);
    if (server === undefined || known === null) return "and was never shown a Southbound";
    const reasons = new Set<string>();
    for (const state of statesSince(server, known.commits, lport)) {
      const why = this.#staysIn(state, lport);
      if (why === null) return null;
      reasons.add(why);
    }
    return [...reasons].join("; ");
  }

  #staysIn({ bindings, chassis, isFilled }: State, lport: string): string | null {
    if (chassis === null) return "while the chassis has no row";
    if (!isFilled) return "while ovn-northd has not filled the Southbound";
    const binding = bindings.find((row) => text(row, "logical_port") === lport);
    if (binding === undefined) return null;
    const options = map(binding, "options");
    const names = (options.get("requested-chassis") ?? "").split(",").filter((name) => name !== "");
    const requested = [text(binding, "requested_chassis"), ...texts(binding, "requested_additional_chassis")];
    const own = [CHASSIS, text(chassis, "hostname")];
    const isBindable =
      requested.includes(uuidOf(chassis)) || names.length === 0 || names.some((name) => own.includes(name));
    if (!isBindable && isOursByAnotherName(names, requested, chassis))
      return "which is for this host by another name";
    if (!isBindable) return null;
    const isWithdrawn = !options.has("vif-plug-type") && !options.has("plug-type");
    if (isWithdrawn && this.#scene.unplugsWithdrawn) return null;
    return "which is bindable here";
  }
}

interface Subject {
  /** Whose interfaces are written. */
  readonly lports: ReadonlySet<string>;
  /** The same without those whose interface another one takes over and that get none. */
  readonly decided: ReadonlySet<string>;
}

/** The value of the key in the first map that has it. */
function ifaceIdIn(json: Json): string | undefined {
  if (isArray(json)) {
    const [kind, pairs] = json;
    if (kind !== "map" || !isArray(pairs)) return firstOf(json, ifaceIdIn);
    return firstOf(pairs, (pair) => (isArray(pair) && pair[0] === "iface-id" ? String(pair[1]) : undefined));
  }
  return isObject(json)
    ? firstOf(Object.values(json), (one) => (one === undefined ? undefined : ifaceIdIn(one)))
    : undefined;
}

function firstOf<A, B>(list: readonly A[], find: (one: A) => B | undefined): B | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a transaction is about. */
function subjectOf(operations: readonly Json[]): Subject {
  const before = new Map<string, string>();
  const lports = new Set<string>();
  const left = new Set<string>();
  const placed = new Set<string>();
  for (const operation of operations) {
    if (!isObject(operation)) continue;
    const lport = ifaceIdIn(operation);
    const [clause] = isArray(operation.where) ? operation.where : [];
    const by = isArray(clause) ? clause[2] : undefined;
    const uuid = isArray(by) && by[0] === "uuid" ? String(by[1]) : "";
    if (lport === undefined) continue;
    lports.add(lport);
    if (operation.op === "wait") before.set(uuid, lport);
    else placed.add(lport);
    if (operation.op === "mutate" && (before.get(uuid) ?? lport) !== lport) left.add(before.get(uuid) ?? "");
  }
  return { lports, decided: lports.difference(left.difference(placed)) };
}

/** Some name has no row, and one of them is the hostname but for its case, or for the domain. */
function isOursByAnotherName(
  names: readonly string[],
  requested: readonly (string | null)[],
  chassis: Row,
): boolean {
  const found = new Set(requested.filter((uuid) => uuid !== null));
  if (found.size >= names.length) return false;
  const own = (text(chassis, "hostname") ?? "").toLowerCase();
  return names.some((name) => {
    const other = name.toLowerCase();
    const isShort = !other.includes(".") || !own.includes(".");
    return other === own || (isShort && other.split(".")[0] === own.split(".")[0]);
  });
}

interface State {
  readonly bindings: readonly Row[];
  readonly chassis: Row | null;
  readonly isFilled: boolean;
}

/** The states that matter to a port which a server had after so many commits, the newest first. */
function* statesSince(server: ServerProcess, version: number, lport: string): Iterable<State> {
  const served = server.server.served().find(({ name }) => name === "OVN_Southbound");
  if (served === undefined) return;
  const { database } = served;
  const bindings = new Map(rowsOf(database, "Port_Binding"));
  const chassis = new Map(rowsOf(database, "Chassis"));
  const global = new Map(rowsOf(database, "SB_Global"));
  const tables = new Map([
    ["Port_Binding", bindings],
    ["Chassis", chassis],
    ["SB_Global", global],
  ]);
  for (let at = server.commits.length; at >= version; at--) {
    yield {
      bindings: [...bindings.values()].filter((row) => text(row, "logical_port") === lport),
      chassis: [...chassis.values()].find((row) => text(row, "name") === CHASSIS) ?? null,
      isFilled: [...global.values()].some((row) => map(row, "options").has("northd_internal_version")),
    };
    for (const { table, uuid, old } of server.commits[at - 1] ?? []) {
      const rows = tables.get(table.name);
      if (old === null) rows?.delete(uuid);
      else rows?.set(uuid, old);
    }
  }
}
