/**
 * A large snapshot of the Southbound is taken in with at most six times the bytes of its rows, and 64 MiB. On the compiled
 * executable, from its start to rest; what of the executable itself is in memory is the kernel's affair, and not counted where there
 * are rows.
 *
 * Prints the table that docs/measured.md shows.
 */
import { expect, test } from "bun:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Site, uuidOf } from "../../bench/plug/site.ts";
import { memory } from "../../bench/support/usage.ts";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";

const MiB = 1 << 20;
/** Port bindings whose rows are written in one transaction. */
const BATCH = 100;
/** Milliseconds after which what only the start needed has been given back. */
const REST_MS = 5000;

/** Port bindings of this chassis, options of each besides those that everybody has, bytes of each option. */
const SNAPSHOTS: readonly (readonly [number, number, number])[] = [
  [1, 1, 32 * MiB],
  [8, 1, 4 * MiB],
  [64, 1, MiB / 2],
  [2000, 1, 16 << 10],
  [2000, 160, 100],
  [5000, 1, 300],
];

interface Held {
  /** Bytes without the pages of the executable, at most; the same with these pages; and without them at rest. */
  readonly most: number;
  readonly resident: number;
  readonly rest: number;
}

/** What a daemon holds there from its start to rest. */
async function startedAt({ chassis }: Site): Promise<Held> {
  const config = { ...baseConfig(chassis), providers: [{ type: "dummy" }] };
  const daemon = await startDaemon({ chassis, config });
  let most = 0;
  const look = setInterval(() => {
    if (daemon.status === undefined) most = Math.max(most, memory(daemon.pid).anonymous);
  }, 1);
  await daemon.waitLog(/OVN_Southbound: in sync/, 60_000);
  await sleep(REST_MS);
  clearInterval(look);
  const { peak, anonymous } = memory(daemon.pid);
  return { most, resident: peak, rest: anonymous };
}

test("a daemon with empty databases is never resident with 64 MB, with the pages of its executable", async () => {
  await using site = await Site.start({ ports: 0, vswitchd: false, spare: [] });
  const { resident } = await startedAt(site);
  console.log(`with empty databases at most ${(resident / MiB).toFixed(1)} MiB`);
  expect(resident).toBeLessThan(64e6);
});

test.each(SNAPSHOTS)(
  "%d ports with %d options of %d bytes",
  async (ports, options, bytes) => {
    const names = Array.from({ length: ports }, (_, index) => `port${index}`);
    await using site = await Site.start({ ports: 0, vswitchd: false, spare: names });
    let held = 0;
    const update = (name: string) => {
      const junk = Array.from({ length: options }, (_, index) => {
        return [`junk${index}`, `${name}-${index}-`.padEnd(bytes, "x")];
      });
      const pairs = [["requested-chassis", "hv1"], ["vif-plug-type", "none"], ...junk]; // biome-ignore format: pairs
      const row = { requested_chassis: uuidOf(site.chassisUuid("hv1")), options: ["map", pairs] };
      held += JSON.stringify(row).length;
      const where = [["_uuid", "==", uuidOf(site.lport(name).uuid)]];
      return { op: "update", table: "Port_Binding", where, row };
    };
    for (let from = 0; from < ports; from += BATCH) {
      const updates = names.slice(from, from + BATCH).map(update);
      await site.southbound.request("transact", ["OVN_Southbound", ...updates]);
    }
    const { most, resident, rest } = await startedAt(site);
    const inMiB = (sum: number) => (sum / MiB).toFixed(1);
    const ratio = (sum: number) => `${Math.max(0, (sum - 64 * MiB) / held).toFixed(1)} ×`;
    const columns = [
      ports.toLocaleString("en"),
      `${options} of ${bytes.toLocaleString("en")} B`,
      ...[inMiB(held), inMiB(resident), ratio(resident), inMiB(most), ratio(most), inMiB(rest)],
    ];
    console.log(`| ${columns.join(" | ")} |`);
    expect(most).toBeLessThan(6 * held + 64 * MiB);
  },
  240_000,
);
