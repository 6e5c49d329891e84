/** The latency of one update, and the rates that `transact.ts` measures beside bare sockets, as figures. */
import { operations, Session } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { type Figure, figure, quantile } from "../support/figures.ts";
import type { PartResult, Ratio } from "../support/report.ts";
import { COLUMNS, type Southbound } from "./southbound.ts";
import { BARE, JSON_ONLY, OURS, PIPELINE, type Rounds, type Transactions } from "./transact.ts";

const UPDATES = 500;

/** The time from an update of a row by one session to the row in another session, and to the reply. */
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

export function measureTransactions(server: Southbound, count: number): PartResult {
  const script = `${import.meta.dir}/transact.ts`;
  const command = [process.execPath, "run", script, server.remote, server.socket, String(count)];
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  if (exitCode !== 0) throw new Error(`cannot measure transactions: ${stderr}`);
  const { single, pipelined }: Transactions = JSON.parse(stdout.toString());
  const one = "transactions, 1 at any time";
  const many = `transactions, ${PIPELINE} at any time`;
  return {
    figures: [...figuresOf(one, single), ...figuresOf(many, pipelined)],
    ratios: [
      share(one, single, OURS, BARE, { atLeast: 0.9 }),
      share(one, single, JSON_ONLY, BARE),
      share(one, single, OURS, JSON_ONLY),
      share(many, pipelined, OURS, BARE, { atLeast: 0.95 }),
    ],
  };
}

function figuresOf(metric: string, rounds: Rounds): readonly Figure[] {
  return Object.entries(rounds).flatMap(([subject, measured]) => [
    figure(
      subject,
      metric,
      "per s",
      measured.map(({ seconds }) => 1 / seconds),
    ),
    figure(
      subject,
      `${metric}: CPU of the client`,
      "µs",
      measured.map(({ cpuSeconds }) => cpuSeconds * 1e6),
    ),
  ]);
}

/** The rate of `subject` as a share of the rate of `other`: the median of the rounds, with its quartiles. */
function share(metric: string, rounds: Rounds, subject: string, other: string, goal?: Ratio["goal"]): Ratio {
  const others = rounds[other] ?? [];
  const shares = Float64Array.from(
    rounds[subject] ?? [],
    ({ seconds }, i) => (others[i]?.seconds ?? Number.NaN) / seconds,
  ).sort();
  return {
    name: `${metric}: ${subject} to ${other}`,
    value: quantile(shares, 0.5),
    quartiles: [quantile(shares, 0.25), quantile(shares, 0.75)],
    ...(goal !== undefined && { goal }),
  };
}
