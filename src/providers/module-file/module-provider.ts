/**
 * A provider that is somebody else's TypeScript or JavaScript file, loaded by its path into this process.
 *
 * Invariants: the provider is registered before its file is loaded, and its ports wait until then. An error of the provider
 * concerns only its own ports, also an error outside of a call (a timer, a promise).
 */
import { messageOf, type Result } from "../../result.ts";
import { type Answer, parseAnswer, thrownAnswer } from "../answer.ts";
import { copyOfAround, copyOfInput, copyOfOutput } from "../copies.ts";
import type { Description, HostedProvider, ProviderState } from "../hosted.ts";
import { parseProvider } from "../own.ts";
import type {
  OptionsSchema,
  PrepareInput,
  Provider,
  ProviderHost,
  ProviderOptions,
  TidyInput,
  WantedInterface,
} from "../provider.ts";
import { standsBehind } from "../who-threw.ts";
import type { Bundle } from "./bundle.ts";

export interface ModuleOptions {
  readonly type: string;
  readonly path: string;
  readonly options: ProviderOptions;
  /** Checks the options against the schema that the module declares; null: the options have no fault. */
  checkOptions(schema: OptionsSchema): string | null;
  /** Reads all files of the module. */
  bundle(): Promise<Result<Bundle, string>>;
}

export class ModuleProvider implements HostedProvider {
  readonly type: string;
  readonly #options: ModuleOptions;
  #host: ProviderHost | null = null;
  #bundle: Bundle | null;
  #provider: Provider | null = null;
  #fault: string | null = null;
  /** Why the present files could not take the place of the module that is loaded; null: they are that module's. */
  #refused: string | null = null;

  /** @param bundle the files of the module; null: they are read by `init` */
  constructor(options: ModuleOptions, bundle: Bundle | null = null) {
    this.type = options.type;
    this.#options = options;
    this.#bundle = bundle;
  }

  get maintainedOptions(): readonly string[] {
    return this.#provider?.maintainedOptions ?? NONE;
  }

  describe(): Description | null {
    if (this.#provider === null) return null;
    const { summary = "", reads = [] } = this.#provider;
    return { summary, reads };
  }

  init(host: ProviderHost): void {
    this.#host = host;
    void this.#load(host);
  }

  /** Does nothing: a module runs also while the daemon stands by, because its look-ups are harmless. */
  attend(): void {}

  state(): ProviderState {
    if (this.#fault !== null) return { state: "failed", reason: this.#fault };
    if (this.#provider === null) return { state: "starting", reason: LOADING };
    return this.#refused === null ? { state: "ready" } : { state: "ready", reason: this.#refused };
  }

  /** The provider for the changed files of the module; null: the files did not change, or cannot be loaded. */
  async renewed(): Promise<ModuleProvider | null> {
    const bundle = await this.#options.bundle();
    if (!bundle.ok) {
      const stays = this.#provider === null ? "" : "; the module that was loaded before stays in force";
      this.#refused = `${bundle.error}${stays}`;
      this.#host?.log("warn", this.#refused);
      return null;
    }
    this.#refused = null;
    const isSame = bundle.value.hash === this.#bundle?.hash && this.#fault === null;
    return isSame ? null : new ModuleProvider(this.#options, bundle.value);
  }

  run(): boolean {
    return this.#provider?.run?.() ?? false;
  }

  answer(input: PrepareInput): Answer {
    if (this.#fault !== null) return { kind: "not-ready", reason: this.#fault };
    if (this.#provider === null) return { kind: "not-ready", reason: LOADING, awaited: true };
    try {
      return parseAnswer(input.operation, this.#provider.prepare(copyOfInput(input)));
    } catch (thrown) {
      return thrownAnswer(thrown);
    }
  }

  arrange(input: PrepareInput): void {
    this.#provider?.arrange?.(copyOfInput(input));
  }

  /** False while the module is being loaded: it cannot tidy up yet. */
  tidy(around: TidyInput): boolean {
    if (this.#provider === null) return this.#fault !== null;
    return this.#provider.tidy?.(copyOfAround(around)) ?? true;
  }

  finish(input: PrepareInput, output: WantedInterface | null): void {
    this.#provider?.finish?.(copyOfInput(input), copyOfOutput(output));
  }

  release(input: PrepareInput, output: WantedInterface | null): void {
    this.#provider?.release?.(copyOfInput(input), copyOfOutput(output));
  }

  destroy(): void {
    this.#host = null;
    this.#provider?.destroy?.();
  }

  async #load(host: ProviderHost): Promise<void> {
    try {
      await this.#loadInto(host);
    } catch (thrown) {
      this.#fail(`${this.#options.path}: ${messageOf(thrown)}`);
    }
    // The ports that waited for the module are decided now.
    this.#host?.wake();
  }

  async #loadInto(host: ProviderHost): Promise<void> {
    const { type, path, options, checkOptions, bundle } = this.#options;
    if (this.#bundle === null) {
      const read = await bundle();
      if (!read.ok) return this.#fail(read.error);
      this.#bundle = read.value;
    }
    const provider = parseProvider(await run(this.#bundle, type));
    if (!provider.ok) return this.#fail(`${path}: ${provider.error}`);
    if (provider.value.type !== type) {
      return this.#fail(`${path} is a provider of type ${provider.value.type}: expected ${type}`);
    }
    const { optionsSchema } = provider.value;
    const refusal = optionsSchema === undefined ? null : checkOptions(optionsSchema);
    if (refusal !== null) return this.#fail(refusal);
    // The provider was unregistered while its module was loaded.
    if (this.#host === null) return;
    provider.value.init?.(host, structuredClone(options));
    this.#provider = provider.value;
  }

  #fail(reason: string): void {
    this.#fault = reason;
    this.#host?.log("warn", reason);
  }
}

const NONE: readonly string[] = [];
const LOADING = "its module is being loaded";

/** @returns the module's default export */
async function run({ code }: Bundle, type: string): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  standsBehind(url, type);
  const module: unknown = await import(url);
  return typeof module === "object" && module !== null && "default" in module ? module.default : undefined;
}
