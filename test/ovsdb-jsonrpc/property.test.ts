/**
 * Whatever is written, however conditions change, and wherever connections are cut: the replica is what a fresh
 * dump of the database shows, and the batches add up to it. `SEED=n` repeats a run, `LONG=1` makes more of it.
 */
import { expect, test } from "bun:test";
import type { Condition } from "ovsdb-jsonrpc";
import { chooseSeed, random } from "../support/random.ts";
import { differences, dump, select, viewOf } from "./support/dump.ts";
import { randomHistory, type Step } from "./support/history.ts";
import type { Thing } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { type OvsdbServer, startCluster, startPlayground } from "./support/server.ts";
import { EVERYTHING, next, op, open, openSynced, type PlaygroundSession } from "./support/session.ts";
import { shrink } from "./support/shrink.ts";

const CASES = process.env.LONG === undefined ? 10 : 200;
const STEPS = 25;
const TABLES = ["Thing", "Part"] as const;

interface Variant {
  readonly method: string;
  readonly clustered: boolean;
  readonly unknownMethods: readonly string[];
}

const VARIANTS: readonly Variant[] = [
  { method: "monitor_cond_since and resumption", clustered: true, unknownMethods: [] },
  { method: "monitor_cond_since", clustered: false, unknownMethods: [] },
  { method: "monitor_cond", clustered: false, unknownMethods: ["monitor_cond_since"] },
  { method: "monitor", clustered: false, unknownMethods: ["monitor_cond_since", "monitor_cond"] },
];

/** A session behind a proxy that cuts when told to, and the database it looks at. */
async function play(steps: readonly Step[], server: OvsdbServer, unknownMethods: readonly string[]) {
  let cutAt: string | null = null;
  let changing: number | null = null;
  await using proxy = await ProxyServer.start(server.socket, {
    answer: ({ method = "" }) => (unknownMethods.includes(method) ? { error: "unknown method" } : null),
    fromClient({ id, method }) {
      if (method !== "monitor_cond_change" || cutAt === null) return "pass";
      if (cutAt === "before its reply arrives") {
        changing = id;
        return "pass";
      }
      cutAt = null;
      return "cut";
    },
    fromServer({ id }) {
      if (id === null || id !== changing) return "pass";
      changing = null;
      cutAt = null;
      return "cut";
    },
  });
  const writer = await openSynced(server.remote);
  const whole = unknownMethods.includes("monitor_cond");
  await writer.transact([op.delete("Thing", [])]);
  let wanted: Condition<Thing> = [true];
  let second: ReturnType<typeof addSecond> | null = null;
  let wantedBySecond: Condition<Thing> = [];
  const session = open(proxy.remote, { where: { Thing: wanted } });
  let wrong: string | null = null;
  checkBatches(session, (reason) => {
    wrong ??= reason;
  });
  try {
    for (const step of [...steps, { kind: "check" } as const]) {
      switch (step.kind) {
        case "burst":
          await Promise.all(step.transactions.map((operations) => writer.transact(operations)));
          break;
        case "condition":
          wanted = step.condition;
          cutAt = step.cut;
          session.setCondition("Thing", step.condition);
          break;
        case "second":
          cutAt = step.cut;
          if (step.condition === null) {
            second?.drop();
            second = null;
          } else if (second === null) second = addSecond(session, step.condition);
          else second.setCondition("Thing", step.condition);
          wantedBySecond = step.condition ?? [];
          break;
        case "cut":
          proxy.cut();
          break;
        case "check":
          await settle(session);
          for (const table of TABLES) {
            const all = dump(server.remote, table, EVERYTHING[table]);
            const expected = whole || table !== "Thing" ? all : select(all, [...wanted, ...wantedBySecond]);
            const [difference] = differences(viewOf(session.replica.table(table).rows), expected);
            if (difference !== undefined) return `${table}: ${difference}`;
          }
      }
      if (wrong !== null) return wrong;
    }
    return null;
  } finally {
    session.close();
    writer.close();
  }
  /** Until the wanted condition is acknowledged and everything that was committed before has been delivered. */
  async function settle(of: PlaygroundSession): Promise<void> {
    const isSettled = () =>
      of.acknowledged("Thing") === wanted &&
      (second === null || second.acknowledged("Thing") === wantedBySecond);
    for (;;) {
      await of.synced();
      if (of.acknowledged("Thing") !== wanted)
        await next(of.onCondition.bind(of), ({ Thing }) => Thing === wanted);
      if (second !== null && second.acknowledged("Thing") !== wantedBySecond)
        await next(second.onCondition.bind(second), ({ Thing }) => Thing === wantedBySecond);
      if ((await of.transact([op.comment("barrier")])).ok && isSettled()) return;
    }
  }
}

/** A second monitor of the things, over the same connection. */
function addSecond(session: PlaygroundSession, condition: Condition<Thing>) {
  return session.addMonitor({ monitor: { Thing: EVERYTHING.Thing }, where: { Thing: condition } });
}

/** Every batch must start from what was known and lead to what the replica holds. */
function checkBatches(session: PlaygroundSession, complain: (reason: string) => void): void {
  const known = new Map<string, object>();
  session.onBatch(({ tables }) => {
    for (const table of TABLES) {
      for (const { uuid, old, new: row } of tables[table]) {
        if ((known.get(uuid) ?? null) !== old)
          complain(`${table}: the old row of ${uuid} is not what was known`);
        if (old === null && row === null) complain(`${table}: ${uuid} changed from nothing to nothing`);
        if (row === null) known.delete(uuid);
        else known.set(uuid, row);
      }
    }
    const size = TABLES.reduce((sum, table) => sum + session.replica.table(table).rows.size, 0);
    if (known.size !== size) complain(`the batches add up to ${known.size} rows, the replica holds ${size}`);
  });
}

test.each(VARIANTS)(
  "the replica is what a fresh dump shows, with $method",
  async ({ clustered, unknownMethods }) => {
    await using database = clustered ? await startCluster(3, 10_000) : await startPlayground();
    const server = "leader" in database ? database.leader : database;
    const seed = chooseSeed();
    for (let n = 0; n < CASES; n++) {
      const history = randomHistory(random(seed + n), STEPS);
      const failure = await play(history, server, unknownMethods);
      if (failure === null) continue;
      const smallest = await shrink(
        history,
        async (fewer) => (await play(fewer, server, unknownMethods)) !== null,
      );
      const shown = Bun.inspect(smallest, { depth: 20 });
      expect.unreachable(
        `${failure}\nseed ${seed + n} (SEED=${seed + n} repeats it), smallest history:\n${shown}`,
      );
    }
  },
  process.env.LONG === undefined ? 240_000 : 1_200_000,
);
