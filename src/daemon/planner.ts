/**
 * `vifplugd plan`: the daemon's own parts without the lock, so that everything is decided and nothing can be written:
 * whatever is decided, no transaction is sent while no lock is held. It looks once, and ends.
 */

import { type Environment, realEnvironment } from "ovsdb-jsonrpc";
import type { Config } from "../config/schema.ts";
import { Log } from "../log/log.ts";
import { isDecided } from "../plug/readiness.ts";
import { fail, ok, type Result } from "../result.ts";
import { planOf } from "../view/plan.ts";
import type { Plan } from "../view/plan-shape.ts";
import { takeNoLock } from "./databases/chassis-lock.ts";
import { makeParts, startParts, stopParts } from "./parts.ts";
import { connectionsOf, whyNotReady } from "./view.ts";

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
  /** The world's own unless given. */
  readonly environment?: Environment;
}

/** @returns why no plan could be made, or the plan */
export async function makePlan(options: PlannerOptions): Promise<Result<Plan, string>> {
  const { config, systemIdOverride, warn, environment = realEnvironment } = options;
  const { timer } = environment;
  const end = Promise.withResolvers<void>();
  let quiet: () => void = () => {};
  const parts = makeParts({
    ...{ environment, config, systemIdOverride },
    // What the log would say is in the plan, or in why there is none.
    log: new Log({ level: "off", format: "text", write: () => {} }),
    recorder: null,
    lock: takeNoLock,
    onRun: () => {
      quiet();
      quiet = timer(QUIET_MS, () => isDecided(engine, graph) && end.resolve());
    },
  });
  const { engine, graph } = parts.reconciler;
  const isOnItsWay = () => Object.values(connectionsOf(parts)).some(({ state }) => state === "connecting");
  const late = timer(PATIENCE_MS, () => !isOnItsWay() && end.resolve());
  const tooLate = timer(LAST_PATIENCE_MS, () => end.resolve());
  try {
    startParts(parts, config);
    await end.promise;
    for (const { type, reason } of parts.providers.statuses()) {
      if (reason !== undefined) warn(`provider ${type}: ${reason}`);
    }
    const notReady = whyNotReady(parts);
    if (notReady !== null) {
      const errors = Object.values(connectionsOf(parts)).flatMap(({ error }) => error ?? []);
      return fail([...new Set([notReady, ...errors])].join("; "));
    }
    const local = engine.data(graph.localChassis).current;
    return ok(planOf(local.chassis?.name ?? null, local.bridgeName, engine.data(graph.plug).values()));
  } finally {
    late();
    tooLate();
    quiet();
    await stopParts(parts, environment);
  }
}
