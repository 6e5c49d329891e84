/**
 * Loads of a whole table, from the start of the connection to the last row. The server composes its whole reply before it sends
 * the first byte, so a bare socket that drops the bytes shows the least time of any client.
 */
import { type Figure, figure, quantile } from "../support/figures.ts";
import type { PartResult, Ratio } from "../support/report.ts";
import { memory } from "../support/usage.ts";
import { type Exchange, RawConnection } from "./raw.ts";
import { COLUMNS, SCHEMA, type Southbound } from "./southbound.ts";

const OURS = "ovsdb-jsonrpc";
const BARE = "bare socket";
const DUMP = "ovsdb-client dump";
const MIB = 2 ** 20;

const REQUEST = JSON.stringify({
  id: 1,
  method: "monitor_cond_since",
  params: [
    "OVN_Southbound",
    "m",
    { Port_Binding: [{ columns: COLUMNS }] },
    "00000000-0000-0000-0000-000000000000",
  ],
});

export async function measureLoads(server: Southbound, rows: number, rounds: number): Promise<PartResult> {
  const replyBytes = await connected(server, (raw) => raw.measureReply(REQUEST));
  const bare: Exchange[] = [];
  const ours: Load[] = [];
  const numbers: Load[] = [];
  const bigints: Load[] = [];
  const dumps: Run[] = [];
  const pythons: PythonLoad[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await connected(server, (raw) => raw.exchange(REQUEST, replyBytes)));
    dumps.push(
      await run("ovsdb-client", "dump", server.remote, "OVN_Southbound", "Port_Binding", ...COLUMNS),
    );
    ours.push(await load(server, rows));
    numbers.push(await load(server, rows, "numbers"));
    bigints.push(await load(server, rows, "bigints"));
    const python = await loadWithPython(server, rows);
    if (python !== null) pythons.push(python);
  }

  const of = (subject: string, metric: string, unit: string, values: readonly number[]) =>
    figure(subject, metric, unit, values, { ports: rows });
  const milliseconds = (subject: string, runs: readonly Timed[]) =>
    of(
      subject,
      "load",
      "ms",
      runs.map((one) => one.milliseconds),
    );
  const peak = (subject: string, runs: readonly { readonly peakBytes: number }[]) =>
    of(
      subject,
      "memory at the peak",
      "MiB",
      runs.map(({ peakBytes }) => peakBytes / MIB),
    );
  const floors = bare.map(({ lastByte }) => ({ milliseconds: lastByte }));
  const floor = milliseconds(BARE, floors);
  const own = milliseconds(OURS, ours);
  const dump = milliseconds(DUMP, dumps);
  const asNumbers = milliseconds(`${OURS}, with integers`, numbers);
  const asBigints = milliseconds(`${OURS}, as bigints`, bigints);
  const figures: Figure[] = [
    of(
      BARE,
      "load, to the first byte",
      "ms",
      bare.map(({ firstByte }) => firstByte),
    ),
    floor,
    own,
    dump,
    asNumbers,
    asBigints,
    of(
      OURS,
      "memory held",
      "MiB",
      ours.map(({ heldBytes }) => heldBytes / MIB),
    ),
    peak(OURS, ours),
    peak(DUMP, dumps),
  ];
  const name = `load of ${rows.toLocaleString("en")} rows`;
  const ratios: Ratio[] = [
    ofPairs(`${name}: ${DUMP} to ${OURS}`, dumps, ours, { atLeast: 1.5 }),
    ofPairs(`  the most that any client can reach: ${DUMP} to ${BARE}`, dumps, floors),
    ofPairs(`${name}: integers as bigints to integers as numbers`, bigints, numbers, { atMost: 1.2 }),
  ];
  const [python] = pythons;
  if (python !== undefined) {
    const peer = `Python IDL (${python.parser} parser)`;
    const other = milliseconds(peer, pythons);
    figures.push(other, peak(peer, pythons));
    ratios.push(
      ofPairs(`${name}: ${peer} to ${OURS}`, pythons, ours, { atLeast: 5 }),
      ofPairs(`  the most that any client can reach: ${peer} to ${BARE}`, pythons, floors),
      ofPairs(`  how much of that ${OURS} reaches`, floors, ours),
      {
        name: "  without the server's part",
        value: (other.median - floor.median) / (own.median - floor.median),
      },
    );
  }
  return { figures, ratios };
}

