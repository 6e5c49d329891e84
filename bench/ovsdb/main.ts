/**
 * The benchmark of the OVSDB client: loads, latency and transactions against a real ovsdb-server, beside the C client
 * (`ovsdb-client dump`), the Python IDL and bare sockets, all in the same run.
 */
import { operations, Session } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../src/schemas/ovn_southbound.gen.ts";
import { RawConnection } from "./raw.ts";
import { COLUMNS, SCHEMA, type Southbound, startSouthbound } from "./southbound.ts";

const SIZES = [10_000, 100_000];
const ROUNDS = 3;
const UPDATES = 500;
const TRANSACTIONS = 2_000;
const PIPELINE = 100;
const PAIRS = 15;

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

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const times = (ratio: number) => `${ratio.toFixed(1)} x`;

async function benchLoad(server: Southbound, rows: number): Promise<void> {
  console.log(
    `\nloading ${rows.toLocaleString("en")} Port_Bindings, columns ${COLUMNS.join(", ")} (median of ${ROUNDS})`,
  );
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

  const floor: number[] = [];
  const ours: number[] = [];
  const process_: number[] = [];
  const peak: number[] = [];
  const held: number[] = [];
  const dumps: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const connection = await RawConnection.open(server.socket);
    const started = performance.now();
    await connection.exchange(request, replyBytes);
    floor.push(performance.now() - started);
    connection.close();
    dumps.push(timed("ovsdb-client", "dump", server.remote, "OVN_Southbound", "Port_Binding", ...COLUMNS));
    const load = timed(process.execPath, "run", `${import.meta.dir}/load.ts`, server.remote);
    const result = JSON.parse(load.output);
    if (result.rows !== rows) throw new Error(`loaded ${result.rows} rows instead of ${rows}`);
    ours.push(result.milliseconds);
    process_.push(load.milliseconds - 1000);
    peak.push(result.peakBytes);
    held.push(result.heldBytes);
  }
  const dump = median(dumps.map(({ milliseconds }) => milliseconds));
  const own = median(ours);
  const bare = median(floor);
  console.log(
    `  server's reply on a bare socket      ${ms(bare)} for ${mb(replyBytes)}: nobody can be faster`,
  );
  console.log(`  ovsdb-jsonrpc                        ${ms(own)}, of which its own ${ms(own - bare)}`);
  console.log(
    `    memory above the empty process     ${mb(median(held))} held, ${mb(median(peak))} at the peak`,
  );
  console.log(
    `  ovsdb-client dump (C)                ${ms(dump)}: ${times(dump / own)} of ours; ${mb(dumps[0]?.peakBytes ?? 0)} at the peak`,
  );
  const python = loadWithPython(server, rows);
  if (python === null) {
    console.log("  Python IDL                           not measured: python3-openvswitch is not installed");
    return;
  }
  const { milliseconds, parser, peakBytes } = python;
  console.log(
    `  Python IDL (its ${parser} parser)            ${ms(milliseconds)}: ${times(milliseconds / own)} of ours; ${mb(peakBytes)} at the peak`,
  );
  console.log(
    `    without the server's part          ${times((milliseconds - bare) / (own - bare))} of ours`,
  );
}

function loadWithPython(server: Southbound, rows: number) {
  const python = "/usr/bin/python3";
  if (Bun.spawnSync([python, "-c", "import ovs.db.idl"], { stderr: "ignore" }).exitCode !== 0) return null;
  const { output, peakBytes } = timed(
    python,
    `${import.meta.dir}/load.py`,
    server.remote,
    SCHEMA,
    ...COLUMNS,
  );
  const result: { milliseconds: number; rows: number; parser: string } = JSON.parse(output);
  if (result.rows !== rows) throw new Error(`the Python IDL loaded ${result.rows} rows instead of ${rows}`);
  return { ...result, peakBytes };
}

async function benchLatency(server: Southbound, rows: number): Promise<void> {
  const op = operations(ovnSouthbound);
  const open = () =>
    new Session({ database: ovnSouthbound, remotes: server.remote, monitor: { Port_Binding: COLUMNS } });
  const reader = open();
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
  console.log(
    `\none row updated among ${rows.toLocaleString("en")}, from the call of transact (${UPDATES} times)`,
  );
  console.log(
    `  to the other session's batch         median ${ms(median(toBatch))}, p99 ${ms(percentile(toBatch, 0.99))}`,
  );
  console.log(
    `  to the reply                         median ${ms(median(toReply))}, p99 ${ms(percentile(toReply, 0.99))}`,
  );
}

async function benchTransactions(server: Southbound): Promise<void> {
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

  const bench: readonly Contest[] = [1, PIPELINE].map((window) => ({
    name: window === 1 ? "one at a time" : `${window} at any time`,
    bare: () => raw.exchangeMany(encoded, replyBytes, TRANSACTIONS, window),
    ours: () => inWindow(TRANSACTIONS, window, transact),
  }));
  console.log(
    `\ntransactions that update one row (median of ${PAIRS} rounds of ${TRANSACTIONS.toLocaleString("en")})`,
  );
  for (const { name, bare, ours } of bench) {
    const rounds: { readonly bare: number; readonly ours: number }[] = [];
    for (let round = 0; round < PAIRS; round++)
      rounds.push({ bare: await rate(bare), ours: await rate(ours) });
    const bareRate = median(rounds.map((round) => round.bare));
    const ourRate = median(rounds.map((round) => round.ours));
    const share = median(rounds.map((round) => (round.ours / round.bare) * 100));
    console.log(
      `  ${name.padEnd(36)} ${ourRate.toFixed(0)}/s; pre-encoded bytes ${bareRate.toFixed(0)}/s: ${share.toFixed(0)} %`,
    );
  }
  raw.close();
  session.close();
}

interface Contest {
  readonly name: string;
  bare(): Promise<void>;
  ours(): Promise<void>;
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

for (const rows of SIZES) {
  const server = await startSouthbound(rows);
  try {
    await benchLoad(server, rows);
    if (rows === SIZES.at(-1)) {
      await benchLatency(server, rows);
      await benchTransactions(server);
    }
  } finally {
    server.stop();
  }
}
