/**
 * A question of the session's user to a server before the monitors start, so that the first conditions follow from the answer: a
 * server looks at every row of a table for each new condition.
 *
 * Invariant: the monitors start in any case, at the latest when the time is over. A late answer is ignored.
 */
import { type Environment, MAX_TIMER_MS } from "../wire/environment.ts";
import type { Conditions } from "./refusal.ts";

export interface UntypedBeforeMonitor {
  /** Gives conditions by table; a table without an entry keeps its condition. */
  conditions(): Promise<Conditions>;
  /** The longest wait, in milliseconds. */
  readonly withinMs: number;
}

/**
 * @param settled called once, with the conditions; null: no conditions in time
 * @param report called with an error that the question throws
 * @returns a function that ends the wait: no callback is called after it
 */
export function askBefore(
  before: UntypedBeforeMonitor,
  environment: Environment,
  settled: (conditions: Conditions | null) => void,
  report: (error: unknown) => void,
): () => void {
  let isOver = false;
  const settle = (conditions: Conditions | null) => {
    if (isOver) return;
    end();
    settled(conditions);
  };
  const cancelTimer = environment.timer(Math.min(before.withinMs, MAX_TIMER_MS), () => settle(null));
  const end = () => {
    isOver = true;
    cancelTimer();
  };
  const ask = async () => {
    try {
      settle(await before.conditions());
    } catch (error) {
      report(error);
      settle(null);
    }
  };
  void ask();
  return end;
}
