/**
 * The provider types that are part of the executable, and the ways in for others. A provider is added to vifplugd by
 * adding it to this list.
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

/** These, and whatever else is linked into this executable. */
export const providerModules: readonly (BuiltinModule | ReturnType<typeof linkedModule>)[] = [
  ...builtinProviders,
  ...linkedProviders.map(linkedModule),
];

export const providerTypes: readonly string[] = providerModules.map(({ type }) => type);

/** An entry of any other type says where its provider is: the schema, by the key that says so. */
export const ownProviders = {
  command: commandSchema(providerTypes),
  module: moduleSchema(providerTypes),
} as const;
