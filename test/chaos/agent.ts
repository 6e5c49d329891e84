/** The program that is the provider of some ports: copies of agent.py, one in the place of the other, that answer otherwise. */
import { readFileSync } from "node:fs";
import { chmod, rename } from "node:fs/promises";
import { join } from "node:path";

const source = join(import.meta.dir, "agent.py");

/** The program that does not work. */
export const BROKEN = -1;

export class Agent {
  readonly path: string;
  #generation = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Which of the programs it is now. */
  get generation(): number {
    return this.#generation;
  }

  /** Puts another program in its place; one that runs goes on until somebody ends it. */
  async install(generation: number): Promise<void> {
    const program = await Bun.file(source).text();
    await Bun.write(`${this.path}.new`, program.replace("GENERATION = 0", `GENERATION = ${generation}`));
    await chmod(`${this.path}.new`, 0o755);
    await rename(`${this.path}.new`, this.path);
    this.#generation = generation;
  }

  /** @returns whether there is a process of it, which has got the signal */
  signal(signal: "SIGKILL" | "SIGSTOP"): boolean {
    try {
      const pid = Number(readFileSync(`${this.path}.pid`, "utf8"));
      // The number may be that of somebody else by now.
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(this.path)) return false;
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }
}
