/** A real interactive shell on a pseudo-terminal: what a person types there, and what appears. */
import { Changes } from "../../../tools/chassis/changes.ts";

export interface ShellOptions {
  /** The shell and its arguments. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

const PROMPT = "what now? ";

export class InteractiveShell {
  readonly #changes = new Changes();
  readonly #process: Bun.Subprocess;
  readonly #terminal: Bun.Terminal;
  #shown = "";
  #fences = 0;

  private constructor({ argv, cwd, env }: ShellOptions) {
    const decoder = new TextDecoder();
    this.#terminal = new Bun.Terminal({
      cols: 250,
      rows: 50,
      data: (_, bytes) => {
        this.#shown += decoder.decode(bytes, { stream: true });
        this.#changes.notify();
      },
    });
    const variables = { ...env, TERM: "xterm", PS1: PROMPT };
    this.#process = Bun.spawn([...argv], { cwd, env: variables, terminal: this.#terminal });
  }

  static async start(options: ShellOptions): Promise<InteractiveShell> {
    const shell = new InteractiveShell(options);
    await shell.#until(PROMPT, 0);
    return shell;
  }

  /**
   * Types keys and ENTER, and a command after them that tells when the shell has come that far.
   * @returns what appeared meanwhile
   */
  async type(keys: string): Promise<string> {
    const from = this.#shown.length;
    const fence = `fence-${++this.#fences}-is-over`;
    // Split, so that the echo of what is typed is not taken for what it prints.
    this.#terminal.write(`${keys}\recho fence-${this.#fences}-is''-over\r`);
    const end = await this.#until(fence, from);
    // Before it prompts again it does not read keys one by one, and a TAB is just a character.
    await this.#until(PROMPT, end);
    return this.#shown.slice(from, end);
  }

  /** Where that text begins, after `from`. */
  #until(text: string, from: number): Promise<number> {
    return this.#changes.until({
      look: () => {
        const at = this.#shown.indexOf(text, from);
        return at < 0 ? undefined : at;
      },
      within: 50_000,
      what: `the shell to come to ${text}`,
      instead: () => JSON.stringify(this.#shown.slice(from)),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
    this.#terminal.close();
  }
}
