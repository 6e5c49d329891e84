/**
 * `vifplugd plan`: the parts of the daemon without the lock. Everything is decided and nothing is written, because no
 * transaction is sent without the lock. The planner makes one plan and ends.
 */

import { type Environment, realEnvironment } from "ovsdb-jsonrpc";
import type { Config } from "../config/schema.ts";
import { Log } from "../log/log.ts";
import { hasAnswered, isDecided } from "../plug/readiness.ts";
import { fail, messageOf, ok, type Result, stackOf } from "../result.ts";
import { planOf } from "../view/plan.ts";
import type { Plan } from "../view/plan-shape.ts";
import { takeNoLock } from "./databases/chassis-lock.ts";
import { makeParts, startParts, stopParts } from "./parts.ts";
import { connectionsOf, whyNotReady } from "./view.ts";

/** The wait for a connection or a missing row, in milliseconds. */
const PATIENCE_MS = 5000;
/** The wait for a connected database to send all rows and answer all questions, in milliseconds. */
const LAST_PATIENCE_MS = 30_000;
/** The time without a new decision after which the plan is final, in milliseconds: providers look up devices in the background. */
const QUIET_MS = 250;

const UNANSWERED =
  "the Southbound has not said whether the plugged ports are gone whose port bindings are not in view";

export interface PlannerOptions {
  readonly config: Config;
  readonly systemIdOverride: string | null;
  /** Called with warnings that a person needs to judge the plan. */
  readonly warn: (message: string) => void;
  /** Calls the listener with errors that are thrown outside of any call. @returns ends that */
  readonly onStrayErrors: (listener: (thrown: unknown) => void) => () => void;
  /** Clocks, timers and connections; absent: the real ones. */
  readonly environment?: Environment;
}

/** Makes the plan; the error says why no plan could be made. */
export async function makePlan(options: PlannerOptions): Promise<Result<Plan, string>> {
  const { config, systemIdOverride, warn, onStrayErrors, environment = realEnvironment } = options;
  const { timer } = environment;
  const startedAt = environment.elapsed();
  const waitedSeconds = () => Math.round((environment.elapsed() - startedAt) / 1000);
  const end = Promise.withResolvers<void>();
  let fault: string | null = null;
  let quiet: () => void = () => {};
  const parts = makeParts({
    ...{ environment, config, systemIdOverride },
    // The plan, or the error, says everything that the log would say.
    log: new Log({ level: "off", format: "text", write: () => {} }),
    recorder: null,
    lock: takeNoLock,
    onRun: () => {
      quiet();
      quiet = timer(QUIET_MS, () => isFinal() && end.resolve());
    },
  });
  const { reconciler, registry } = parts;
  const { engine, graph } = reconciler;
  const isFinal = () => reconciler.fault === null && isDecided(engine, graph);
  const noStrays = onStrayErrors((thrown) => {
    const type = registry.culpritOf(thrown);
    if (type !== null) {
      warn(`provider ${type}: threw outside of a call: ${messageOf(thrown)}`);
      return;
    }
    fault ??= internalError("outside of the graph", thrown);
    end.resolve();
  });
  const isOnItsWay = () => Object.values(connectionsOf(parts)).some(({ state }) => state === "connecting");
  const look = () => {
    if (isOnItsWay()) return;
    if (hasAnswered(engine, graph)) end.resolve();
    else cancelLook = timer(QUIET_MS, look);
  };
  let cancelLook = timer(PATIENCE_MS, look);
  const tooLate = timer(LAST_PATIENCE_MS, () => end.resolve());
  try {
    startParts(parts, config);
    await end.promise;
    for (const { type, reason } of parts.providers.statuses()) {
      if (reason !== undefined) warn(`provider ${type}: ${reason}`);
    }
    if (reconciler.fault !== null) {
      const { node, where, error } = reconciler.fault;
      fault ??= internalError(`in node ${node} (${where})`, error);
    }
    if (fault !== null) return fail(fault);
    // A port that the Southbound was asked about may be due to go.
    const notReady = whyNotReady(parts) ?? (hasAnswered(engine, graph) ? null : UNANSWERED);
    if (notReady !== null) {
      const errors = Object.values(connectionsOf(parts)).flatMap(({ remote, state, error }) => {
        if (error !== null) return error;
        return state === "connecting" ? `${remote}: not all has arrived within ${waitedSeconds()} s` : [];
      });
      return fail([...new Set([notReady, ...errors])].join("; "));
    }
    const local = engine.data(graph.localChassis).current;
    return ok(planOf(local.chassis?.name ?? null, local.bridgeName, engine.data(graph.plug).values()));
  } finally {
    cancelLook();
    tooLate();
    quiet();
    await stopParts(parts, environment);
    noStrays();
  }
}

function internalError(where: string, thrown: unknown): string {
  return `an internal error ${where}, so no plan can be made; please report the error, with these lines: ${stackOf(thrown)}`;
}
