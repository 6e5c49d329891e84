/** What one thing costs: how long it takes, and how much of the Southbound server's CPU. */
import { readFileSync } from "node:fs";
import type { Site } from "../plug/site.ts";
import { atRest, cpuSeconds } from "../support/usage.ts";

const REST_WITHIN_MS = 5_000;

export interface Costs {
  /** Milliseconds. */
  readonly took: number[];
  /** Milliseconds of the server's CPU, until everybody rests. */
  readonly server: number[];
}

export function noCosts(): Costs {
  return { took: [], server: [] };
}

/** @param others whose rest is waited for, besides the server's */
export async function measure(
  site: Site,
  costs: Costs,
  others: readonly number[],
  act: () => Promise<unknown>,
): Promise<void> {
  const server = serverOf(site);
  await atRest([server, ...others], REST_WITHIN_MS);
  const before = cpuSeconds(server);
  const started = performance.now();
  await act();
  costs.took.push(performance.now() - started);
  await atRest([server, ...others], REST_WITHIN_MS);
  costs.server.push((cpuSeconds(server) - before) * 1000);
}

export function serverOf({ chassis }: Site): number {
  return chassis.program("ovnsb_db").pid;
}

/** Bytes that a process has read and written so far, files and sockets alike. */
export function bytesMoved(pid: number): number {
  const io = readFileSync(`/proc/${pid}/io`, "utf8");
  const bytes = (key: string) => Number(new RegExp(`^${key}: (\\d+)$`, "m").exec(io)?.[1]);
  return bytes("rchar") + bytes("wchar");
}
