/**
 * One plugger at one site: how long it takes from a Southbound commit to the interface's row, and what it uses.
 * Every wait is bounded; a change that has not come in time is a miss and ends the trial.
 */
import type { Program } from "../../tools/chassis/program.ts";
import type { Plugger } from "./pluggers.ts";
import type { Lport, Site } from "./site.ts";
import { atRest, cpuSeconds, type Memory, memory } from "./usage.ts";
import type { Prepared } from "./wire.ts";

export const STEPS = ["plug", "update", "unplug"] as const;
export type Step = (typeof STEPS)[number];

const MTU = 1400;
/** A plugger that needs longer to come to rest is measured all the same. */
const REST_WITHIN_MS = 10_000;

export class Trial {
  readonly plugger: Plugger;
  /** Milliseconds. */
  readonly times: { readonly [S in Step]: number[] } = { plug: [], update: [], unplug: [] };
  readonly site: Site;
  readonly #pid: number;
  readonly #lport: Lport;
  readonly #withinMs: number;
  #used = 0;
  #missed: string | null = null;

  /** @param withinMs what a change may take at most */
  constructor(plugger: Plugger, site: Site, program: Program, withinMs: number) {
    this.plugger = plugger;
    this.site = site;
    this.#pid = program.pid;
    this.#lport = site.lport("sample");
    this.#withinMs = withinMs;
  }

  /** What did not come in time, or null. */
  get missed(): string | null {
    return this.#missed;
  }

  get memory(): Memory {
    return memory(this.#pid);
  }

  /** What the process has used since its start. */
  get cpuSeconds(): number {
    return cpuSeconds(this.#pid);
  }

  /** What it used for a hundred of the changes measured. */
  get cpuSecondsPer100(): number {
    return (this.#used * 100) / STEPS.reduce((sum, step) => sum + this.times[step].length, 0);
  }

  /** Plugs, updates and unplugs once. */
  async round(): Promise<void> {
    for (const step of STEPS) {
      if (this.#missed !== null) return;
      await this.rest();
      const before = this.cpuSeconds;
      try {
        this.times[step].push(await this.time(step, this.#lport));
      } catch (error) {
        this.#missed = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
      }
      await this.rest();
      this.#used += this.cpuSeconds - before;
    }
  }

  /** Forgets what was measured so far. */
  begin(): void {
    for (const step of STEPS) this.times[step].length = 0;
    this.#used = 0;
  }

  async time(step: Step, lport: Lport): Promise<number> {
    const commit = commitOf(this.site, step, lport);
    const seen = outcomeOf(this.site, step, lport, this.#withinMs);
    const started = performance.now();
    const [at] = await Promise.all([seen, this.site.southbound.send(commit)]);
    return at - started;
  }

  rest(): Promise<boolean> {
    return atRest([this.#pid], REST_WITHIN_MS);
  }
}

function commitOf(site: Site, step: Step, lport: Lport): Prepared {
  switch (step) {
    case "plug":
      return site.request([lport], "hv1");
    case "update":
      return site.request([lport], "hv1", MTU);
    case "unplug":
      return site.request([lport], "hv2");
  }
}

function outcomeOf({ interfaces }: Site, step: Step, { name }: Lport, within: number): Promise<number> {
  switch (step) {
    case "plug":
      return interfaces.plugged(name, within);
    case "update":
      return interfaces.hasMtu(name, MTU, within);
    case "unplug":
      return interfaces.unplugged(name, within);
  }
}
