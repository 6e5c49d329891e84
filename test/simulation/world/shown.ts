/** What each process was shown of the Southbound while it was in sync, as far as decisions of today depend on it. */
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { CHASSIS } from "./chassis.ts";
import type { Client, Connection } from "./network.ts";
import { text } from "./rows.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ServerProcess } from "./server-process.ts";

/** After how many commits of which server a message was made, and on which connection it came. */
interface Told {
  readonly server: ServerProcess;
  readonly commits: number;
  readonly connection: Connection;
}

interface Seen {
  /** The newest last. */
  readonly told: Told[];
  readonly hostnames: Set<string>;
  /** Milliseconds. */
  readonly since: number;
}

interface Scanned {
  commits: number;
  /** From which commit on the Chassis row had this hostname (null: there was no row); the newest last. */
  readonly names: { readonly from: number; readonly hostname: string | null }[];
}

export class Shown {
  readonly #seen = new Map<Client, Seen>();
  /** The last message before a client was in sync: the one that brought it in sync, when it is by the next one. */
  readonly #lastBefore = new WeakMap<Client, Told>();
  readonly #scanned = new Map<ServerProcess, Scanned>();
  /** The ids of questions about rows that have not been answered. */
  readonly #asked = new WeakMap<Connection, Set<string>>();
  /** In which event a client had its last answer. */
  readonly #answeredIn = new WeakMap<Client, number>();
  readonly #scheduler: Scheduler;
  readonly #seesChassis: (client: Client) => boolean;

  /** @param seesChassis it takes itself for this chassis, and has its row in view */
  constructor(scheduler: Scheduler, seesChassis: (client: Client) => boolean) {
    this.#scheduler = scheduler;
    this.#seesChassis = seesChassis;
  }

  /** A client sends something. */
  sent(connection: Connection, { id = null, method }: JsonObject): void {
    if (method !== "transact") return;
    const asked = this.#asked.get(connection) ?? new Set();
    this.#asked.set(connection, asked.add(JSON.stringify(id)));
  }

  /** A message that the server made after so many commits arrives. */
  arrived(connection: Connection, server: ServerProcess, commits: number, message: JsonObject): void {
    const { client } = connection;
    const { id = null, method } = message;
    if (method === undefined && this.#asked.get(connection)?.delete(JSON.stringify(id)) === true)
      this.#answeredIn.set(client, this.#scheduler.done);
    const isSynced = client.know()?.isSynced === true;
    let seen = this.#seen.get(client);
    const told: Told = { server, commits, connection };
    if (seen === undefined) {
      const before = this.#lastBefore.get(client);
      this.#lastBefore.set(client, told);
      if (!isSynced) return;
      const first = before === undefined ? [] : [before];
      seen = { told: first, hostnames: new Set(), since: this.#scheduler.now };
      this.#seen.set(client, seen);
    }
    seen.told.push(told);
    // At a conversion the server says no more of what was committed before.
    const endsMonitors = method === "monitor_canceled" || message.error === "canceled";
    if (!isSynced || endsMonitors || !this.#seesChassis(client)) return;
    const hostname = this.#namesOf(server).findLast(({ from }) => from <= commits)?.hostname;
    if (typeof hostname === "string") seen.hostnames.add(hostname);
  }

  /** The Southbound answers a question about rows in the event that happens now. */
  isAnswered(client: Client): boolean {
    return this.#answeredIn.get(client) === this.#scheduler.done;
  }

  /** The names that this chassis's host had. */
  hostnames(client: Client): ReadonlySet<string> {
    return new Set(this.#seen.get(client)?.hostnames);
  }

  /** After how many of the server's commits each message was made that came on its present connection. */
  told(client: Client, server: ServerProcess): ReadonlySet<number> {
    const all = this.#seen.get(client)?.told ?? [];
    const last = all.at(-1)?.connection;
    const before = all.findLastIndex((one) => one.server !== server || one.connection !== last);
    return new Set(all.slice(before + 1).map(({ commits }) => commits));
  }

  /** Since when it has known the Southbound; null: it does not. */
  since(client: Client): number | null {
    return this.#seen.get(client)?.since ?? null;
  }

  #namesOf(server: ServerProcess): Scanned["names"] {
    const scanned = this.#scanned.get(server) ?? { commits: 0, names: [] };
    this.#scanned.set(server, scanned);
    for (; scanned.commits < server.commits.length; scanned.commits++)
      for (const { table, old, now } of server.commits[scanned.commits] ?? []) {
        const row = now ?? old;
        if (table.name !== "Chassis" || row === null || text(row, "name") !== CHASSIS) continue;
        const hostname = now === null ? null : (text(now, "hostname") ?? "");
        scanned.names.push({ from: scanned.commits + 1, hostname });
      }
    return scanned.names;
  }
}
