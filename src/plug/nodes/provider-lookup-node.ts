/**
 * Run node `provider_lookup`: the state of the lookup tables of each provider, as a number. The registry counts; this node
 * compares the numbers, so that a second reading (to verify) loses no change.
 */
import { type Cause, type KeyedChanges, unchanged, updatedTracked } from "../../graph/index.ts";
import type { RefusedProvider, RegisteredProvider } from "../../providers/registry.ts";

/** The part of the provider registry that the graph needs. */
export interface Providers {
  forPlugType(plugType: string): RegisteredProvider | undefined;
  /** The providers that are enabled and failed to start. */
  refused(): readonly RefusedProvider[];
  /** By type, a number that changes whenever the lookup tables of the provider change, or the provider itself. */
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
