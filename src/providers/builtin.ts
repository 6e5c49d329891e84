/** The providers that are part of the executable, by type. A provider is added to vifplugd by adding it here. */
import { dummyProvider } from "./dummy/dummy.ts";
import type { Provider } from "./provider.ts";

export const builtinProviders: ReadonlyMap<string, () => Provider> = new Map([["dummy", dummyProvider]]);
