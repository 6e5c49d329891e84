/** A provider that vifplugd runs for somebody else: it comes up on its own, may be down, and is heard of later. */
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
  /** In the place of `prepare`: what is known of the answer now. */
  answer(input: PrepareInput): Answer;
  /** Called as long as ports are decided here, after each run of the graph; never while the daemon stands by. */
  attend(surroundings: Surroundings): void;
  /** How it fares since its `init`. */
  state(): ProviderState;
  /** What it says of itself; null: it has not been heard yet. */
  describe(): Description | null;
  /** What it has answered holds no more: whatever is asked for is asked anew. */
  askAnew?(): void;
  /** The configuration is read anew: what is to take its place, because its files are others; null: it stays. */
  renewed?(): Promise<HostedProvider | null>;
}

export function isHosted(provider: Provider | HostedProvider): provider is HostedProvider {
  return "answer" in provider;
}
