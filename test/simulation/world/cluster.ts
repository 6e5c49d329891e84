/**
 * A cluster of three: one leads, entries take their time to be committed, and a leader that goes may take with it what
 * was not. A member tries no transaction while an entry of its own log is not applied; a condition it changes at once.
 */
import { type Change, Database, type Write } from "../ovsdb/database.ts";
import type { Schema } from "../ovsdb/schema.ts";
import type { ServedDatabase, Storage } from "../ovsdb/served-database.ts";
import type { SimulatedServer } from "../ovsdb/server.ts";
import { execute } from "../ovsdb/transaction.ts";
import { ServerProcess } from "./server-process.ts";
import { converted, convertedTo, fitted, type Southbound } from "./southbound.ts";
import type { World } from "./world.ts";

interface Entry {
  readonly id: string;
  readonly writes: readonly Write[];
  readonly proposer: Member | null;
  readonly done: (outcome: "committed" | "again") => void;
  /** The schema that the database has from then on; null: the one that it had. */
  readonly schema: Schema | null;
}

interface Member {
  readonly server: ServerProcess;
  database: Database;
  readonly sid: string;
  /** How many entries of the log its content has. */
  applied: number;
  /** It can reach the others. */
  connected: boolean;
}

const MEMBERS = 3;

export class Cluster implements Southbound {
  readonly #world: World;
  readonly #schema: Schema;
  readonly #older: Schema;
  readonly #members: readonly Member[];
  #cid: string;
  readonly #log: Entry[] = [];
  #committed = 0;
  #leader: Member | null;
  /** Entries are not committed before this time. */
  #slowUntil = 0;
  /** Number of the log's first entry: a real one counts the snapshot too. */
  readonly #firstIndex = 2;
  onChange = () => {};

  /** @param older the schema of an older release, to which it may be converted */
  constructor(world: World, schema: Schema, older: Schema) {
    this.#world = world;
    this.#schema = schema;
    this.#older = older;
    this.#cid = world.newUuid();
    this.#members = Array.from({ length: MEMBERS }, (_, n) => this.#member(n));
    this.#leader = this.#members[0] ?? null;
    for (const member of this.#members) this.#say(member);
  }

  #member(n: number): Member {
    const world = this.#world;
    const database = new Database(this.#schema);
    // The first start of the server comes before the member is there.
    const serve: { member: Member | null } = { member: null };
    const server = new ServerProcess(world, `southbound${n}`, `tcp:10.0.0.${n + 1}:6642`, (one) => {
      one.add(
        serve.member?.database ?? database,
        this.#storage(() => serve.member),
      );
      if (serve.member !== null) this.#say(serve.member, one);
    });
    const member: Member = { server, database, sid: world.newUuid(), applied: 0, connected: true };
    serve.member = member;
    return member;
  }

  get remotes(): string {
    return this.#members.map(({ server }) => server.address).join(",");
  }

  get servers(): readonly ServerProcess[] {
    return this.#members.map(({ server }) => server);
  }

  get content(): Database | null {
    const leader = this.#leader;
    return leader !== null && this.#isReady(leader) ? leader.database : null;
  }

  transact(operations: readonly JsonOperation[]): boolean {
    const database = this.content;
    if (database === null) return false;
    const context = { database, holds: () => true, newUuid: () => this.#world.newUuid(), elapsedMs: 0 };
    const outcome = execute(context, operations);
    if (outcome.kind === "ready" && outcome.changes.length > 0) this.#append(outcome.changes, null, () => {});
    return outcome.kind !== "waiting";
  }

  #storage(memberOf: () => Member | null): Storage {
    return {
      model: "clustered",
      forward: null,
      isReady: () => {
        const member = memberOf();
        return member !== null && this.#isReady(member);
      },
      propose: (changes, done) => {
        const member = memberOf();
        if (member === this.#leader) this.#append(changes, member, done);
        else this.#world.scheduler.after(this.#world.network.delay(), () => done("again"));
      },
    };
  }

  /** What is last in its log is in its content. */
  #isReady(member: Member): boolean {
    return member === this.#leader ? member.applied === this.#log.length : member.connected;
  }

  #append(
    changes: readonly Change[],
    proposer: Member | null,
    done: Entry["done"],
    schema: Schema | null = null,
  ): void {
    const world = this.#world;
    this.#log.push({ id: world.newUuid(), writes: changes, proposer, done, schema });
    this.#commitSoon();
  }

