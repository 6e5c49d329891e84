/** Run node `provider_lookup`: lets every provider look around, and counts the changes of their lookup tables. */
import { type Cause, type KeyedChanges, unchanged, updatedTracked } from "../../graph/index.ts";
import type { RegisteredProvider } from "../../providers/registry.ts";

/** What the graph needs of the provider registry. */
export interface Providers {
  forPlugType(plugType: string): RegisteredProvider | undefined;
  /** The types of the providers whose `run` said that something changed. */
  runAll(): ReadonlySet<string>;
}

/** How often the lookup tables of each provider changed, by type. */
export type ProviderLookup = ReadonlyMap<string, number>;

export function lookingUp(providers: Providers) {
  return function runProviders(context: {
    readonly data: Map<string, number>;
    readonly changes: KeyedChanges<string>;
    readonly cause: Cause;
  }) {
    const { data, changes, cause } = context;
    const changed = providers.runAll();
    for (const type of changed) {
      data.set(type, (data.get(type) ?? 0) + 1);
      changes.set(type, cause);
    }
    return changed.size === 0 ? unchanged : updatedTracked;
  };
}
