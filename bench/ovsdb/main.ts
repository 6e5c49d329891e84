/**
 * Part `ovsdb`: the OVSDB client against a real ovsdb-server: loads, latency and transactions, beside the C client
 * (`ovsdb-client dump`), the Python IDL and bare sockets, all in the same run.
 */
import type { Part, PartResult } from "../support/report.ts";
import { measureLoads } from "./loads.ts";
import { startSouthbound } from "./southbound.ts";
import { measureLatency, measureTransactions } from "./transactions.ts";

const SIZES = [10_000, 100_000];

/** How many of what. */
interface Counts {
  readonly loads: number;
  readonly transactions: number;
}

export const ovsdb: Part = {
  name: "ovsdb",
  about: "the OVSDB client beside ovsdb-client, the Python IDL and bare sockets",
  async measure(quick) {
    const sizes = quick ? SIZES.slice(0, 1) : SIZES;
    const counts: Counts = quick ? { loads: 1, transactions: 10_000 } : { loads: 3, transactions: 40_000 };
    const results: PartResult[] = [];
    for (const rows of sizes) {
      const server = await startSouthbound(rows);
      try {
        results.push(await measureLoads(server, rows, counts.loads));
        if (rows !== sizes.at(-1)) continue;
        results.push({ figures: await measureLatency(server, rows), ratios: [] });
        results.push(measureTransactions(server, counts.transactions));
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
