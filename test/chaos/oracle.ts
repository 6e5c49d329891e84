/**
 * The oracle: what the local database has to hold, from what both databases hold, written from the contract and from
 * nothing else. It knows neither the daemon's code nor its history: where the contract lets history decide, both are right.
 */

/** A port binding; names of the columns of ovn-sb(5). */
export interface Binding {
  readonly logical_port: string;
  readonly type: string;
  readonly parent_port: string | null;
  readonly options: ReadonlyMap<string, string>;
  readonly requested_chassis: string | null;
  readonly requested_additional_chassis: ReadonlySet<string>;
}

export interface Iface {
  readonly _uuid: string;
  readonly name: string;
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly mtu_request: number | null;
}

export interface World {
  /** Its hostname where ports are asked for by that, too. */
  readonly chassis: { readonly _uuid: string; readonly name: string; readonly hostname?: string };
  readonly bindings: readonly Binding[];
  /** Interfaces that are alone in a port of the integration bridge. */
  readonly onBridge: readonly Iface[];
  /** All others. */
  readonly elsewhere: readonly Iface[];
  /** Plug types that a provider is enabled for; all of them but `table` and `agent` are the dummy provider. */
  readonly plugTypes: ReadonlySet<string>;
  /** Which of its programs the provider `agent` is; 0 unless given. */
  readonly agentGeneration?: number;
  /** The interface of each logical port that the file of the provider `table` has a line for. */
  readonly names?: ReadonlyMap<string, string>;
  /** `plug.on_withdraw: keep`; false unless given. */
  readonly keepsWithdrawn?: boolean;
  /** `plug.on_rename: report`; false unless given. */
  readonly keepsRenamed?: boolean;
}

/** Everything in the local database that is not as it has to be; one sentence each. */
export function complaints(world: World): readonly string[] {
  const found: string[] = [];
  const ours = world.onBridge.filter(isOwned);
  const owners = Map.groupBy(ours, (iface) => iface.external_ids.get("iface-id") ?? "");
  for (const binding of world.bindings) found.push(...ofBinding(world, binding, owners));
  for (const [lport, ifaces] of owners) {
    if (world.bindings.every((binding) => binding.logical_port !== lport) && isRemovable(world, ifaces)) {
      found.push(`${lport} has no port binding, and has an interface`);
    }
  }
  return found;
}

type Owners = ReadonlyMap<string, readonly Iface[]>;

function ofBinding(world: World, binding: Binding, owners: Owners): readonly string[] {
  const { logical_port: lport, options } = binding;
  const ifaces = owners.get(lport) ?? [];
  const [iface] = ifaces;
  const plugType = options.get("vif-plug-type");
  // What is no VIF goes when it may not be bound here, and stays otherwise (U1).
  if (!isVif(binding) && isBindable(world, binding)) return [];
  if (!isWanted(world, binding)) {
    const goes = !isBindable(world, binding) || (plugType === undefined && world.keepsWithdrawn !== true);
    return goes && iface !== undefined && isRemovable(world, ifaces)
      ? [`${lport} is not wanted here, and has an interface`]
      : [];
  }
  if (plugType === undefined || !world.plugTypes.has(plugType) || isForeign(world, lport)) return [];
  const name = nameOf(world, lport, plugType);
  // The provider is not ready.
  if (name === null) return [];
  if (ifaces.length > 1) {
    // Whose they are is known from the provider's answer: the others go when the port is in place under that name (P3).
    const waits = world.keepsRenamed === true || isTaken(world, lport, name);
    return waits && ifaces.every((one) => one.name !== name)
      ? []
      : [`${lport} has ${ifaces.length} interfaces`];
  }
  if (iface === undefined) {
    return isTaken(world, lport, name) ? [] : [`${lport} is wanted here, and has no interface`];
  }
  // Where the name is another one's the port is in conflict, and stays as it is (P6).
  if (iface.name !== name && (isTaken(world, lport, name) || world.keepsRenamed === true)) return [];
  return differences(iface, {
    name,
    type: "internal",
    mtu: mtuOf(options),
    plugType,
    option: optionOf(world, plugType),
    ifaceIdVer: options.get("iface-id-ver") ?? null,
  }).map((difference) => `${lport}: ${difference}`);
}

interface Wanted {
  readonly name: string;
  readonly type: string;
  readonly mtu: number | null;
  readonly plugType: string;
  /** Null: whatever is there stays. */
  readonly option: readonly [key: string, value: string] | null;
  /** Null: it is left as it is. */
  readonly ifaceIdVer: string | null;
}

