/** The provider types that are part of the executable. A provider is added to vifplugd by adding it to this list. */
import { dummy } from "./dummy/dummy.ts";
import { linkedProviders } from "./linked.ts";
import { linkedModule } from "./own.ts";
import { representor } from "./representor/representor.ts";

export const builtinProviders = [dummy, representor] as const;

export type BuiltinModule = (typeof builtinProviders)[number];

/** These, and whatever else is linked into this executable. */
export const providerModules: readonly (BuiltinModule | ReturnType<typeof linkedModule>)[] = [
  ...builtinProviders,
  ...linkedProviders.map(linkedModule),
];
