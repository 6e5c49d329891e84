/** A provider whose program vifplugd runs: the program starts on its own, may be down, and answers later. */
import type { Answer } from "./answer.ts";
import type { PrepareInput, Provider, ReadOption } from "./provider.ts";

export interface Surroundings {
  /** The version of vifplugd. */
  readonly vifplugd: string;
  readonly chassis: string | null;
  readonly bridge: string | null;
}

export type ProviderState =
  | { readonly state: "ready" }
  | { readonly state: "starting" | "failed"; readonly reason: string };

export interface Description {
  readonly summary: string;
  readonly reads: readonly ReadOption[];
}

export interface HostedProvider extends Omit<Provider, "prepare"> {
  /** Takes the place of `prepare`: the answer, as far as it is known now. */
  answer(input: PrepareInput): Answer;
  /** Called after each run of the graph while ports are decided here; never while the daemon stands by. */
  attend(surroundings: Surroundings): void;
  /** The state of the provider since its `init`. */
  state(): ProviderState;
  /** The description that the provider gives of itself; null: the provider has not answered yet. */
  describe(): Description | null;
  /** Nothing is to be decided about these logical ports any more. */
  forget?(lports: readonly string[]): void;
  /** No former answer holds any more: every question is asked anew. */
  askAnew?(): void;
  /** The configuration is read anew: the provider for the changed files; null: the files did not change. */
  renewed?(): Promise<HostedProvider | null>;
}

export function isHosted(provider: Provider | HostedProvider): provider is HostedProvider {
  return "answer" in provider;
}
