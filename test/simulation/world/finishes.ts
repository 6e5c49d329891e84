/**
 * When a provider has to be told `finish`, and when it may be (rules T2 and T5): after a commit, in the event in which its
 * reply arrives, and never without one. Where the reply was lost, the first rows that are complete again tell: when what was
 * written is still there, it was committed and `finish` is due; when somebody has changed it meanwhile, nobody can know.
 */
import { isArray, isObject, type Json, type JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change, Row } from "../ovsdb/database.ts";
import { OPTION } from "./devices.ts";
import type { Connection } from "./network.ts";
import { map, number, text } from "./rows.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Writer } from "./server-process.ts";
import type { Vifplugd } from "./vifplugd.ts";

export type Operation = "create" | "remove";

/** A transaction of a vifplugd, until it is known there what became of it. */
interface Sent {
  readonly connection: Connection;
  readonly id: Json;
  /** Whose interfaces it writes. */
  readonly lports: ReadonlySet<string>;
  /** How many commits its sender had been shown. */
  readonly shown: number;
  /** Which commit it is; null: it was not committed, or not yet. */
  commit: number | null;
  reply: "none" | "committed" | "refused" | "unreadable";
  /** The calls of `finish` that followed, by logical port and operation. */
  readonly calls: Map<string, number>;
}

interface Teller {
  /** In which event it was told something last. */
  event: number;
  /** How many commits it has been shown, by the local database. */
  shown: number;
  /** By which it was shown the last of them. */
  connection: Connection | null;
  sent: readonly Sent[];
  /** When it was shown more commits than before, in milliseconds. */
  readonly shownAt: { readonly commits: number; readonly at: number }[];
}

export class Finishes {
  /** Of the local database. */
  readonly #commits: readonly (readonly Change[])[];
  readonly #fail: (why: string) => void;
  readonly #scheduler: Pick<Scheduler, "done" | "now">;
  readonly #tellers = new Map<Vifplugd, Teller>();

  constructor(
    commits: readonly (readonly Change[])[],
    scheduler: Pick<Scheduler, "done" | "now">,
    fail: (why: string) => void,
  ) {
    this.#commits = commits;
    this.#scheduler = scheduler;
    this.#fail = fail;
  }

  sent(vifplugd: Vifplugd, connection: Connection, id: Json, lports: ReadonlySet<string>): void {
    const teller = this.#tellerOf(vifplugd);
    const { shown } = teller;
    const sent: Sent = { connection, id, lports, shown, commit: null, reply: "none", calls: new Map() };
    teller.sent = [...teller.sent, sent];
  }

  /** The newest commit is this one's. */
  committed(vifplugd: Vifplugd, { connection, id }: Writer): void {
    const sent = this.#tellerOf(vifplugd).sent.find((one) => one.connection === connection && one.id === id);
    if (sent !== undefined) sent.commit = this.#commits.length;
  }

  /** A message of the local database is about to be read. */
  arrived(vifplugd: Vifplugd, connection: Connection, commits: number, message: JsonObject): void {
    const teller = this.#tellerOf(vifplugd);
    const { done: event, now: at } = this.#scheduler;
    // What is read together is read before anything follows from it.
    if (teller.event !== event) this.#settle(vifplugd, teller);
    teller.event = event;
    if (commits > teller.shown) teller.shownAt.push({ commits, at });
    teller.shown = commits;
    teller.connection = connection;
    const sent = teller.sent.find((one) => one.connection === connection && one.id === message.id);
    if (sent !== undefined && message.method === undefined) sent.reply = replyIn(message);
  }

  /** How many commits it has been shown. */
  shownTo(vifplugd: Vifplugd): number {
    return this.#tellerOf(vifplugd).shown;
  }

  /** Since when it has known what so many commits made, in milliseconds; infinity: it does not. */
  knownSince(vifplugd: Vifplugd, commits: number): number {
    const shown = this.#tellerOf(vifplugd).shownAt.find((one) => one.commits >= commits);
    return shown?.at ?? Number.POSITIVE_INFINITY;
  }

