/**
 * Transactions and latency: one row updated again and again by the client, and by the same bytes encoded beforehand on a
 * bare socket. The two take turns in short rounds, and every other round in the other order, because what else the
 * machine does changes from one second to the next; what is compared is each round with the one beside it.
 */
import { operations, Session, type Uuid } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { type Figure, figure, quantile } from "../support/figures.ts";
import type { PartResult, Ratio } from "../support/report.ts";
import { RawConnection, RequestBytes } from "./raw.ts";
import { COLUMNS, type Southbound } from "./southbound.ts";

const OURS = "ovsdb-jsonrpc";
const BARE = "bare socket";
const JSON_ONLY = "bare socket with JSON";
const UPDATES = 500;
const ROUND = 1_000;
const PIPELINE = 100;

/** Until what runs is compiled; they do not count. */
const WARM_UP_ROUNDS = 10;

/** One row updated by one session: until another one has it, and until the reply. */
export async function measureLatency(server: Southbound, rows: number): Promise<readonly Figure[]> {
  const op = operations(ovnSouthbound);
  const reader = new Session({
    database: ovnSouthbound,
    remotes: server.remote,
    monitor: { Port_Binding: COLUMNS },
  });
  const writer = new Session({ database: ovnSouthbound, remotes: server.remote, monitor: {} });
  await Promise.all([reader.synced(), writer.synced()]);
  const uuid = reader.replica.table("Port_Binding").rows.keys().next().value;
  if (uuid === undefined) throw new Error("no row to update");
  const toBatch: number[] = [];
  const toReply: number[] = [];
  for (let n = 0; n < UPDATES; n++) {
    const started = performance.now();
    const delivered = new Promise<void>((resolve) => {
      const remove = reader.onBatch(() => {
        toBatch.push(performance.now() - started);
        remove();
        resolve();
      });
    });
    await writer.transact([
      op.update("Port_Binding", [["_uuid", "==", uuid]], { options: new Map([["n", String(n)]]) }),
    ]);
    toReply.push(performance.now() - started);
    await delivered;
  }
  reader.close();
  writer.close();
  return [
    figure(OURS, "one row updated, to another session", "ms", toBatch, { ports: rows }),
    figure(OURS, "one row updated, to the reply", "ms", toReply, { ports: rows }),
  ];
}

export async function measureTransactions(server: Southbound, rounds: number): Promise<PartResult> {
  const op = operations(ovnSouthbound);
  const session = new Session({ database: ovnSouthbound, remotes: server.remote, monitor: {} });
  const raw = await RawConnection.open(server.socket);
  try {
    await session.synced();
    const inserted = await session.transact([op.insert("SB_Global", {})]);
    if (!inserted.ok) throw new Error(inserted.error.details);
    const [{ uuid }] = inserted.value;
    const request = (n: number) => updateRequest(uuid, n);
    const encoded = new RequestBytes([JSON.stringify(request(0)), JSON.stringify(request(1))], PIPELINE);
    const replyBytes = await raw.measureReply(JSON.stringify(request(0)));
    const transact = (n: number) =>
      session.transact([op.update("SB_Global", [["_uuid", "==", uuid]], { nb_cfg: n % 2 })]);

    const single = await alternate(rounds, {
      [OURS]: () => inWindow(ROUND, 1, transact),
      [JSON_ONLY]: () => raw.callMany(request, replyBytes, ROUND),
      [BARE]: () => raw.exchangeMany(encoded, replyBytes, ROUND, 1),
    });
    const pipelined = await alternate(rounds, {
      [OURS]: () => inWindow(ROUND, PIPELINE, transact),
      [BARE]: () => raw.exchangeMany(encoded, replyBytes, ROUND, PIPELINE),
    });
    const one = "transactions, 1 at any time";
    const many = `transactions, ${PIPELINE} at any time`;
    return {
      figures: [...figuresOf(one, single), ...figuresOf(many, pipelined)],
      ratios: [
        share(one, single, OURS, BARE, { atLeast: 0.9 }),
        share(one, single, JSON_ONLY, BARE),
        share(one, single, OURS, JSON_ONLY),
        share(many, pipelined, OURS, BARE, { atLeast: 0.9 }),
      ],
    };
  } finally {
    raw.close();
    session.close();
  }
}

function updateRequest(uuid: Uuid, n: number) {
  const where = [["_uuid", "==", ["uuid", uuid]]];
  const operation = { op: "update", table: "SB_Global", where, row: { nb_cfg: n % 2 } };
  return { id: 1, method: "transact", params: ["OVN_Southbound", operation] };
}

/** What a round took. */
interface Round {
  readonly seconds: number;
  /** Of this process, which is the client. */
  readonly cpuSeconds: number;
}

type Contenders = { readonly [subject: string]: () => Promise<void> };
type Rounds = ReadonlyMap<string, readonly Round[]>;

async function alternate(rounds: number, contenders: Contenders): Promise<Rounds> {
  const entries = Object.entries(contenders);
  const measured = new Map<string, Round[]>(entries.map(([subject]) => [subject, []]));
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [subject, run] of round % 2 === 0 ? entries : entries.toReversed()) {
      const result = await timed(run);
      if (round >= 0) measured.get(subject)?.push(result);
    }
  }
  return measured;
}

async function timed(run: () => Promise<void>): Promise<Round> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run();
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

function figuresOf(metric: string, rounds: Rounds): readonly Figure[] {
  return [...rounds].flatMap(([subject, measured]) => [
    figure(
      subject,
      metric,
      "per s",
      measured.map(({ seconds }) => ROUND / seconds),
    ),
    figure(
      subject,
      `${metric}: CPU of the client`,
      "µs",
      measured.map(({ cpuSeconds }) => (cpuSeconds / ROUND) * 1e6),
    ),
  ]);
}

/** How much of the rate of `other` the `subject` reaches: the median of the rounds, with its quartiles. */
function share(metric: string, rounds: Rounds, subject: string, other: string, goal?: Ratio["goal"]): Ratio {
  const others = rounds.get(other) ?? [];
  const shares = Float64Array.from(
    rounds.get(subject) ?? [],
    ({ seconds }, i) => (others[i]?.seconds ?? Number.NaN) / seconds,
  ).sort();
  return {
    name: `${metric}: ${subject} to ${other}`,
    value: quantile(shares, 0.5),
    quartiles: [quantile(shares, 0.25), quantile(shares, 0.75)],
    ...(goal !== undefined && { goal }),
  };
}

/** Runs `count` steps, `window` of them at any time. */
async function inWindow(count: number, window: number, step: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: window }, lane));
}
