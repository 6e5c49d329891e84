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
  /** With a reason, the provider goes on with what it had, because what is there now cannot be used. */
  | { readonly state: "ready"; readonly reason?: string }
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

/** A symbol, because a provider that somebody else has written may have members of any name. */
export const REMARK = Symbol("remark");

/** A provider of our own that may have to go on with what it had. */
export interface Remarking extends Provider {
  /** Why the provider goes on with what it had; null: it does not. */
  [REMARK](): string | null;
}

/** The state of a provider that is registered. */
export function stateOf(provider: Provider | HostedProvider): ProviderState {
  if (isHosted(provider)) return provider.state();
  const reason = isRemarking(provider) ? provider[REMARK]() : null;
  return reason === null ? { state: "ready" } : { state: "ready", reason };
}

function isRemarking(provider: Provider): provider is Remarking {
  return REMARK in provider;
}

export function isHosted(provider: Provider | HostedProvider): provider is HostedProvider {
  return "answer" in provider;
}
