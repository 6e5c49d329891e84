/**
 * A plugger at a site: its times from a Southbound commit to the interface's row, and its use of CPU. Every wait is bounded. A
 * change that has not come in time is a miss, and ends the trial.
 */
import type { Program } from "../../tools/chassis/program.ts";
import { cpuSeconds, type Memory, memory } from "../support/usage.ts";
import type { Plugger } from "./pluggers.ts";
import type { Lport, Site } from "./site.ts";
import type { Prepared } from "./wire.ts";

export const STEPS = ["plug", "update", "unplug"] as const;
export type Step = (typeof STEPS)[number];

const MTU = 1400;

export class Trial {
  readonly plugger: Plugger;
  /** In milliseconds. */
  readonly times: { readonly [S in Step]: number[] } = { plug: [], update: [], unplug: [] };
  readonly site: Site;
  readonly pid: number;
  readonly #lport: Lport;
  readonly #withinMs: number;
  #used = 0;
  #missed: string | null = null;

  /** @param withinMs the limit on a change */
  constructor(plugger: Plugger, site: Site, program: Program, withinMs: number) {
    this.plugger = plugger;
    this.site = site;
    this.pid = program.pid;
    this.#lport = site.lport("sample");
    this.#withinMs = withinMs;
  }

  /** The step that did not come in time; null: no step was missed. */
  get missed(): string | null {
    return this.#missed;
  }

  get memory(): Memory {
    return memory(this.pid);
  }

  /** The CPU seconds of the process since its start. */
  get cpuSeconds(): number {
    return cpuSeconds(this.pid);
  }

  /** The CPU seconds for a hundred measured changes; null: no change was measured. */
  get cpuSecondsPer100(): number | null {
    const changes = STEPS.reduce((sum, step) => sum + this.times[step].length, 0);
    return changes === 0 ? null : (this.#used * 100) / changes;
  }

  /**
   * Plugs, updates and unplugs once.
   * @param rest waits until all processes rest
   */
  async round(rest: () => Promise<unknown>): Promise<void> {
    await rest();
    for (const step of STEPS) {
      if (this.#missed !== null) return;
      const before = this.cpuSeconds;
      try {
        this.times[step].push(await this.time(step, this.#lport));
      } catch (error) {
        this.#missed = messageOf(error);
      }
      await rest();
      this.#used += this.cpuSeconds - before;
    }
  }

  /** Forgets all measurements so far. */
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

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .split("\n", 1)
    .join();
}
