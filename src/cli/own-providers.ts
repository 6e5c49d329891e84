/** Starts somebody else's providers for a short while without a daemon: to ask for their description, and to check them. */
import type { ProviderConfig } from "../config/provider-entries.ts";
import type { Answer } from "../providers/answer.ts";
import { type HostedProvider, isHosted, type ProviderState, stateOf } from "../providers/hosted.ts";
import type { PrepareInput, Provider } from "../providers/provider.ts";
import { ProviderRegistry, type RegisteredProvider } from "../providers/registry.ts";
import { VERSION } from "../version.ts";

/** The longest start, in milliseconds: longer than a program may take to answer `initialize`. */
const UP_WITHIN_MS = 6000;
const POLL_MS = 20;

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

export class BroughtUp {
  readonly type: string;
  readonly provider: Provider | HostedProvider;
  readonly #registry: ProviderRegistry;
  readonly #registered: RegisteredProvider | null;
  readonly #refusal: string | null;

  private constructor(entry: ProviderConfig, log: (line: string) => void) {
    this.type = entry.type;
    this.provider = entry.create(entry.at ?? (() => entry.type));
    this.#registry = new ProviderRegistry({
      elapsed: () => performance.now(),
      onWake: () => {},
      log: (level, message) => log(`${level} ${message}`),
    });
    const registered = this.#registry.register(this.provider);
    this.#registered = registered.ok ? registered.value : null;
    this.#refusal = registered.ok ? null : registered.error.message;
  }

  /** Starts the provider of an entry. Settles when the provider is ready or has failed. */
  static async start(entry: ProviderConfig, log: (line: string) => void = () => {}): Promise<BroughtUp> {
    const up = new BroughtUp(entry, log);
    up.#registry.attend({ vifplugd: VERSION, chassis: null, bridge: null });
    const deadline = performance.now() + UP_WITHIN_MS;
    while (up.state().state === "starting" && performance.now() < deadline) await sleep(POLL_MS);
    return up;
  }

  state(): ProviderState {
    if (this.#refusal !== null) return { state: "failed", reason: this.#refusal };
    return stateOf(this.provider);
  }

  /** Why the provider cannot be used; null: it can. */
  fault(): string | null {
    const state = this.state();
    return state.state === "ready" ? null : state.reason;
  }

  /** Asks the provider, and waits for the answer. */
  async ask(input: PrepareInput): Promise<Answer> {
    if (isHosted(this.provider)) this.provider.askAnew?.();
    for (;;) {
      this.#registry.runAll();
      const answer = this.#use().prepare(input);
      if (answer.kind !== "not-ready" || answer.awaited !== true) return answer;
      await sleep(POLL_MS / 10);
    }
  }

  finish(...args: Parameters<RegisteredProvider["finish"]>): void {
    this.#use().finish(...args);
  }

  release(...args: Parameters<RegisteredProvider["release"]>): void {
    this.#use().release(...args);
  }

  end(): Promise<void> {
    return this.#registry.destroyAll(() => () => {});
  }

  #use(): RegisteredProvider {
    if (this.#registered === null) throw new Error(this.#refusal ?? "it is not registered");
    return this.#registered;
  }
}

/** Whether the provider has to run to describe itself. */
export function isOwn({ source }: ProviderConfig): boolean {
  return source === "command" || source === "module";
}
