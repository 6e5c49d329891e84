/** What a large replica costs. `LONG=1` runs it: filling the database takes several seconds. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { startSouthbound } from "../../bench/ovsdb/southbound.ts";
import { run } from "./support/server.ts";

const LOAD = join(import.meta.dir, "../../bench/ovsdb/load.ts");

test.skipIf(process.env.LONG === undefined)(
  "100,000 Port_Bindings with five columns take less than 120 MB above the empty process",
  async () => {
    const server = await startSouthbound(100_000);
    try {
      const { rows, heldBytes } = JSON.parse(run(process.execPath, "run", LOAD, server.remote));
      expect(rows).toBe(100_000);
      expect(heldBytes).toBeLessThan(120e6);
    } finally {
      server.stop();
    }
  },
  120_000,
);
