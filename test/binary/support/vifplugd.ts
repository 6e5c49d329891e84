/** The compiled executable, as a user's shell runs it: in a folder of its own, bounded in time. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../../../tools/chassis/daemon.ts";
import { Program } from "../../../tools/chassis/program.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder that is removed when its owner leaves the scope: the executable's working directory. */
export class Folder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    const base = tmpdir().length <= 60 ? tmpdir() : "/tmp";
    return new Folder(await mkdtemp(join(base, "vifplugd-bin-")));
  }

  /** Writes a file and returns its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.path, name);
    await Bun.write(path, content);
    return path;
  }

  /** Runs the executable to its end. */
  async run(...args: readonly string[]): Promise<Ended> {
    const child = Bun.spawn([...this.command(...args)], {
      cwd: this.path,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: 50_000,
      killSignal: "SIGKILL",
    });
    const [stdout, stderr, code] = await Promise.all([
      child.stdout.text(),
      child.stderr.text(),
      child.exited,
    ]);
    return { code, stdout, stderr };
  }

  /** What a shell would call. */
  command(...args: readonly string[]): readonly string[] {
    return [executable, ...args];
  }

  /** Starts the executable, which is to stay; end it with `stop`. */
  start(...args: readonly string[]): Program {
    return new Program({
      name: "vifplugd",
      argv: this.command(...args),
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
      cwd: this.path,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}
