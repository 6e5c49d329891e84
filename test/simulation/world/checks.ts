/**
 * Safety, at every commit in the local database (docs/rules.md): what vifplugd writes is its to write, under the lock, once
 * for one decision, and what goes may go. A decision is judged by what its process knew when it sent the transaction.
 */
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change } from "../ovsdb/database.ts";
import { BRIDGE, CHASSIS, LOCAL, type LocalChassis } from "./chassis.ts";
import type { Daemons } from "./daemons.ts";
import type { Devices } from "./devices.ts";
import { Finishes } from "./finishes.ts";
import { Interfaces, type Snapshot } from "./interfaces.ts";
import type { Client, Connection, Knowledge } from "./network.ts";
import { map, rowsOf, text, texts } from "./rows.ts";
import type { ServerProcess, Writer } from "./server-process.ts";
import type { Settings } from "./settings.ts";
import { Shown } from "./shown.ts";
import type { Southbound } from "./southbound.ts";
import { subjectOf } from "./subject.ts";
import { whyNot } from "./unplug-check.ts";
import type { Vifplugd } from "./vifplugd.ts";
import type { World } from "./world.ts";

export interface Scene {
  readonly world: World;
  readonly southbound: Southbound;
  readonly chassis: LocalChassis;
  readonly devices: Devices;
  readonly vifplugds: readonly Vifplugd[];
  readonly daemons: Pick<Daemons, "confirmed" | "settings" | "everSettings">;
}

/** A transaction that a vifplugd has sent, and how it was with that one then. */
interface Sent {
  /** Whose interfaces it decides. */
  readonly decided: ReadonlySet<string>;
  /** What it knew of the Southbound; null: nothing. */
  readonly known: Knowledge | null;
  readonly settings: Settings;
  /** What it took itself for. */
  readonly chassisName: string | null;
  /** The ports that it held back (U6). */
  readonly held: ReadonlySet<string>;
  /** The ports whose provider had said that what is in place is another's (U7). */
  readonly misplaced: ReadonlySet<string>;
  /** By interface name, the ports that waited for another one to leave it. */
  readonly waiting: ReadonlyMap<string, string>;
  /** The Southbound had just answered a question about rows. */
  readonly isAnswered: boolean;
  /** How many commits of the local database it had been shown. */
  readonly shown: number;
  /** What the host was called, as far as it was shown. */
  readonly hostnames: ReadonlySet<string>;
  /** After how many of the Southbound's commits each message was made that had come on its connection by then. */
  readonly told: ReadonlySet<number>;
}

export class Checks {
  readonly #scene: Scene;
  /** When `finish` has to be called, and when it may be. */
  readonly finishes: Finishes;
  /** What has been sent and not been answered, by the request's id. */
  readonly #sent = new WeakMap<Connection, Map<Json, Sent>>();
  readonly shown: Shown;
  readonly #interfaces: Interfaces;
  /** Told of every transaction that a vifplugd sends, and which ports it is about; once. */
  onTransaction: ((lports: ReadonlySet<string>) => void) | null = null;
  /** How much there was to check. */
  unplugs = 0;
  writes = 0;

  constructor(scene: Scene) {
    const { world, chassis } = scene;
    this.#scene = scene;
    this.shown = new Shown(world.scheduler, (client) => this.#vifplugdOf(client)?.seesChassis === true);
    this.finishes = new Finishes(chassis.server.commits, world.scheduler, (why) => world.fail(why));
    this.#interfaces = new Interfaces(chassis);
    world.network.onSend = (connection, message, known) => this.#send(connection, message, known);
    chassis.server.onArrival = (connection, commits, message) => {
      this.#sent.get(connection)?.delete(message.id ?? null);
      const vifplugd = this.#vifplugdOf(connection.client);
      if (vifplugd === undefined) return;
      for (const lport of vifplugd.refusedForNothing())
        this.#fail(`${lport} is held back for a refusal of what stood on a Port row that is no more`);
      this.finishes.arrived(vifplugd, connection, commits, message);
    };
    chassis.server.onCommit = (changes, by) => this.#committed(changes, by);
  }

  #vifplugdOf(client: Client | null): Vifplugd | undefined {
    return this.#scene.vifplugds.find(({ process }) => process === client);
  }

