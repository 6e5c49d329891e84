/**
 * `vifplugd plan`: the daemon's own databases, graph and providers, without the lock, so that it decides everything and
 * can write nothing: whatever is decided, no transaction is sent while no lock is held.
 */
import type { Config } from "../config/schema.ts";
import { Log } from "../log/log.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Plan, planOf } from "../view/plan.ts";
import { Daemon } from "./daemon.ts";

/** After so long a database that is not there, or a row that is missing, will not come any more. */
const PATIENCE_MS = 5000;
/** A database that has been reached may take longer to say everything. */
const LAST_PATIENCE_MS = 30_000;
/** Providers may look their devices up in the background: so long without a new decision, and the plan stands. */
const QUIET_MS = 250;

export interface PlannerOptions {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  /** Told of what a person has to know to judge the plan. */
  readonly warn: (message: string) => void;
}

/** @returns why no plan could be made, or the plan */
export async function makePlan(options: PlannerOptions): Promise<Result<Plan, string>> {
  const { config, systemIdOverride, warn } = options;
  const end = Promise.withResolvers<void>();
  let quiet: ReturnType<typeof setTimeout> | undefined;
  const daemon = new Daemon({
    config,
    systemIdOverride,
    // What the log would say is in the plan, or in why there is none.
    log: new Log({ level: "off", format: "text" }),
    recorder: null,
    verifyEvery: null,
    observeOnly: true,
    onReady: () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => daemon.ready && end.resolve(), QUIET_MS);
    },
    onExit: () => {},
  });
  const isOnItsWay = () => Object.values(daemon.connections()).some(({ state }) => state === "connecting");
  const late = setTimeout(() => !isOnItsWay() && end.resolve(), PATIENCE_MS);
  const tooLate = setTimeout(() => end.resolve(), LAST_PATIENCE_MS);
  try {
    await daemon.start();
    await end.promise;
    for (const { type, reason } of daemon.providers()) {
      if (reason !== undefined) warn(`provider ${type}: ${reason}`);
    }
    if (daemon.notReady !== null) {
      const errors = Object.values(daemon.connections()).flatMap(({ error }) => error ?? []);
      return fail([...new Set([daemon.notReady, ...errors])].join("; "));
    }
    const { engine, graph } = daemon;
    const local = engine.data(graph.localChassis).current;
    return ok(planOf(local.chassis?.name ?? null, local.bridgeName, engine.data(graph.plug).values()));
  } finally {
    clearTimeout(late);
    clearTimeout(tooLate);
    clearTimeout(quiet);
    await daemon.stop();
  }
}
