/** A registered provider, as the rest of the program sees a provider. */
import { type Answer, parseAnswer, thrownAnswer } from "./answer.ts";
import type { Calls } from "./calls.ts";
import { type HostedProvider, isHosted } from "./hosted.ts";
import type { PrepareInput, Provider, TidyInput, WantedInterface } from "./provider.ts";

/** A registered provider: the only way in which the rest of the program calls a provider. */
export interface RegisteredProvider {
  readonly type: string;
  /** The plug types that the provider answers to. */
  readonly plugTypes: readonly string[];
  /** The maintained options; a new object only when they change. */
  readonly maintainedOptions: ReadonlySet<string>;
  /** True: the provider is part of the executable. False: what the provider calls misplaced counts for rule U6. */
  readonly isBuiltIn: boolean;
  prepare(input: PrepareInput): Answer;
  /** Does nothing where the provider has nothing to arrange. */
  arrange(input: PrepareInput): void;
  /** @returns true when the call is done, or the provider has nothing to tidy up */
  tidy(around: TidyInput): boolean;
  finish(input: PrepareInput, output: WantedInterface | null): void;
  release(input: PrepareInput, output: WantedInterface | null): void;
  /** A change that stands on answers of the provider is on its way: the provider is destroyed after the last such change. */
  changeBegins(): void;
  changeEnds(): void;
}

/** A provider from its `init` on. */
export interface Life {
  readonly provider: Provider | HostedProvider;
  readonly plugTypes: readonly string[];
  readonly isBuiltIn: boolean;
  changes: number;
  phase: "registered" | "leaving" | "destroyed";
}

/** @param onLastChange the last change that stood on its answers has ended */
export function registeredProvider(life: Life, calls: Calls, onLastChange: () => void): RegisteredProvider {
  const { provider, plugTypes, isBuiltIn } = life;
  const { type } = provider;
  const maintained = new MaintainedOptions();
  return {
    type,
    plugTypes,
    isBuiltIn,
    get maintainedOptions() {
      return maintained.of(provider);
    },
    prepare(input) {
      calls.count("prepare", type);
      const ask = () =>
        isHosted(provider)
          ? provider.answer(input)
          : parseAnswer(input.operation, calls.watched(type, "prepare", provider.prepare(input)));
      return calls.attempt(type, "prepare", ask, thrownAnswer);
    },
    arrange(input) {
      if (provider.arrange === undefined || life.phase !== "registered") return;
      calls.count("arrange", type);
      calls.make(type, "arrange", () => provider.arrange?.(input));
    },
    tidy(around) {
      if (provider.tidy === undefined || life.phase !== "registered") return true;
      return calls.make(type, "tidy", () => provider.tidy?.(around)) ?? true;
    },
    finish(input, output) {
      if (life.phase === "destroyed") return;
      calls.count("finish", type);
      calls.make(type, "finish", () => provider.finish?.(input, output));
    },
    release(input, output) {
      if (life.phase === "destroyed") return;
      calls.count("release", type);
      calls.make(type, "release", () => provider.release?.(input, output));
    },
    changeBegins() {
      life.changes++;
    },
    changeEnds() {
      life.changes--;
      if (life.changes === 0) onLastChange();
    },
  };
}

/** The names as a set, which is the same object as long as the provider names the same ones, be it in another list. */
class MaintainedOptions {
  #list: readonly string[] | undefined;
  #set: ReadonlySet<string> = new Set();

  of({ maintainedOptions: list }: Pick<Provider, "maintainedOptions">): ReadonlySet<string> {
    if (list === this.#list) return this.#set;
    this.#list = list;
    const named = new Set(list);
    if (named.symmetricDifference(this.#set).size > 0) this.#set = named;
    return this.#set;
  }
}
