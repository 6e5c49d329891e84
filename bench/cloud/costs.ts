/** What one thing costs: how long it takes, and how much of the CPU of the server that a chassis is connected to. */
import { atRest, cpuSeconds } from "../support/usage.ts";

const REST_WITHIN_MS = 60_000;

export interface Costs {
  /** Milliseconds. */
  readonly took: number[];
  /** Milliseconds of the server's CPU, until everybody rests. */
  readonly server: number[];
}

export function noCosts(): Costs {
  return { took: [], server: [] };
}

/**
 * @param act answers how long it took, where that is not all of its time
 * @param others whose rest is waited for, besides the server's
 */
export async function measure(
  server: number,
  costs: Costs,
  others: () => readonly number[],
  act: () => Promise<number | undefined>,
): Promise<void> {
  await atRest([server, ...others()], REST_WITHIN_MS);
  const before = cpuSeconds(server);
  const started = performance.now();
  const took = await act();
  costs.took.push(took ?? performance.now() - started);
  await atRest([server, ...others()], REST_WITHIN_MS);
  costs.server.push((cpuSeconds(server) - before) * 1000);
}
