/** The costs of an action: its time, and the CPU of the server to which the chassis is connected. */
import { atRest, cpuSeconds } from "../support/usage.ts";

const REST_WITHIN_MS = 60_000;

export interface Costs {
  /** Milliseconds. */
  readonly took: number[];
  /** Milliseconds of the server's CPU, until all processes rest. */
  readonly server: number[];
}

export function noCosts(): Costs {
  return { took: [], server: [] };
}

/**
 * @param act the action; its result is its time in milliseconds, or undefined: measure the whole call
 * @param others the processes that have to rest, besides the server
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