  #commitSoon(): void {
    const { scheduler, network } = this.#world;
    const leader = this.#leader;
    const length = this.#log.length;
    const delay = Math.max(2 * network.delay(), this.#slowUntil - scheduler.now);
    scheduler.after(delay, () => {
      if (this.#leader !== leader || leader === null || this.#log.length < length) return;
      if (this.#slowUntil > scheduler.now) {
        this.#commitSoon();
        return;
      }
      this.#commit(length);
    });
  }

  #commit(length: number): void {
    if (length <= this.#committed) return;
    this.#committed = length;
    for (const member of this.#members) {
      if (member === this.#leader) this.#apply(member);
      else this.#world.scheduler.after(this.#world.network.delay(), () => this.#apply(member));
    }
    this.onChange();
  }

  /** A member takes what is committed. */
  #apply(member: Member): void {
    if (!member.server.alive || !member.connected) return;
    for (; member.applied < this.#committed; ) {
      const entry = this.#log[member.applied++];
      if (entry === undefined) break;
      if (entry.schema === null) this.#served(member).commit(entry.writes, entry.id);
      else this.#convert(member, entry.schema);
      if (entry.proposer === member) entry.done("committed");
    }
    this.#say(member);
    this.#served(member).run();
  }

  #convert(member: Member, schema: Schema): void {
    const other = converted(member.database, schema);
    member.database = other.database;
    member.server.commits.push(other.changes);
    member.server.server.convert(other.database);
  }

  /** Its next life is with that schema. */
  #convertBetweenLives(member: Member, schema: Schema): void {
    const other = converted(member.database, schema);
    member.database = other.database;
    member.server.commits.push(other.changes);
    // One that is dead already was made for its next life with the database of before.
    member.server.start();
  }

  #served({ server }: Member): ServedDatabase {
    const served = server.server.database(this.#schema.name);
    if (served === undefined) throw new Error("the server has no database");
    return served;
  }

  #say(member: Member, server: SimulatedServer = member.server.server): void {
    server.setStatus(this.#schema.name, "clustered", {
      connected: member.connected,
      leader: member === this.#leader,
      cid: this.#cid,
      sid: member.sid,
      index: this.#firstIndex + member.applied,
      schema: member.database.schema,
    });
  }

  /** Another member leads, after the time of an election; entries that were not committed may be lost. */
  #elect(): void {
    const { random, scheduler } = this.#world;
    const before = this.#leader;
    this.#leader = null;
    if (before !== null) this.#say(before);
    scheduler.after(20 + random.int(1500), () => {
      if (this.#leader !== null) return;
      const able = this.#members.filter(({ server, connected }) => server.alive && connected);
      if (able.length < 2) {
        this.#elect();
        return;
      }
      const leader = random.pick(able);
      if (random.int(2) === 0) {
        const lost = this.#log.splice(this.#committed);
        for (const { done, proposer } of lost) if (proposer?.server.alive === true) done("again");
      }
      this.#leader = leader;
      this.#apply(leader);
      this.#say(leader);
      if (this.#log.length > this.#committed) this.#commitSoon();
    });
  }

  #part(member: Member, forMs: number): void {
    if (!member.connected) return;
    member.connected = false;
    if (member === this.#leader) this.#elect();
    this.#say(member);
    this.#world.scheduler.after(forMs, () => this.#rejoin(member));
  }

  #rejoin(member: Member): void {
    member.server.start();
    member.connected = true;
    this.#apply(member);
  }

  readonly faults = {
    kill: () => {
      const member = this.#world.random.pick(this.#members);
      if (!member.server.alive) return "a member is dead already";
      member.server.kill();
      member.connected = false;
      if (member === this.#leader) this.#elect();
      this.#world.scheduler.after(this.#world.outage(), () => this.#rejoin(member));
      return `${member.server.name} is killed`;
    },
    part: () => {
      const member = this.#world.random.pick(this.#members);
      this.#part(member, this.#world.outage());
      return `${member.server.name} loses the others`;
    },
    lead: () => {
      this.#elect();
      return "there is an election";
    },
    convert: () => {
      if (this.content === null) return "there is nobody to convert the Southbound";
      const schema = this.#world.random.pick([this.#schema, this.#older]);
      this.#append([], null, () => {}, schema);
      return convertedTo(schema === this.#schema);
    },
    slow: () => {
      this.#slowUntil = this.#world.scheduler.now + this.#world.outage();
      return "entries are not committed for a while";
    },
  };

  calm(): void {
    this.#slowUntil = 0;
    for (const member of this.#members) this.#rejoin(member);
    if (this.#leader === null) this.#elect();
    else this.#commitSoon();
  }

  /** As another cluster: its log begins anew, and it has another id. */
  restore(content: readonly Write[] | null): void {
    const lost = this.#log.splice(0);
    for (const { done, proposer } of lost) if (proposer?.server.alive === true) done("again");
    this.#committed = 0;
    this.#cid = this.#world.newUuid();
    // One that had not been told of a conversion has another schema than the others, which no two members of a cluster have.
    const { schema } = this.#members[0]?.database ?? { schema: this.#schema };
    for (const member of this.#members) {
      if (member.database.schema !== schema) this.#convertBetweenLives(member, schema);
      member.server.kill();
      member.server.commits.push(member.database.replace(fitted(content ?? [], schema)));
      member.server.cluster = { since: this.#world.scheduler.now, commits: member.server.commits.length };
      member.applied = 0;
      member.connected = true;
      member.server.start();
      this.#say(member);
    }
    this.#leader = this.#members[0] ?? null;
    for (const member of this.#members) this.#say(member);
    this.onChange();
  }
}

type JsonOperation = Parameters<Southbound["transact"]>[0][number];
