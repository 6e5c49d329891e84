/**
 * What the user of a session asks a server before anything is monitored there, so that the first conditions can follow from
 * the answer: a server looks at every row of a table for each condition that it is given.
 *
 * Invariant: the monitors start whatever comes of it, at the latest when the time is over, and what is said later is ignored.
 */
import type { Environment } from "../wire/environment.ts";
import type { Conditions } from "./refusal.ts";

export interface UntypedBeforeMonitor {
  /** Conditions by table; of a table that is not named the condition stays as it is. */
  conditions(): Promise<Conditions>;
  /** Milliseconds. */
  readonly withinMs: number;
}

/**
 * @param settled called once: with the conditions, or null where there are none in time
 * @param report told of what is thrown instead
 * @returns the function after which nothing is called any more
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
  const cancelTimer = environment.timer(before.withinMs, () => settle(null));
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
