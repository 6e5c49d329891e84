/** Two vifplugd on one chassis, the active one killed: how long nobody decides, by the database's own times. */
import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import { mapOf, type RowEvent, readJournal, type StoredTransaction } from "../chaos/journal.ts";
import { startHypervisor } from "./support/hypervisor.ts";

/** Milliseconds that may pass from the end of one to the work of the other. */
const LIMIT = 1_000;
const PORTS = 50;

function ofOurInterfaces({ events }: StoredTransaction): readonly RowEvent[] {
  return events.filter(({ table, before, after }) => {
    return table === "Interface" && mapOf((after ?? before)?.external_ids).has("ovn-plugged");
  });
}

test("the one that stands by takes over within a second: nothing is deleted, and nothing written twice", async () => {
  await using hv = await startHypervisor();
  const { chassis } = hv;
  const lports = Array.from({ length: PORTS }, (_, index) => `lsp${index}`);
  await hv.addLports(Object.fromEntries(lports.map((lport) => [lport, {}])));
  await hv.allInstalled(lports);
  const runDir = join(chassis.dir, "run2");
  await mkdir(runDir);
  const config = { ...baseConfig(chassis), run_dir: runDir, providers: [{ type: "dummy" }] };
  const second = await startDaemon({ chassis, config, name: "second" });
  await second.waitLog(/OVN_Southbound: in sync/);

  // Work that is asked for while nobody is there to do it: the first is gone when this is in the database.
  const killed = Date.now();
  hv.daemon.kill("SIGKILL");
  await hv.addLport("next", { "vif-plug-mtu-request": "1400" });
  await hv.installed("next");
  await hv.settle();

  const journal = await readJournal(join(chassis.dir, "conf.db"));
  const events = journal.flatMap((transaction) =>
    ofOurInterfaces(transaction).map((event) => ({ ...event, time: transaction.time })),
  );
  const next = events.find(({ before, after }) => {
    return before === null && mapOf(after?.external_ids).get("iface-id") === "next";
  });
  expect((next?.time ?? Number.POSITIVE_INFINITY) - killed).toBeLessThan(LIMIT);
  const took = await second.waitLog(/holding the lock vifplugd_hv1/);
  expect(Date.parse(took.split(" ", 1)[0] ?? "") - killed).toBeLessThan(LIMIT);

  const inserted = events.filter(({ before }) => before === null).length;
  // The one that settling takes comes and goes.
  expect(inserted).toBe(PORTS + 2);
  expect(events.filter(({ after }) => after === null)).toHaveLength(1);
  for (const lport of [...lports, "next"]) expect(await hv.writesTo(lport)).toHaveLength(1);
});
