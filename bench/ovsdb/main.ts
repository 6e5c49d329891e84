/**
 * Part `ovsdb`: the OVSDB client against a real ovsdb-server: loads, latency and transactions, beside the C client
 * (`ovsdb-client dump`), the Python IDL and bare sockets, all in the same run.
 */
import { operations, Session } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { type Figure, figure } from "../support/figures.ts";
import type { Part, PartResult, Ratio } from "../support/report.ts";
import { RawConnection } from "./raw.ts";
import { COLUMNS, SCHEMA, type Southbound, startSouthbound } from "./southbound.ts";

const SIZES = [10_000, 100_000];
const UPDATES = 500;
const TRANSACTIONS = 2_000;
const PIPELINE = 100;
const OURS = "ovsdb-jsonrpc";
const MIB = 2 ** 20;

/** How often everything is done. */
interface Rounds {
  readonly loads: number;
  readonly transactions: number;
}

export const ovsdb: Part = {
  name: "ovsdb",
  about: "the OVSDB client beside ovsdb-client, the Python IDL and bare sockets",
  async measure(quick) {
    const sizes = quick ? SIZES.slice(0, 1) : SIZES;
    const rounds: Rounds = quick ? { loads: 1, transactions: 5 } : { loads: 3, transactions: 15 };
    const results: PartResult[] = [];
    for (const rows of sizes) {
      const server = await startSouthbound(rows);
      try {
        results.push(await measureLoads(server, rows, rounds.loads));
        if (rows !== sizes.at(-1)) continue;
        results.push({ figures: await measureLatency(server, rows), ratios: [] });
        results.push(await measureTransactions(server, rounds.transactions));
      } finally {
        server.stop();
      }
    }
    return {
      figures: results.flatMap(({ figures }) => figures),
      ratios: results.flatMap(({ ratios }) => ratios),
    };
  },
};

interface Run {
  readonly milliseconds: number;
  readonly output: string;
  readonly peakBytes: number;
}

function timed(command: string, ...args: readonly string[]): Run {
  const started = performance.now();
  const { exitCode, stdout, stderr, resourceUsage } = Bun.spawnSync([command, ...args], {
    stdout: "pipe",
    stderr: "pipe",
  });
  if (exitCode !== 0) throw new Error(`${command} failed: ${stderr}`);
  return {
    milliseconds: performance.now() - started,
    output: stdout.toString(),
    peakBytes: resourceUsage.maxRSS,
  };
}

/** The whole table, from connecting to the last row. */
async function measureLoads(server: Southbound, rows: number, rounds: number): Promise<PartResult> {
  const request = JSON.stringify({
    id: 1,
    method: "monitor_cond_since",
    params: [
      "OVN_Southbound",
      "m",
      { Port_Binding: [{ columns: COLUMNS }] },
      "00000000-0000-0000-0000-000000000000",
    ],
  });
  const raw = await RawConnection.open(server.socket);
  const replyBytes = await raw.measureReply(request);
  raw.close();

  const bare: number[] = [];
  const ours: Load[] = [];
  const dumps: Run[] = [];
  for (let round = 0; round < rounds; round++) {
    const connection = await RawConnection.open(server.socket);
    const started = performance.now();
    await connection.exchange(request, replyBytes);
    bare.push(performance.now() - started);
    connection.close();
    dumps.push(timed("ovsdb-client", "dump", server.remote, "OVN_Southbound", "Port_Binding", ...COLUMNS));
    ours.push(load(server, rows));
  }
  const python = loadWithPython(server, rows);

  const at = { ports: rows };
  const floor = figure("bare socket", "load", "ms", bare, at);
  const own = figure(
    OURS,
    "load",
    "ms",
    ours.map(({ milliseconds }) => milliseconds),
    at,
  );
  const dump = figure(
    "ovsdb-client dump",
    "load",
    "ms",
    dumps.map(({ milliseconds }) => milliseconds),
    at,
  );
  const mebibytes = (subject: string, metric: string, bytes: readonly number[]) =>
    figure(
      subject,
      metric,
      "MiB",
      bytes.map((one) => one / MIB),
      at,
    );
  const size = rows.toLocaleString("en");
  const ratios: Ratio[] = [
    {
      name: `load of ${size} rows: ovsdb-client dump to ${OURS}`,
      value: dump.median / own.median,
      goal: { atLeast: 1 },
    },
  ];
  const figures = [
    floor,
    own,
    dump,
    mebibytes(
      OURS,
      "memory held",
      ours.map(({ heldBytes }) => heldBytes),
    ),
    mebibytes(
      OURS,
      "memory at the peak",
      ours.map(({ peakBytes }) => peakBytes),
    ),
    mebibytes(
      "ovsdb-client dump",
      "memory at the peak",
      dumps.map(({ peakBytes }) => peakBytes),
    ),
  ];
  if (python === null) return { figures, ratios };
  const peer = `Python IDL (${python.parser} parser)`;
  figures.push(figure(peer, "load", "ms", [python.milliseconds], at));
  figures.push(mebibytes(peer, "memory at the peak", [python.peakBytes]));
  ratios.push({
    name: `load of ${size} rows: ${peer} to ${OURS}`,
    value: python.milliseconds / own.median,
    goal: { atLeast: 10 },
  });
  ratios.push({
    name: "the same without the server's part",
    value: (python.milliseconds - floor.median) / (own.median - floor.median),
  });
  return { figures, ratios };
}

