/**
 * Part `ovsdb`: the OVSDB client against a real ovsdb-server: loads, latency and transactions, beside the C client
 * (`ovsdb-client dump`), the Python IDL and bare sockets, all in the same run.
 */
import type { Part, PartResult } from "../support/report.ts";
import { measureLoads } from "./loads.ts";
import { startSouthbound } from "./southbound.ts";
import { measureLatency, measureTransactions } from "./transactions.ts";

/** The numbers of rows, with the number of loads of each: more loads of fewer rows, where chance has a greater part. */
const LOADS: readonly (readonly [number, number])[] = [
  [10_000, 9],
  [100_000, 3],
];

export const ovsdb: Part = {
  name: "ovsdb",
  about: "the OVSDB client beside ovsdb-client, the Python IDL and bare sockets",
  async measure(quick) {
    const loads = quick ? LOADS.slice(0, 1) : LOADS;
    const transactions = quick ? 10_000 : 40_000;
    const results: PartResult[] = [];
    for (const [rows, rounds] of loads) {
      const server = await startSouthbound(rows);
      try {
        results.push(await measureLoads(server, rows, quick ? 1 : rounds));
        if (rows !== loads.at(-1)?.[0]) continue;
        results.push({ figures: await measureLatency(server, rows), ratios: [] });
        results.push(measureTransactions(server, transactions));
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
