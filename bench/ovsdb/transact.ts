/**
 * One row updated again and again: by the client, by a bare socket that sends bytes encoded beforehand, and by one that
 * only makes and parses JSON. In a process of its own, whose heap nothing else has filled; prints the rounds as JSON.
 *
 * They take turns in short rounds, and every other round in the other order, because what else the machine does changes
 * from one second to the next; what is compared is each round with the one beside it.
 */
import { operations, Session, type Uuid } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { RawConnection, RequestBytes } from "./raw.ts";

/** The number of transactions under way at a time, where several are. */
export const PIPELINE = 100;

const SINGLE_ROUND = 200;
const PIPELINED_ROUND = 1_000;

export const OURS = "ovsdb-jsonrpc";
export const BARE = "bare socket";
export const JSON_ONLY = "bare socket with JSON";

/** Transactions of each subject before those that count: until then the client is not fully compiled, and takes twice the CPU. */
const WARM_UP = 60_000;
const SHORT_WARM_UP = 4_000;

/** The time and the CPU of one transaction of a round. */
export interface Round {
  readonly seconds: number;
  /** The CPU of this process, which is the client. */
  readonly cpuSeconds: number;
}

/** The rounds of each subject in the order in which they ran, so that rounds of the same index ran side by side. */
export type Rounds = { readonly [subject: string]: readonly Round[] };

export interface Transactions {
  readonly single: Rounds;
  readonly pipelined: Rounds;
}

/** Numbers of transactions: in each round, in all rounds that count, and before these rounds. */
interface Extent {
  readonly round: number;
  readonly counted: number;
  readonly warmUp: number;
}

/** For each subject a function that runs a number of transactions. */
type Contenders = { readonly [subject: string]: (count: number) => Promise<void> };

async function alternate({ round, counted, warmUp }: Extent, contenders: Contenders): Promise<Rounds> {
  const entries = Object.entries(contenders);
  const measured = new Map<string, Round[]>(entries.map(([subject]) => [subject, []]));
  for (let done = -warmUp; done < counted; done += round) {
    for (const [subject, run] of entries) {
      const result = await timed(run, round);
      if (done >= 0) measured.get(subject)?.push(result);
    }
    entries.reverse();
  }
  return Object.fromEntries(measured);
}

async function timed(run: (count: number) => Promise<void>, count: number): Promise<Round> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run(count);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: seconds / count, cpuSeconds: (user + system) / 1e6 / count };
}

function updateRequest(uuid: Uuid, n: number) {
  const where = [["_uuid", "==", ["uuid", uuid]]];
  const operation = { op: "update", table: "SB_Global", where, row: { nb_cfg: n % 2 } };
  return { id: 1, method: "transact", params: ["OVN_Southbound", operation] };
}

/** Runs `count` steps, `window` of them at any time. */
async function inWindow(count: number, window: number, step: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: window }, lane));
}

async function measure(remote: string, path: string, counted: number): Promise<Transactions> {
  const op = operations(ovnSouthbound);
  const session = new Session({ database: ovnSouthbound, remotes: remote, monitor: {} });
  const raw = await RawConnection.open(path);
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
    const pipelined = await alternate(
      { round: PIPELINED_ROUND, counted, warmUp: WARM_UP },
      {
        [OURS]: (count) => inWindow(count, PIPELINE, transact),
        [BARE]: (count) => raw.exchangeMany(encoded, replyBytes, count, PIPELINE),
      },
    );
    const single = await alternate(
      { round: SINGLE_ROUND, counted, warmUp: SHORT_WARM_UP },
      {
        [OURS]: (count) => inWindow(count, 1, transact),
        [JSON_ONLY]: (count) => raw.callMany(request, replyBytes, count),
        [BARE]: (count) => raw.exchangeMany(encoded, replyBytes, count, 1),
      },
    );
    return { single, pipelined };
  } finally {
    raw.close();
    session.close();
  }
}

if (import.meta.main) {
  const [remote = "", path = "", counted] = process.argv.slice(2);
  console.log(JSON.stringify(await measure(remote, path, Number(counted))));
}