interface Load {
  readonly milliseconds: number;
  /** Above what the process takes that has loaded nothing. */
  readonly heldBytes: number;
  readonly peakBytes: number;
}

/** In a process of its own, so that no load is helped by the one before. */
function load(server: Southbound, rows: number): Load {
  const { output } = timed(process.execPath, "run", `${import.meta.dir}/load.ts`, server.remote);
  const result: Load & { readonly rows: number } = JSON.parse(output);
  if (result.rows !== rows) throw new Error(`loaded ${result.rows} rows instead of ${rows}`);
  return result;
}

/** Null where the Python IDL is not installed. */
function loadWithPython(server: Southbound, rows: number) {
  const python = "/usr/bin/python3";
  if (Bun.spawnSync([python, "-c", "import ovs.db.idl"], { stderr: "ignore" }).exitCode !== 0) return null;
  const script = `${import.meta.dir}/load.py`;
  const { output, peakBytes } = timed(python, script, server.remote, SCHEMA, ...COLUMNS);
  const result: { milliseconds: number; rows: number; parser: string } = JSON.parse(output);
  if (result.rows !== rows) throw new Error(`the Python IDL loaded ${result.rows} rows instead of ${rows}`);
  return { ...result, peakBytes };
}

/** One row updated by one session: until another one has it, and until the reply. */
async function measureLatency(server: Southbound, rows: number): Promise<readonly Figure[]> {
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

/** Transactions that update one row, beside the same bytes encoded beforehand on a bare socket. */
async function measureTransactions(server: Southbound, rounds: number): Promise<PartResult> {
  const op = operations(ovnSouthbound);
  const session = new Session({ database: ovnSouthbound, remotes: server.remote, monitor: {} });
  await session.synced();
  const inserted = await session.transact([op.insert("SB_Global", {})]);
  if (!inserted.ok) throw new Error(inserted.error.details);
  const [{ uuid }] = inserted.value;
  const raw = await RawConnection.open(server.socket);
  const update = (n: number) => {
    const where = [["_uuid", "==", ["uuid", uuid]]];
    const operation = { op: "update", table: "SB_Global", where, row: { nb_cfg: n % 2 } };
    return JSON.stringify({ id: 1, method: "transact", params: ["OVN_Southbound", operation] });
  };
  const encoded = [update(0), update(1)];
  const replyBytes = await raw.measureReply(update(0));
  const transact = (n: number) =>
    session.transact([op.update("SB_Global", [["_uuid", "==", uuid]], { nb_cfg: n % 2 })]);

  const figures: Figure[] = [];
  const ratios: Ratio[] = [];
  for (const window of [1, PIPELINE]) {
    const name = `transactions, ${window} at any time`;
    const bare: number[] = [];
    const ours: number[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(await rate(() => raw.exchangeMany(encoded, replyBytes, TRANSACTIONS, window)));
      ours.push(await rate(() => inWindow(TRANSACTIONS, window, transact)));
    }
    figures.push(figure(OURS, name, "per s", ours), figure("bare socket", name, "per s", bare));
    // Round by round, because what else the machine does changes from one to the next.
    const shares = ours.map((one, round) => one / (bare[round] ?? Number.NaN));
    ratios.push({
      name: `${name}: ${OURS} to bytes encoded beforehand`,
      value: figure(OURS, name, "", shares).median,
      goal: { atLeast: 0.9 },
    });
  }
  raw.close();
  session.close();
  return { figures, ratios };
}

/** Runs `count` steps, `window` of them at any time. */
async function inWindow(count: number, window: number, step: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await step(next++);
  };
  await Promise.all(Array.from({ length: window }, lane));
}

async function rate(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (TRANSACTIONS * 1000) / (performance.now() - started);
}
