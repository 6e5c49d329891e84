/**
 * Safety, at every commit in the local database (docs/rules.md): what vifplugd writes is its to write, under the lock, and an
 * interface goes only when some state that its Southbound held, not older than the last one shown to it, lets it go.
 */
import { isArray, isObject, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change, Row } from "../ovsdb/database.ts";
import type { ServerSession } from "../ovsdb/session.ts";
import { BRIDGE, CHASSIS, LOCAL, type LocalChassis } from "./chassis.ts";
import type { Daemons } from "./daemons.ts";
import type { Devices } from "./devices.ts";
import { Finishes } from "./finishes.ts";
import type { Client, Connection, Knowledge } from "./network.ts";
import { map, rowsOf, text, texts, uuidOf } from "./rows.ts";
import type { ServerProcess, Writer } from "./server-process.ts";
import { Shown } from "./shown.ts";
import type { Southbound } from "./southbound.ts";
import type { Settings, Vifplugd } from "./vifplugd.ts";
import type { World } from "./world.ts";

export interface Scene {
  readonly world: World;
  readonly southbound: Southbound;
  readonly chassis: LocalChassis;
  readonly devices: Devices;
  readonly vifplugds: readonly Vifplugd[];
  readonly daemons: Pick<Daemons, "confirmed" | "settings" | "settingsSince">;
}

