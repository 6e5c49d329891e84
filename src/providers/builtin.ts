/**
 * The provider types that are part of the executable, and the two schemas for other types. Whoever adds a provider to vifplugd
 * adds the provider to this list.
 */
import { commandSchema } from "./command/entry.ts";
import { dummy } from "./dummy/dummy.ts";
import { linkedProviders } from "./linked.ts";
import { moduleSchema } from "./module-file/entry.ts";
import { netdev } from "./netdev/netdev.ts";
import { linkedModule } from "./own.ts";
import { representor } from "./representor/representor.ts";
import { table } from "./table/table.ts";
import { vhostUser } from "./vhost-user/vhost-user.ts";

export const builtinProviders = [dummy, representor, netdev, vhostUser, table] as const;

export type BuiltinModule = (typeof builtinProviders)[number];

/** The built-in providers, and the providers that are linked into this executable. */
export const providerModules: readonly (BuiltinModule | ReturnType<typeof linkedModule>)[] = [
  ...builtinProviders,
  ...linkedProviders.map(linkedModule),
];

export const providerTypes: readonly string[] = providerModules.map(({ type }) => type);

/** The schemas of an entry with any other type, by the key that says where the provider is. */
export const ownProviders = {
  command: commandSchema(providerTypes),
  module: moduleSchema(providerTypes),
} as const;
