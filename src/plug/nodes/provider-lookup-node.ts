/**
 * Run node `provider_lookup`: which state the lookup tables of each provider are in, as a number. The numbers are the
 * registry's; this node notices which of them moved, so that reading them twice (to verify) takes nothing away.
 */
import { type Cause, type KeyedChanges, unchanged, updatedTracked } from "../../graph/index.ts";
import type { RefusedProvider, RegisteredProvider } from "../../providers/registry.ts";

/** What the graph needs of the provider registry. */
export interface Providers {
  forPlugType(plugType: string): RegisteredProvider | undefined;
  /** Those that are enabled and could not be registered; hardly ever any. */
  refused(): readonly RefusedProvider[];
  /** A number by type that is another one whenever the provider's lookup tables changed, or the provider itself. */
  lookups(): ReadonlyMap<string, number>;
}

export type ProviderLookup = ReadonlyMap<string, number>;

export function lookingUp(providers: Providers) {
  return function noticeLookups(context: {
    readonly data: Map<string, number>;
    readonly changes: KeyedChanges<string>;
    readonly cause: Cause;
  }) {
    const { data, changes, cause } = context;
    const lookups = providers.lookups();
    for (const [type, count] of lookups) {
      if (data.get(type) === count) continue;
      data.set(type, count);
      changes.set(type, cause);
    }
    for (const type of data.keys()) {
      if (lookups.has(type)) continue;
      data.delete(type);
      changes.set(type, cause);
    }
    return changes.size === 0 ? unchanged : updatedTracked;
  };
}
