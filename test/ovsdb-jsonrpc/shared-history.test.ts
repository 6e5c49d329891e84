/**
 * Whatever sessions come, go and ask for on one connection, and wherever the connection is cut: each session has what its conditions
 * ask for, every listener is told of each change once, and the server keeps no monitor of what is gone. `SEED=n` repeats a run,
 * `LONG=1` makes more of it.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { type AddedMonitor, type Condition, Connection, Session } from "ovsdb-jsonrpc";
import { chooseSeed, type Random, random } from "../support/random.ts";
import { differences, dump, select, viewOf } from "./support/dump.ts";
import { type PlaygroundTables, playground, type Thing } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { type OvsdbServer, startPlayground } from "./support/server.ts";
import { op, openSynced, type PlaygroundSession, value } from "./support/session.ts";

const RUNS = process.env.LONG === undefined ? 20 : 400;
const STEPS = 120;
const MONITOR = { Thing: ["name", "count", "numbers"] } as const;

type Guest = Session<PlaygroundTables, typeof MONITOR>;
type Second = AddedMonitor<PlaygroundTables, typeof MONITOR>;

let server: OvsdbServer & AsyncDisposable;
let writer: PlaygroundSession;

beforeAll(async () => {
  server = await startPlayground();
  writer = await openSynced(server.remote);
});
beforeEach(async () => void value(await writer.transact([op.delete("Thing", [])])));
afterAll(async () => {
  writer.close();
  await server[Symbol.asyncDispose]();
});

const randomName = (random: Random) => `t${random.int(12)}`;

function randomCondition(random: Random): Condition<Thing> {
  const conditions: readonly Condition<Thing>[] = [
    [true],
    [],
    [["name", "==", randomName(random)]],
    [
      ["name", "==", randomName(random)],
      ["numbers", "includes", random.int(5)],
    ],
  ];
  return random.pick(conditions);
}

/** Changes one thing, or nothing: a name is there once. */
async function write(random: Random): Promise<void> {
  const name = randomName(random);
  const numbers = new Set(random.list(random.int(3), () => random.int(5)));
  const operation = random.pick([
    op.delete("Thing", [["name", "==", name]]),
    op.insert("Thing", { name, color: "red", numbers }),
    op.mutate("Thing", [["name", "==", name]], [["count", "+=", 1]]),
    op.mutate("Thing", [["name", "==", name]], [["numbers", random.pick(["insert", "delete"]), numbers]]),
  ]);
  const result = await writer.transact([operation]);
  if (!result.ok) expect(result.error.code).toBe("constraint violation");
}

/** A session over the connection, with its added monitors, and what its listeners were told that does not fit. */
class Visitor {
  readonly session: Guest;
  readonly added: Second[] = [];
  readonly complaints: string[] = [];
  readonly #told: Map<string, object>[] = [];

  constructor(connection: Connection, condition: Condition<Thing>) {
    const where = { Thing: condition };
    this.session = new Session({ connection, database: playground, monitor: MONITOR, where });
    this.follow();
  }

  /** Adds a listener that begins with the rows that are there. */
  follow(): void {
    const rows = new Map<string, object>();
    this.#told.push(rows);
    this.session.onBatch(
      ({ tables }) => {
        for (const { uuid, old, new: row } of tables.Thing) {
          if ((rows.get(uuid) ?? null) !== old) this.complaints.push(`the old row of ${uuid} was not told`);
          if (row === null) rows.delete(uuid);
          else rows.set(uuid, row);
        }
      },
      { existing: true },
    );
  }

  get monitors(): readonly (Guest | Second)[] {
    return [this.session, ...this.added];
  }

  /** Settles when every condition is acknowledged, and what was committed before has come. */
  async settled(): Promise<void> {
    const isSettled = () =>
      this.monitors.every((one) => one.acknowledged("Thing") !== null && one.requested("Thing") === null);
    do await this.session.synced();
    while (!((await this.session.transact([op.comment("barrier")])).ok && isSettled()));
  }

  /** Compares what the session has with the things in the database. */
  check(things: ReturnType<typeof dump>): void {
    const conditions = this.monitors.flatMap((one) => one.acknowledged("Thing") ?? []);
    const { rows } = this.session.replica.table("Thing");
    expect(differences(viewOf(rows), select(things, conditions))).toEqual([]);
    for (const told of this.#told) expect(told).toEqual(new Map(rows));
    expect(this.complaints).toEqual([]);
  }
}

function step(random: Random, visitors: Visitor[], connection: Connection): void {
  const visitor = visitors.length === 0 ? null : random.pick(visitors);
  if (visitor === null || (visitors.length < 4 && random.chance(0.2))) {
    visitors.push(new Visitor(connection, randomCondition(random)));
    return;
  }
  const { session, added } = visitor;
  switch (random.int(5)) {
    case 0:
      session.close();
      visitors.splice(visitors.indexOf(visitor), 1);
      break;
    case 1:
      random.pick(visitor.monitors).setCondition("Thing", randomCondition(random));
      break;
    case 2:
      added.push(session.addMonitor({ monitor: MONITOR, where: { Thing: randomCondition(random) } }));
      break;
    case 3:
      added.shift()?.drop();
      break;
    case 4:
      visitor.follow();
  }
}

async function play(random: Random): Promise<void> {
  const running = new Set<unknown>();
  let connections = 0;
  await using proxy = await ProxyServer.start(server.socket, {
    fromClient({ method = "", params = [] }) {
      if (proxy.connections !== connections) running.clear();
      connections = proxy.connections;
      if (method === "monitor_cond_since") running.add(params[1]);
      if (method === "monitor_cancel") running.delete(params[0]);
      return "pass";
    },
  });
  const connection = new Connection({ remotes: proxy.remote, backoff: { minMs: 1, maxMs: 4 } });
  const visitors = [new Visitor(connection, [true])];
  for (let n = 0; n < STEPS; n++) {
    if (random.chance(0.4)) await write(random);
    else if (random.chance(0.03)) proxy.cut();
    else step(random, visitors, connection);
  }
  for (const visitor of visitors) await visitor.settled();
  const things = dump(server.remote, "Thing", MONITOR.Thing);
  for (const visitor of visitors) visitor.check(things);
  // Each session has a monitor of `_Server` as well. Where nobody is left, nobody knows whether the server has heard of the last end.
  const expected = visitors.reduce((sum, { monitors }) => sum + 1 + monitors.length, 0);
  if (visitors.length > 0) expect(running.size).toBe(expected);
  connection.close();
}

const seed = chooseSeed();

test.each(Array.from({ length: RUNS }, (_, n) => seed + n))(
  "sessions that come and go have what they ask for, and leave nothing (SEED=%p)",
  async (seedOfRun) => play(random(seedOfRun)),
  60_000,
);