  #send(connection: Connection, message: Json, known: Knowledge | null): void {
    if (!isObject(message)) return;
    if (connection.address !== LOCAL) this.shown.sent(connection, message);
    else if (message.method === "transact") this.#sendChange(connection, message, known);
  }

  #sendChange(connection: Connection, message: JsonObject, known: Knowledge | null): void {
    const { client } = connection;
    const vifplugd = this.#vifplugdOf(client);
    if (vifplugd === undefined) return;
    const { id = null, params } = message;
    const { lports, decided } = subjectOf(isArray(params) ? params : []);
    const present = this.#sent.get(connection) ?? new Map<Json, Sent>();
    this.#sent.set(connection, present);
    // T2: while a port's change is in flight it is not decided again.
    for (const other of present.values())
      for (const lport of decided.intersection(other.decided))
        this.#fail(`${client.name} decides ${lport} again while it is in flight`);
    present.set(id, {
      ...{
        decided,
        known,
        chassisName: vifplugd.chassisName,
        settings: vifplugd.settings,
        held: vifplugd.held(),
        misplaced: vifplugd.misplaced(),
        waiting: vifplugd.waitingFor(),
      },
      isAnswered: this.shown.isAnswered(client),
      shown: this.finishes.shownTo(vifplugd),
      hostnames: this.shown.hostnames(client),
      told: this.#toldTo(client, known),
    });
    this.finishes.sent(vifplugd, connection, id, lports);
    this.onTransaction?.(decided);
  }

  #toldTo(client: Client, known: Knowledge | null): ReadonlySet<number> {
    const server = this.#serverOf(known);
    return server === undefined ? new Set() : this.shown.told(client, server);
  }

  #serverOf(known: Knowledge | null): ServerProcess | undefined {
    return this.#scene.southbound.servers.find(({ name }) => name === known?.server);
  }

  #fail(why: string): void {
    this.#scene.world.fail(why);
  }

  #committed(changes: readonly Change[], by: Writer | null): void {
    const before = this.#interfaces.committed();
    const vifplugd = by === null ? undefined : this.#vifplugdOf(by.connection.client);
    if (by !== null && vifplugd !== undefined) {
      this.writes++;
      this.#checkRows(vifplugd.process, changes, before);
      const sent = this.#sent.get(by.connection)?.get(by.id);
      if (sent !== undefined) {
        if (!by.session.holds(`vifplugd_${sent.chassisName}`))
          this.#fail(`${vifplugd.process.name} writes without the lock`);
        this.#checkLost(vifplugd.process, sent, before);
        this.#checkSeveral(vifplugd.process, sent, before);
        this.#checkHandedOver(vifplugd.process, sent, changes, before);
      }
      this.finishes.committed(vifplugd, by);
    }
    this.#scene.chassis.changed();
  }

  #checkRows({ name }: Client, changes: readonly Change[], before: Snapshot): void {
    if (changes.length === 0) this.#fail(`${name} writes what is there already`);
    for (const { table, uuid, old, now } of changes) {
      if (table.name === "Interface") {
        if (before.rows.has(uuid) && !before.owners.has(uuid))
          this.#fail(
            `${name} writes the interface ${old === null ? uuid : text(old, "name")}, which is not its own`,
          );
      } else if (table.name === "Port") {
        if (now !== null) this.#checkPort(name, texts(now, "interfaces"));
      } else if (table.name === "Bridge") {
        if (old === null || now === null || text(now, "name") !== BRIDGE)
          this.#fail(`${name} writes a bridge`);
      } else this.#fail(`${name} writes the table ${table.name}`);
    }
  }

  #checkPort(name: string, interfaces: readonly string[]): void {
    if (interfaces.length !== 1) this.#fail(`${name} makes a port with ${interfaces.length} interfaces`);
    const ports = rowsOf(this.#scene.chassis.database, "Port").values();
    const users = [...ports].filter((row) =>
      texts(row, "interfaces").some((one) => interfaces.includes(one)),
    );
    if (users.length > 1) this.#fail(`${name} puts two ports on one interface`);
  }

  /** Ports that had an interface before the commit, and have none after it. */
  #checkLost(by: Client, sent: Sent, before: Snapshot): void {
    const lost = before.lports.difference(this.#interfaces.present.lports);
    this.unplugs += lost.size;
    const { confirmed } = this.#scene.daemons;
    const counted = [...lost].filter((lport) => !confirmed.has(lport) && !sent.misplaced.has(lport));
    const maxUnplug = Number.parseInt(sent.settings.max_unplug, 10);
    // Of the ports that it knew of: an unplug that does not count may have been on its way.
    const owned = this.#interfaces.countAt(sent.shown);
    if (counted.length >= 2 && counted.length * 100 > maxUnplug * owned)
      this.#fail(
        `${by.name} unplugs ${counted.length} of ${owned} ports at once, and nobody has confirmed that`,
      );
    for (const lport of lost) {
      if (sent.misplaced.has(lport)) continue;
      // One of several was left over, and somebody was quicker to take the other one away.
      if (this.#interfaces.severalAt(sent.shown).has(lport)) continue;
      const why = this.#whyNot(by, sent, lport, before.since.get(lport) ?? 0);
      if (why !== null) this.#fail(`${by.name} unplugs ${lport}, ${why}`);
    }
  }

  /** Ports that get one more interface than they had, by one who knew of it. */
  #checkSeveral({ name }: Client, { shown }: Sent, before: Snapshot): void {
    if (shown < this.#scene.chassis.server.commits.length - 1) return;
    for (const lport of this.#interfaces.present.several.difference(before.several))
      this.#fail(`${name} plugs ${lport} twice`);
  }

  /** P6: what a port leaves for another interface is handed over to the one that waits for it, and not taken away. */
  #checkHandedOver(
    { name }: Client,
    { waiting }: Sent,
    changes: readonly Change[],
    { owners }: Snapshot,
  ): void {
    const interfaces = changes.filter(({ table }) => table.name === "Interface");
    const moved = new Set(
      interfaces.flatMap(({ uuid, now }) => {
        const lport = now === null ? undefined : map(now, "external_ids").get("iface-id");
        return lport === undefined || owners.get(uuid) === lport ? [] : [lport];
      }),
    );
    for (const { uuid, old, now } of interfaces) {
      if (old === null || now !== null) continue;
      const owner = owners.get(uuid);
      const left = text(old, "name") ?? "";
      const waits = waiting.get(left);
      if (owner === undefined || waits === undefined || !moved.has(owner)) continue;
      this.#fail(`${name} takes interface ${left} away, which ${owner} leaves and ${waits} waits for`);
    }
  }

  #whyNot(by: Client, sent: Sent, lport: string, ownedAfter: number): string | null {
    const { known, chassisName, settings, held, hostnames, told, isAnswered } = sent;
    if (held.has(lport)) return "which is held";
    if (chassisName !== CHASSIS) return `as ${chassisName}, which has no row`;
    if (known?.isSynced !== true) return "without being in sync with the Southbound";
    const { daemons } = this.#scene;
    const server = this.#serverOf(known);
    if (server === undefined) return "and was never shown a Southbound";
    const vifplugd = this.#vifplugdOf(by);
    const ownedSince = vifplugd === undefined ? 0 : this.finishes.knownSince(vifplugd, ownedAfter);
    const unplug = { by, lport, known, server, hostnames, told, settings, isAnswered, ownedSince };
    return whyNot(unplug, this.shown, daemons);
  }
}