function differences(iface: Iface, wanted: Wanted): readonly string[] {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["name", iface.name, wanted.name],
    ["type", iface.type, wanted.type],
    ["mtu_request", iface.mtu_request, wanted.mtu],
    ["ovn-plugged", iface.external_ids.get("ovn-plugged"), wanted.plugType],
    ...(wanted.ifaceIdVer === null
      ? []
      : [["iface-id-ver", iface.external_ids.get("iface-id-ver"), wanted.ifaceIdVer] as const]),
    ...(wanted.option === null
      ? []
      : [[wanted.option[0], iface.options.get(wanted.option[0]), wanted.option[1]] as const]),
  ];
  return pairs.flatMap(([what, is, should]) =>
    is === should ? [] : [`its ${what} is ${is} instead of ${should}`],
  );
}

export function isVif({ type, parent_port }: Binding): boolean {
  return type === "" && (parent_port ?? "") === "";
}

function isRequested({ chassis }: Pick<World, "chassis">, binding: Binding): boolean {
  return (
    binding.requested_chassis === chassis._uuid || binding.requested_additional_chassis.has(chassis._uuid)
  );
}

function isWanted(world: World, binding: Binding): boolean {
  return isVif(binding) && isRequested(world, binding) && binding.options.has("vif-plug-type");
}

export function isBindable(world: Pick<World, "chassis">, binding: Binding): boolean {
  const names = (binding.options.get("requested-chassis") ?? "").split(",").filter((name) => name !== "");
  const own = [world.chassis.name, world.chassis.hostname];
  return isRequested(world, binding) || names.length === 0 || names.some((name) => own.includes(name));
}

export function isOwned({ external_ids }: Pick<Iface, "external_ids">): boolean {
  return external_ids.has("iface-id") && external_ids.has("ovn-plugged");
}

/** Nobody unplugs for a provider that is not there. */
function isRemovable({ plugTypes }: World, ifaces: readonly Iface[]): boolean {
  return ifaces.some(({ external_ids }) => plugTypes.has(external_ids.get("ovn-plugged") ?? ""));
}

function isForeign({ onBridge }: World, lport: string): boolean {
  return onBridge.some((iface) => iface.external_ids.get("iface-id") === lport && !isOwned(iface));
}

/**
 * By an interface that may not be taken over: somebody's, or that of another port which may stay. One whose port is itself
 * to have another name is free as soon as that name is, or where they go round in a circle (P6).
 */
function isTaken(world: World, lport: string, name: string, before: readonly string[] = []): boolean {
  const { onBridge, elsewhere, bindings } = world;
  const holder = [...onBridge, ...elsewhere].find((iface) => iface.name === name);
  const owner = holder?.external_ids.get("iface-id");
  if (holder === undefined || owner === lport) return false;
  if (owner === undefined || !onBridge.includes(holder) || !isOwned(holder)) return true;
  const binding = bindings.find((one) => one.logical_port === owner);
  const plugType = binding?.options.get("vif-plug-type") ?? "";
  // Whether such a port goes or stays is told of it, and not of those that wait for it.
  if (binding === undefined || !isWanted(world, binding) || !world.plugTypes.has(plugType)) return true;
  const wanted = nameOf(world, owner, plugType);
  if (wanted === null || wanted === name || isForeign(world, owner) || world.keepsRenamed === true)
    return true;
  if (before.includes(owner)) return false;
  return isTaken(world, owner, wanted, [...before, owner]);
}

/** The plug type of the provider whose file says which interface a logical port has. */
const TABLE = "table";

/** The plug type of the provider that is a program (agent.py). */
const AGENT = "agent";

/** @returns null: the provider cannot tell */
function nameOf({ names, agentGeneration = 0 }: World, lport: string, plugType: string): string | null {
  if (plugType === TABLE) return names?.get(lport) ?? null;
  const prefix = plugType === AGENT && agentGeneration % 2 === 1 ? "a-" : "";
  return `${prefix}${lport}`.slice(0, 15);
}

function optionOf({ agentGeneration = 0 }: World, plugType: string): Wanted["option"] {
  if (plugType === TABLE) return null;
  return plugType === AGENT ? ["agent-generation", `${agentGeneration}`] : ["vif-plug-dummy-option", "value"];
}

function mtuOf(options: ReadonlyMap<string, string>): number | null {
  const text = options.get("vif-plug-mtu-request") ?? "";
  const mtu = /^\d+$/.test(text) ? Number(text) : 0;
  return mtu > 0 && mtu < 2 ** 31 ? mtu : null;
}
