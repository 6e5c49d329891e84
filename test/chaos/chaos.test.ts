/**
 * A chassis in disorder: for a bounded time anything may happen to it, then everybody comes back, and everything has
 * to be as the oracle says. SEED=n repeats the choices of an earlier run, CHAOS_SECONDS=n makes it longer.
 */
import { expect, test } from "bun:test";
import { chooseSeed, random } from "../support/random.ts";
import { Disorder, everyPlugType } from "./actions.ts";
import { stable } from "./commands.ts";
import { Stage } from "./stage.ts";
import { madeByOthers, misdeeds, Reasons, refusals } from "./witness.ts";

const seconds = Number(process.env.CHAOS_SECONDS ?? 45);
/** Milliseconds; the longest back-off of a port is 75 s. */
const settlingTime = 100_000;

/** Returns when nothing is amiss, and looks again only when one of the databases has changed; or what is still amiss. */
async function settle(disorder: Disorder): Promise<readonly string[]> {
  const { stage } = disorder;
  const { chassis } = stage;
  const deadline = Date.now() + settlingTime;
  using interfaces = chassis.watch("Open_vSwitch", "Interface", ["name", "external_ids", "options"]);
  const columns = ["logical_port", "options", "requested_chassis"] as const;
  using bindings = chassis.watch("OVN_Southbound", "Port_Binding", columns);
  using rows = chassis.watch("OVN_Southbound", "Chassis", ["name"]);
  for (;;) {
    const changed = Promise.race(
      [interfaces, bindings, rows].map((watch) => {
        let looks = 0;
        return watch.until(() => looks++ > 0, Math.max(deadline - Date.now(), 1));
      }),
    );
    const amiss = await stage.complaints();
    if (amiss.length === 0) {
      changed.catch(() => {});
      return amiss;
    }
    try {
      await changed;
    } catch {
      return stage.complaints();
    }
  }
}

/** What helps to understand a failure. */
async function tell({ stage, trace }: Disorder, amiss: readonly string[]): Promise<void> {
  const state = await stage.chassis.appctl("vifplugd", "plug/status", "text").catch(String);
  const log = stage.daemonLog.slice(-25);
  console.error(
    [
      `${new Date().toISOString()}: not as it has to be:`,
      ...amiss,
      "the last actions:",
      ...trace.slice(-60),
      "",
      state,
      Bun.inspect(stage.daemonEnds.slice(-3)),
      "",
      ...log,
      "",
      ...stage.tails(),
    ].join("\n"),
  );
}

test(
  `${seconds} s of disorder leave nothing behind`,
  async () => {
    const seed = chooseSeed();
    console.log(`chaos: SEED=${seed}, ${seconds} s`);
    await using stage = await Stage.start(everyPlugType);
    const { chassis } = stage;
    const disorder = new Disorder(stage, random(seed));
    await disorder.begin();
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) await disorder.act();
    await disorder.end();
    using _ = disorder.watchOver();
    const unsettled = await settle(disorder);
    if (unsettled.length > 0) await tell(disorder, unsettled);
    await stage.fence(settlingTime).catch(async (error) => {
      await tell(disorder, [String(error)]);
      throw error;
    });
    const amiss = await settle(disorder);
    if (amiss.length > 0) await tell(disorder, amiss);
    expect(await chassis.appctl("vifplugd", "inc-engine/verify")).toContain("every node equals");
    const local = await stage.localJournal();
    const reasons = new Reasons(await stage.southboundJournals(), "hv1");
    const others = madeByOthers(local);
    const found = {
      amiss,
      misdeeds: misdeeds(local, reasons),
      refusals: stage.serverLogs.flatMap((log) => refusals(log, others)),
      errors: stage.daemonLog.filter((line) => / error |differs from a recompute/.test(line)),
    };
    expect(found).toEqual({ amiss: [], misdeeds: [], refusals: [], errors: [] });
    const interfaces = await chassis.rows("Open_vSwitch", "Interface", ["external_ids"]);
    const lports = interfaces.map((row) => row.external_ids.get("iface-id"));
    for (const lport of stable) expect(lports).toContain(lport);
    const exchanges = stage.daemonLog.filter((line) => line.includes("(which changes hands)")).length;
    const count = (what: string) => disorder.trace.filter((line) => line.includes(what)).length;
    const counts = [
      `${disorder.trace.length} actions`,
      `${exchanges} interfaces changed hands`,
      `${count("built anew")} Southbounds`,
      `${count("the agent's program is")} programs of the agent and ${count("the agent's program") - count("the agent's program is")} signals to it`,
      `${count("ended by itself")} programs ended by themselves`,
    ];
    console.log(`chaos: ${counts.join(", ")}`);
  },
  // Each of the two times that it has to come to rest, and the fence's two changes, may take so long.
  seconds * 1000 + 4 * settlingTime + 60_000,
);