/** Milliseconds: a decision is older than this when it is carried out only if everything stood still. */
const DECISION = 30_000;
interface Sender {
  /** The ports that it held back (U6). */
  readonly held: ReadonlySet<string>;
  /** What the host was called, as far as it was shown. */
  readonly hostnames: ReadonlySet<string>;
}

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
  /** How it was with a process when it sent a transaction, by what it knew then. */
  readonly #senders = new WeakMap<Knowledge, Sender>();
  readonly shown: Shown;
  /** Told of every transaction that a vifplugd sends, and which ports it is about; once. */
  onTransaction: ((lports: ReadonlySet<string>) => void) | null = null;
  /** The interfaces before the commit that is being checked, and the ones that stand alone on the bridge. */
  #interfaces = new Map<string, Row>();
  #owned = new Map<string, Owned>();
  /** When a logical port last had several interfaces, in milliseconds. */
  readonly #severalAt = new Map<string, number>();
  /** By logical port, in milliseconds. */
  #ownedSince = new Map<string, number>();
  /** How much there was to check. */
  unplugs = 0;
  writes = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.shown = new Shown(() => scene.world.scheduler.now);
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
      const hostnames = this.shown.hostnames(connection.client);
      if (known !== null) this.#senders.set(known, { held: vifplugd.held(), hostnames });
    }
    this.onTransaction?.(decided);
  }

  #fail(why: string): void {
    this.#scene.world.fail(why);
  }

  #remember(): void {
    const { chassis } = this.#scene;
    this.#interfaces = new Map(rowsOf(chassis.database, "Interface"));
    this.#noteSeveral();
    this.#owned = this.#ownedNow();
    this.#noteSeveral();
    const before = this.#ownedSince;
    const lports = new Set(Array.from(this.#owned.values(), ({ lport }) => lport));
    const now = this.#scene.world.scheduler.now;
    this.#ownedSince = new Map(Array.from(lports, (lport) => [lport, before.get(lport) ?? now]));
  }

  #noteSeveral(): void {
    for (const [lport, { length }] of Map.groupBy(this.#owned.values(), ({ lport }) => lport))
      if (length > 1) this.#severalAt.set(lport, this.#scene.world.scheduler.now);
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
    const since = this.#ownedSince;
    this.#remember();
    if (by !== null) {
      const { client } = by.connection;
      this.writes++;
      this.#checkWriter(client, by.session);
      this.#checkRows(client, changes, known, before);
      this.#checkLost(client, by.known, before, since);
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
  #checkLost(
    by: Client,
    known: Knowledge | null,
    before: ReadonlyMap<string, Owned>,
    since: ReadonlyMap<string, number>,
  ): void {
    const after = new Set(Array.from(this.#owned.values(), ({ lport }) => lport));
    const lost = new Set(
      Array.from(before.values(), ({ lport }) => lport).filter((lport) => !after.has(lport)),
    );
    const { confirmed } = this.#scene.daemons;
    const maxUnplug = Math.max(...this.#settings.map(({ max_unplug }) => Number.parseInt(max_unplug, 10)));
    const own = [...lost].filter((lport) => !confirmed.has(lport)).length;
    const isMany = own >= 2 && own * 100 > maxUnplug * before.size;
    if (isMany && !this.#anyMisplaced(lost))
      this.#fail(
        `${by.name} unplugs ${lost.size} of ${before.size} ports at once, and nobody has confirmed that`,
      );
    for (const lport of lost) {
      this.unplugs++;
      if (this.#anyMisplaced([lport])) continue;
      // One of several was left over, and somebody was quicker to take the other one away.
      const severalAt = this.#severalAt.get(lport) ?? Number.NEGATIVE_INFINITY;
      if (this.#scene.world.scheduler.now - severalAt <= DECISION) continue;
      const sender = known === null ? undefined : this.#senders.get(known);
      if (sender?.held.has(lport) === true)
        this.#fail(`${by.name} takes the interface of ${lport}, which is held`);
      if (known?.isSynced !== true) {
        this.#fail(`${by.name} unplugs ${lport} without being in sync with the Southbound`);
        continue;
      }
      const why = this.#whyNot(by, known, lport, since.get(lport) ?? 0);
      if (why !== null) this.#fail(`${by.name} unplugs ${lport}, ${why}`);
    }
  }

  /** Whatever may have been in force when it was decided. */
  get #settings(): readonly Settings[] {
    const { daemons, world } = this.#scene;
    return daemons.settingsSince(world.scheduler.now - DECISION);
  }

  #anyMisplaced(lports: Iterable<string>): boolean {
    const { devices, world } = this.#scene;
    return [...lports].some((lport) => devices.wasMisplaced(lport, world.scheduler.now - DECISION));
  }

  /** Null: some state that it may have decided from lets the port go. */
  #whyNot(by: Client, known: Knowledge | null, lport: string, ownedSince: number): string | null {
    const server = this.#scene.southbound.servers.find(({ name }) => name === known?.server);
    if (server === undefined || known === null) return "and was never shown a Southbound";
    const hostnames = this.#senders.get(known)?.hostnames ?? new Set();
    const reasons = new Set<string>();
    for (const state of statesSince(server, known.commits, lport)) {
      const why = this.#staysIn(state, lport, hostnames);
      if (why === null) return this.#whyOfStranger(by, server, lport, ownedSince, hostnames);
      reasons.add(why);
    }
    return [...reasons].join("; ");
  }

  /** U6: what another cluster does not have goes when somebody has confirmed it, or when that cluster had it once. */
  #whyOfStranger(
    by: Client,
    server: ServerProcess,
    lport: string,
    ownedSince: number,
    hostnames: ReadonlySet<string>,
  ): string | null {
    const { daemons } = this.#scene;
    const { cluster } = server;
    const shownSince = this.shown.since(by);
    if (cluster === null || shownSince === null) return null;
    const isStranger = shownSince < cluster.since && ownedSince < cluster.since;
    if (!isStranger || daemons.confirmed.has(lport) || daemons.settingsSince(0).length > 1) return null;
    for (const state of statesSince(server, cluster.commits, lport))
      if (this.#staysIn(state, lport, hostnames) !== null) return null;
    return "which is not in a cluster that nobody has seen before, and nobody has confirmed that";
  }

  #staysIn(
    { bindings, chassis, isFilled }: State,
    lport: string,
    hostnames: ReadonlySet<string>,
  ): string | null {
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
    if (!isBindable && isOursByAnotherName(names, requested, chassis, hostnames))
      return "which is for this host by another name";
    if (!isBindable) return null;
    const isWithdrawn = !options.has("vif-plug-type") && !options.has("plug-type");
    if (isWithdrawn && this.#settings.some(({ on_withdraw }) => on_withdraw === "unplug")) return null;
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

/** Some name has no row, and one of them is one that the host had, or the hostname but for its case, or for the domain. */
function isOursByAnotherName(
  names: readonly string[],
  requested: readonly (string | null)[],
  chassis: Row,
  former: ReadonlySet<string>,
): boolean {
  const found = new Set(requested.filter((uuid) => uuid !== null));
  if (found.size >= names.length) return false;
  const own = (text(chassis, "hostname") ?? "").toLowerCase();
  return names.some((name) => {
    const other = name.toLowerCase();
    const isShort = !other.includes(".") || !own.includes(".");
    return former.has(name) || other === own || (isShort && other.split(".")[0] === own.split(".")[0]);
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
