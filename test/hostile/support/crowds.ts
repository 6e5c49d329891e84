/** Crowds of clients, each in a process of its own that goes when its owner leaves the scope. */
import { join } from "node:path";

const script = join(import.meta.dir, "crowd.ts");

export type CrowdKind = "silent" | "half" | "deaf" | "gone" | "eager" | "watching" | "dozing" | "slow";

export class Crowd implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;

  private constructor(argv: readonly string[]) {
    this.#process = Bun.spawn([process.execPath, script, ...argv], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      timeout: 120_000,
      killSignal: "SIGKILL",
    });
  }

  /** Settles when each of them has connected, or was refused. */
  static async gather(kind: CrowdKind, target: number | string, count: number, argument = 1): Promise<Crowd> {
    const crowd = new Crowd([kind, String(target), String(count), String(argument)]);
    for await (const _ of crowd.#process.stdout) break;
    return crowd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin.end();
    await this.#process.exited;
  }
}
