/**
 * A database as a server serves it: its content, the transactions that wait, the last ones that were committed, and where a
 * commit goes before it is one (its storage: at once, through a cluster, or to a relay's source).
 */
import type { Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import type { Change, Database, Uuid, Write } from "./database.ts";
import { ZERO } from "./schema.ts";
import { execute, READ_OPERATIONS } from "./transaction.ts";

export type Model = "standalone" | "clustered" | "relay";

export interface Storage {
  readonly model: Model;
  /** False while an entry is on its way: until then no transaction is tried, not even one that only reads. */
  isReady(): boolean;
  /** Sees to it that the changes are committed, by `commit`; `done` is called after that, or when it was in vain. */
  propose(changes: readonly Change[], done: (outcome: "committed" | "again") => void): void;
  /** Carries a transaction that writes out elsewhere; null: it is carried out here. */
  readonly forward: ((params: readonly Json[], answer: (reply: Json) => void) => void) | null;
}

/** Who asks for a transaction. */
export interface Client {
  holds(lock: string): boolean;
  reply(id: Json, result: Json): void;
  /** The request is given up. */
  canceled(id: Json): void;
}

export interface Trigger {
  readonly session: Client;
  readonly id: Json;
  readonly params: readonly Json[];
  readonly created: number;
}

/** Of a clustered database or a relay. */
const KEPT_TRANSACTIONS = 100;

export interface ServedOptions {
  readonly newUuid: () => Uuid;
  /** Milliseconds. */
  readonly now: () => number;
  readonly timer: (ms: number, run: () => void) => void;
  /** The sessions are told of what changed. */
  readonly onCommit: (served: ServedDatabase, changes: readonly Change[], transaction: Uuid) => void;
  /** Told of every commit, and who asked for it (null: not a client of this server), before anybody else is. */
  readonly observe?: (served: ServedDatabase, changes: readonly Change[], origin: Client | null) => void;
}

export class ServedDatabase {
  readonly #options: ServedOptions;
  #database: Database;
  storage: Storage;
  #waiting: Trigger[] = [];
  readonly #proposed = new Set<Trigger>();
  readonly history: { readonly id: Uuid; readonly changes: readonly Change[] }[] = [];
  #isRunning = false;
  /** Whose transaction is being proposed. */
  #origin: Client | null = null;
  /** Something was committed, and what waits has not been tried since. */
  #isStale = false;

  constructor(database: Database, storage: Storage | null, options: ServedOptions) {
    this.#database = database;
    this.#options = options;
    this.storage = storage ?? {
      model: "standalone",
      forward: null,
      isReady: () => true,
      propose: (changes, done) => {
        this.commit(changes, ZERO);
        done("committed");
      },
    };
  }

  get database(): Database {
    return this.#database;
  }

  get name(): string {
    return this.#database.schema.name;
  }

  get lastTransaction(): Uuid {
    return this.history.at(-1)?.id ?? ZERO;
  }

  /** Sets rows and tells everybody. */
  commit(writes: readonly Write[], transaction: Uuid): void {
    const changes = this.#database.apply(writes);
    this.#committed(changes, transaction);
  }

  /** Takes another content, as a relay does whose source is another one. */
  replaceContent(content: readonly Write[], transaction: Uuid): void {
    this.#committed(this.#database.replace(content), transaction);
  }

  #committed(changes: readonly Change[], transaction: Uuid): void {
    if (this.storage.model !== "standalone") this.history.push({ id: transaction, changes });
    if (this.history.length > KEPT_TRANSACTIONS) this.history.shift();
    this.#options.observe?.(this, changes, this.#origin);
    this.#options.onCommit(this, changes, transaction);
    this.#isStale = true;
  }

  /** What was committed after a transaction; null when that is not known any more. */
  changesAfter(transaction: Uuid): readonly (readonly Change[])[] | null {
    const at = this.history.findIndex(({ id }) => id === transaction);
    return at === -1 ? null : this.history.slice(at + 1).map(({ changes }) => changes);
  }

  submit(trigger: Trigger): void {
    this.#waiting.push(trigger);
    // The others are tried when something is committed, and not before: a lock that was lost is noticed then.
    if (this.storage.isReady()) this.#try(trigger);
    if (this.#isStale) this.run();
  }

  /** Gives the transaction up if nothing came of it yet. */
  cancel(session: Client, id: Json): boolean {
    const text = JSON.stringify(id);
    const found = this.#waiting.find((one) => one.session === session && JSON.stringify(one.id) === text);
    this.#waiting = this.#waiting.filter((one) => one !== found);
    return found !== undefined;
  }

  /** Another schema takes its place: whoever waits hears nothing but that. What was proposed may be committed all the same. */
  replaced(): void {
    const open = [...this.#waiting, ...this.#proposed];
    this.#waiting = [];
    this.#proposed.clear();
    for (const { session, id } of open) session.canceled(id);
  }

  /** The session is gone. What was proposed may be committed all the same. */
  forget(session: Client): void {
    this.#waiting = this.#waiting.filter((trigger) => trigger.session !== session);
    for (const trigger of this.#proposed) if (trigger.session === session) this.#proposed.delete(trigger);
  }

  /** Tries what waits, in the order in which it came, as long as that changes something. To be called after commits. */
  run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    do {
      this.#isStale = false;
      for (const trigger of [...this.#waiting])
        if (this.storage.isReady() && this.#waiting.includes(trigger)) this.#try(trigger);
    } while (this.#isStale);
    this.#isRunning = false;
  }

  #try(trigger: Trigger): void {
    const { session, params } = trigger;
    const [, ...operations] = params;
    const elapsedMs = this.#options.now() - trigger.created;
    const outcome = execute(
      {
        database: this.#database,
        holds: (lock) => session.holds(lock),
        newUuid: this.#options.newUuid,
        elapsedMs,
      },
      operations,
    );
    if (outcome.kind === "waiting") {
      const left = outcome.timeoutMs - elapsedMs;
      if (Number.isFinite(left)) this.#options.timer(Math.max(left, 0), () => this.run());
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== trigger);
    const { forward } = this.storage;
    if (outcome.kind === "failed") session.reply(trigger.id, outcome.results);
    else if (forward !== null && operations.some((one) => !isRead(one))) this.#forward(trigger, forward);
    else if (outcome.changes.length === 0) {
      this.#isStale ||= outcome.hasActed;
      session.reply(trigger.id, outcome.results);
    } else this.#propose(trigger, outcome.changes, outcome.results);
  }

  #propose(trigger: Trigger, changes: readonly Change[], results: Json): void {
    this.#proposed.add(trigger);
    this.#origin = trigger.session;
    this.storage.propose(changes, (outcome) => {
      if (!this.#proposed.delete(trigger)) return;
      if (outcome === "committed") trigger.session.reply(trigger.id, results);
      else this.submit(trigger);
    });
    this.#origin = null;
  }

  #forward(trigger: Trigger, forward: NonNullable<Storage["forward"]>): void {
    this.#proposed.add(trigger);
    forward(trigger.params, (reply) => {
      if (this.#proposed.delete(trigger)) trigger.session.reply(trigger.id, reply);
    });
  }
}

function isRead(operation: Json): boolean {
  return (
    typeof operation === "object" &&
    operation !== null &&
    "op" in operation &&
    READ_OPERATIONS.has(operation.op)
  );
}
