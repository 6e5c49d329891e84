/** The providers that are part of the executable, by type. A provider is added to vifplugd by adding it here. */
import { dummyProvider } from "./dummy/dummy.ts";
import type { Provider } from "./provider.ts";
import { type RepresentorOptions, representorEntries } from "./representor/config.ts";
import { representorProvider } from "./representor/representor.ts";

/** What any provider may read of its entry in the configuration: each reads its own keys. */
export type ProviderOptions = RepresentorOptions;

export const builtinProviders: ReadonlyMap<string, (options?: ProviderOptions) => Provider> = new Map([
  ["dummy", dummyProvider],
  ["representor", representorProvider],
]);

/** The schema of the keys that are a provider's own, by type; every one of them may be absent. */
export const providerEntries = { dummy: {}, representor: representorEntries } as const;
