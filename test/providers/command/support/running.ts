/** A command as the registry has it, without a graph: questions, and the words by which it says that there is an answer. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Answer } from "../../../../src/providers/answer.ts";
import { type CommandOptions, CommandProvider } from "../../../../src/providers/command/command.ts";
import { checkOptions } from "../../../../src/providers/options-schema.ts";
import type { InterfaceView, PrepareInput, ProviderOptions } from "../../../../src/providers/provider.ts";
import { ProviderRegistry } from "../../../../src/providers/registry.ts";
import { bridgeRow, map, openVSwitchRow } from "../../../support/rows.ts";
import type { Behaviour } from "./puppet.ts";

export const puppet = join(import.meta.dir, "puppet.ts");

export interface Fields {
  readonly operation?: "create" | "remove";
  readonly options?: Readonly<Record<string, string>>;
  readonly interface?: InterfaceView | null;
}

/** Quick enough for tests, and far from each other on a busy machine. */
export const QUICK = { restartFirst: 20, restartLast: 40 };

export class Running {
  readonly log: string[] = [];
  readonly provider: CommandProvider;
  readonly registry: ProviderRegistry;
  readonly #dir = mkdtempSync(join(tmpdir(), "vifplugd-command-"));
  readonly #file = join(this.#dir, "read");
  #waiting: (() => void)[] = [];
  readonly woken: string[][] = [];

  constructor(
    behaviour: Behaviour | readonly string[],
    limits: CommandOptions["limits"] = QUICK,
    options: ProviderOptions = {},
  ) {
    const argv = Array.isArray(behaviour)
      ? behaviour
      : [process.execPath, puppet, this.#file, JSON.stringify(behaviour)];
    this.provider = new CommandProvider({
      type: "acme",
      argv,
      options,
      checkOptions(schema) {
        const checked = checkOptions(schema, options);
        return checked.ok
          ? null
          : `options.${checked.error[0]?.path.join(".")}: ${checked.error[0]?.message}`;
      },
      limits,
    });
    this.registry = new ProviderRegistry({
      // How long a call takes on a busy machine is not what is tested.
      elapsed: () => 0,
      onWake: (_, lports) => {
        this.woken.push([...lports]);
        this.#tell();
      },
      log: (level, message) => {
        this.log.push(`${level} ${message}`);
        this.#tell();
      },
    });
    const registered = this.registry.register(this.provider);
    if (!registered.ok) throw new Error(registered.error.message);
    this.attend();
  }

  attend(): void {
    this.registry.attend({ vifplugd: "1.2.3", chassis: "hv1", bridge: "br-int" });
  }

  ask(lport: string, fields: Fields = {}): Answer {
    const provider = this.registry.forPlugType("acme");
    if (provider === undefined) throw new Error("it is not registered");
    return provider.prepare(inputOf(lport, fields));
  }

  /** Asks, as the graph does, until the answer is one of those that are waited for. */
  async until(lport: string, wanted: (answer: Answer) => boolean, fields: Fields = {}): Promise<Answer> {
    for (;;) {
      this.registry.runAll();
      const answer = this.ask(lport, fields);
      if (wanted(answer)) return answer;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  answered(lport: string, fields: Fields = {}): Promise<Answer> {
    return this.until(lport, (answer) => !("awaited" in answer), fields);
  }

  async logged(words: RegExp): Promise<string> {
    for (;;) {
      const line = this.log.find((each) => words.test(each));
      if (line !== undefined) return line;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What the command has read, without its envelope: `prepare create web1`, and so on. */
  read(): readonly string[] {
    return this.readLines().map((line) => {
      const { method, params } = JSON.parse(line);
      const words = [method, params?.operation, params?.lport?.name, params?.output?.name];
      return words.filter((word) => word !== undefined).join(" ");
    });
  }

  readLines(): readonly string[] {
    try {
      // The last one may not be written in full.
      return readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    } catch {
      return [];
    }
  }

  /** Settles when the command has read this, which is no event for us. */
  async hasRead(words: string, times = 1): Promise<void> {
    while (this.read().filter((each) => each === words).length < times) await Bun.sleep(5);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry.destroyAll(() => () => {});
    rmSync(this.#dir, { recursive: true });
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) queueMicrotask(each);
  }
}

export function inputOf(lport: string, fields: Fields = {}): PrepareInput {
  return {
    operation: fields.operation ?? "create",
    openVSwitch: openVSwitchRow(),
    bridge: bridgeRow(),
    lport: { name: lport, options: map(fields.options ?? {}) },
    interface: fields.interface ?? null,
  };
}

export function plugged(name: string, type = "internal"): InterfaceView {
  return { name, type, options: map() };
}