  called(vifplugd: Vifplugd, lport: string, operation: Operation): void {
    const key = callOf(lport, operation);
    const { name } = vifplugd.process;
    // What a transaction removed is told of before what it put in the place of that.
    const isLate = ({ calls }: Sent) =>
      operation === "remove" && [...calls.keys()].some((call) => call.startsWith("create"));
    const isWaiting = ({ commit, calls }: Sent) => commit !== null && !calls.has(key);
    const isUntold = ({ commit, calls }: Sent) => commit !== null && !isToldOf(calls, lport);
    const { sent: all, shown, connection } = this.#tellerOf(vifplugd);
    const isDue = (sent: Sent) => isUntold(sent) && this.#due(sent, shown).has(lport);
    const isAwaited = (sent: Sent) => sent.reply === "none" && sent.connection === connection;
    const [may] = all
      .filter((sent) => !isAwaited(sent) && (sent.calls.get(key) ?? 0) < this.#allowed(sent, lport))
      .sort(
        (a, b) =>
          Number(isLate(a)) - Number(isLate(b)) ||
          // The port may have lost another interface by another one, of which nobody has to be told.
          Number(isDue(b)) - Number(isDue(a)) ||
          // An older one of the port, of which the provider was told, may stay until the rows are complete.
          Number(isUntold(b)) - Number(isUntold(a)) ||
          // One that was committed is waiting for its first call.
          Number(isWaiting(b)) - Number(isWaiting(a)) ||
          Number(b.commit !== null) - Number(a.commit !== null),
      );
    if (may === undefined) this.#fail(`${name}: finish of ${lport} (${operation}) without a commit`);
    else if (isLate(may))
      // What a provider undoes for one port may be what another one does to the very same device.
      this.#fail(`${name}: finish of ${lport} (${operation}) after that of what comes in its place`);
    else may.calls.set(key, (may.calls.get(key) ?? 0) + 1);
  }

  /** At rest: what is left to be known. */
  complaints(): readonly string[] {
    for (const [vifplugd, teller] of this.#tellers) this.#settle(vifplugd, teller);
    return [...this.#tellers].flatMap(([vifplugd, { sent }]) =>
      vifplugd.alive && sent.length > 0
        ? [`${vifplugd.process.name} does not know what became of ${sent.length} transactions`]
        : [],
    );
  }

  #tellerOf(vifplugd: Vifplugd): Teller {
    const known = this.#tellers.get(vifplugd);
    if (known !== undefined) return known;
    const teller: Teller = { event: 0, shown: 0, connection: null, sent: [], shownAt: [] };
    this.#tellers.set(vifplugd, teller);
    return teller;
  }

  /** For each interface of the port that was changed once, by itself or by whom it cannot tell from itself. */
  #allowed({ commit, reply, shown, lports }: Sent, lport: string): number {
    if (!lports.has(lport)) return 0;
    switch (reply) {
      case "refused":
        return 0;
      case "committed":
        return commit === null ? 0 : this.#changesOf(lport, commit - 1, commit);
      default:
        return this.#changesOf(lport, shown, this.#commits.length);
    }
  }

  #changesOf(lport: string, from: number, to: number): number {
    const changes = this.#commits.slice(from, to).flatMap(interfacesIn);
    return changes.filter((change) => lportsOf(change).includes(lport)).length;
  }

  /** What the last message led to has been done. */
  #settle(vifplugd: Vifplugd, teller: Teller): void {
    if (teller.sent.length === 0) return;
    const isKnown = ({ reply, connection }: Sent) =>
      reply === "committed" ||
      reply === "refused" ||
      // What nobody has said, or said legibly, the rows say, where they are complete.
      (vifplugd.hasLocalRows && (reply === "unreadable" || connection !== teller.connection));
    const known = teller.sent.filter(isKnown);
    if (known.length === 0) return;
    teller.sent = teller.sent.filter((sent) => !known.includes(sent));
    if (!vifplugd.alive) return;
    for (const sent of known)
      for (const lport of this.#due(sent, teller.shown))
        if (!isToldOf(sent.calls, lport))
          this.#fail(`${vifplugd.process.name}: no finish of ${lport} after its commit`);
  }

  /** @param shown so many commits its sender has been shown when it decides what became of it */
  #due({ commit, reply }: Sent, shown: number): ReadonlySet<string> {
    if (commit === null || reply === "refused") return new Set();
    const changes = interfacesIn(this.#commits[commit - 1] ?? []);
    const byLport = Map.groupBy(changes, ({ old, now }) => lportOf(now ?? old) ?? "");
    const isThere = ({ uuid, now }: Change) => {
      const later = this.#commits.slice(commit, shown).flatMap(interfacesIn);
      const last = later.findLast((change) => change.uuid === uuid);
      return last === undefined || footprint(last.now) === footprint(now);
    };
    const due = [...byLport].filter(([, ofPort]) => reply === "committed" || ofPort.every(isThere));
    return new Set(due.map(([lport]) => lport));
  }
}

const OPERATIONS: readonly Operation[] = ["create", "remove"];

function callOf(lport: string, operation: Operation): string {
  return `${operation} ${lport}`;
}

/** Whether `finish` was called for an interface of the port. */
function isToldOf(calls: Sent["calls"], lport: string): boolean {
  return OPERATIONS.some((operation) => calls.has(callOf(lport, operation)));
}

function interfacesIn(changes: readonly Change[]): readonly Change[] {
  return changes.filter(({ table }) => table.name === "Interface");
}

function lportOf(row: Row | null): string | undefined {
  return row === null ? undefined : map(row, "external_ids").get("iface-id");
}

/** Whose it was, and whose it is. */
function lportsOf({ old, now }: Change): readonly string[] {
  return [lportOf(old) ?? [], lportOf(now) ?? []].flat();
}

/** What vifplugd writes of an interface. */
function footprint(row: Row | null): string {
  if (row === null) return "none";
  const ids = map(row, "external_ids");
  return JSON.stringify([
    ...["name", "type"].map((column) => text(row, column)),
    ...["iface-id", "ovn-plugged", "iface-id-ver"].map((key) => ids.get(key)),
    ...[map(row, "options").get(OPTION), number(row, "mtu_request")],
  ]);
}

function replyIn({ error, result }: JsonObject): Sent["reply"] {
  if (error !== null && error !== undefined) return "refused";
  if (!isArray(result)) return "unreadable";
  if (result.some((one) => isObject(one) && "error" in one)) return "refused";
  return result.length > 0 && result.every(isObject) ? "committed" : "unreadable";
}