async function connected<T>(server: Southbound, use: (raw: RawConnection) => Promise<T>): Promise<T> {
  const raw = await RawConnection.open(server.socket);
  try {
    return await use(raw);
  } finally {
    raw.close();
  }
}

interface Timed {
  readonly milliseconds: number;
}

/** The median, with its quartiles, of the ratios of rounds that ran side by side: other work of the machine affects both alike. */
function ofPairs(
  name: string,
  some: readonly Timed[],
  others: readonly Timed[],
  goal?: Ratio["goal"],
): Ratio {
  const values = Float64Array.from(
    some,
    ({ milliseconds }, at) => milliseconds / (others[at]?.milliseconds ?? Number.NaN),
  ).sort();
  return {
    name,
    value: quantile(values, 0.5),
    quartiles: [quantile(values, 0.25), quantile(values, 0.75)],
    ...(goal !== undefined && { goal }),
  };
}

interface Run {
  readonly milliseconds: number;
  readonly output: string;
  readonly peakBytes: number;
}

const LOOK_EVERY_MS = 10;

/** Runs a command. Its memory is read while it runs: the figure at its end includes memory of the process that started it. */
async function run(command: string, ...args: readonly string[]): Promise<Run> {
  const started = performance.now();
  const child = Bun.spawn([command, ...args], { stdout: "pipe", stderr: "pipe" });
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = peakOf(child.pid) ?? peakBytes;
  }, LOOK_EVERY_MS);
  const [output, errors, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  const milliseconds = performance.now() - started;
  clearInterval(look);
  if (exitCode !== 0) throw new Error(`${command} failed: ${errors}`);
  return { milliseconds, output, peakBytes };
}

/** The peak memory of a process; null: the process has ended. */
function peakOf(pid: number): number | null {
  try {
    const { peak } = memory(pid);
    return Number.isNaN(peak) ? null : peak;
  } catch {
    return null;
  }
}

interface Load {
  readonly milliseconds: number;
  /** The bytes above those of a process that has loaded nothing. */
  readonly heldBytes: number;
  readonly peakBytes: number;
}

/** Loads in a process of its own, so that no load profits from an earlier load. */
async function load(
  server: Southbound,
  rows: number,
  ...integers: readonly ("numbers" | "bigints")[]
): Promise<Load> {
  const program = `${import.meta.dir}/load.ts`;
  const { output } = await run(process.execPath, "run", program, server.remote, ...integers);
  const result: Load & { readonly rows: number } = JSON.parse(output);
  if (result.rows !== rows) throw new Error(`loaded ${result.rows} rows instead of ${rows}`);
  return result;
}

interface PythonLoad {
  readonly milliseconds: number;
  readonly parser: string;
  readonly peakBytes: number;
}

/** Loads with the Python IDL; null: the Python IDL is not installed. */
async function loadWithPython(server: Southbound, rows: number): Promise<PythonLoad | null> {
  const python = "/usr/bin/python3";
  if (Bun.spawnSync([python, "-c", "import ovs.db.idl"], { stderr: "ignore" }).exitCode !== 0) return null;
  const script = `${import.meta.dir}/load.py`;
  const { output, peakBytes } = await run(python, script, server.remote, SCHEMA, ...COLUMNS);
  const result: { milliseconds: number; rows: number; parser: string } = JSON.parse(output);
  if (result.rows !== rows) throw new Error(`the Python IDL loaded ${result.rows} rows instead of ${rows}`);
  return { ...result, peakBytes };
}
