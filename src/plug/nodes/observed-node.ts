/**
 * Node `observed`: every interface of the local database by its name (Interface.name is unique in the database), classified
 * as ours or foreign.
 *
 * The row of a port says which interfaces the port holds, and the node keeps the port with the interface: the handler for
 * ports runs before the handler for interfaces. An interface that appears after its port (a database adds both at once)
 * leads to a recompute. So does every change while several ports hold one interface, which a database allows: such an
 * interface is never ours, whichever of the ports came last.
 */
import { changedElements, type Uuid } from "ovsdb-jsonrpc";
import { type Cause, unchanged, unhandled, updated } from "../../graph/index.ts";
import { classify, isClassified, type ObservedInterface } from "../observed-interface.ts";
import type { BridgeRow, InterfaceRow, PortRow } from "../rows.ts";
import { type TableChange, trackChange } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

export interface ObservedInterfaces {
  /** The integration bridge of the classification. */
  bridge: Uuid | null;
  /** The sum of the interfaces of all ports; larger than the number of interfaces where several ports hold one. */
  held: number;
  /** Several ports held one interface at the last recompute. */
  isShared: boolean;
  readonly byName: Map<string, ObservedInterface>;
}

/** By interface name. */
export type ObservedChanges = Map<string, TableChange<ObservedInterface>>;

export function nothingObserved(): ObservedInterfaces {
  return { bridge: null, held: 0, isShared: false, byName: new Map() };
}

export function noObservedChanges(): ObservedChanges {
  return new Map();
}

interface Inputs {
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly bridge: { readonly data: ReadonlyMap<Uuid, BridgeRow> };
  readonly port: { readonly data: ReadonlyMap<Uuid, PortRow> };
  readonly iface: { readonly data: ReadonlyMap<Uuid, InterfaceRow> };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: ObservedInterfaces;
  readonly changes: ObservedChanges;
}

/** Compares the classification with the rows first, because it is seldom wrong. */
export function indexInterfaces({ inputs, data }: Omit<Context, "changes">) {
  const bridge = inputs.localChassis.data.current.bridge?.uuid ?? null;
  if (bridge === data.bridge && isRight(inputs, data)) return unchanged;
  data.bridge = bridge;
  data.byName.clear();
  const row = bridgeOf(inputs, data);
  for (const iface of inputs.iface.data.values())
    data.byName.set(iface.name, classify(iface, undefined, row));
  data.held = heldIn(inputs);
  data.isShared = data.held > inputs.iface.data.size;
  for (const port of data.isShared ? byRank(inputs, row) : inputs.port.data.values()) {
    for (const iface of rowsIn(inputs, port)) {
      const observed = classify(iface, port, row);
      const isHeldTwice = data.isShared && known(data, iface)?.port != null;
      data.byName.set(iface.name, isHeldTwice ? { ...observed, isOwned: false } : observed);
    }
  }
  return updated;
}

/** The order in which ports are looked at; the last port counts: the first by name, and one on the bridge before all others. */
function byRank(inputs: Inputs, bridge: BridgeRow | undefined): readonly PortRow[] {
  const isOn = ({ _uuid }: PortRow) => Number(bridge?.ports.has(_uuid) === true);
  return [...inputs.port.data.values()].sort((a, b) => isOn(a) - isOn(b) || (a.name < b.name ? 1 : -1));
}

function heldIn({ port }: Inputs): number {
  let held = 0;
  for (const { interfaces } of port.data.values()) held += interfaces.size;
  return held;
}

/** While several ports hold one interface, its port follows from all ports, so only a recompute finds it. */
function unlessShared({ inputs, data }: Pick<Context, "inputs" | "data">) {
  const isShared = data.isShared || data.held > inputs.iface.data.size;
  return isShared ? unhandled("several ports hold one interface") : updated;
}

/** True when every interface is classified by the port that holds it, and no other interface is known or held. */
function isRight(inputs: Inputs, data: ObservedInterfaces): boolean {
  const bridge = bridgeOf(inputs, data);
  for (const iface of inputs.iface.data.values()) {
    const observed = data.byName.get(iface.name);
    if (observed === undefined || observed.port === null) return false;
    if (!isClassified(observed, iface, inputs.port.data.get(observed.port._uuid), bridge)) return false;
  }
  const held = heldIn(inputs);
  const isAlone = held === inputs.iface.data.size && !data.isShared;
  return isAlone && held === data.held && held === data.byName.size;
}

export function observedLocalChassisHandler({ inputs, data }: Omit<Context, "changes">) {
  const bridge = inputs.localChassis.data.current.bridge?.uuid ?? null;
  return bridge === data.bridge ? unchanged : unhandled("the integration bridge is another one");
}

export function observedPortHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<PortRow>> } },
) {
  const { inputs, data, input } = context;
  const bridge = bridgeOf(inputs, data);
  for (const { old, new: port, cause } of input.changes.values()) {
    data.held += (port?.interfaces.size ?? 0) - (old?.interfaces.size ?? 0);
    for (const row of rowsIn(inputs, old)) {
      if (known(data, row)?.port?._uuid === old?._uuid) put(context, classify(row, undefined, bridge), cause);
    }
  }
  for (const { new: port, cause } of input.changes.values()) {
    for (const row of rowsIn(inputs, port)) put(context, classify(row, port ?? undefined, bridge), cause);
  }
  return unlessShared(context);
}

/** The port of an interface is the port that held it before, or the port that the handler for ports has just found. */
export function observedIfaceHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<InterfaceRow>> } },
) {
  const { inputs, data, input } = context;
  const bridge = bridgeOf(inputs, data);
  const present: [ObservedInterface, Cause][] = [];
  for (const { old, new: row, cause } of input.changes.values()) {
    const before = old === null ? undefined : known(data, old);
    if (before !== undefined && old?.name !== row?.name) remove(context, before, cause);
    if (row === null) continue;
    const observed = known(data, row) ?? before;
    if (observed === undefined) return unhandled(`interface ${row.name} came without its port`, cause);
    present.push([classify(row, portHolding(inputs, row, observed.port), bridge), cause]);
  }
  for (const [observed, cause] of present) put(context, observed, cause);
  return unlessShared(context);
}

export function observedBridgeHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<BridgeRow>> } },
) {
  const { data, input, inputs } = context;
  const change = data.bridge === null ? undefined : input.changes.get(data.bridge);
  if (change === undefined) return unchanged;
  const { old, new: bridge, cause } = change;
  const [before, after] = [old?.ports ?? NOTHING, bridge?.ports ?? NOTHING];
  if (before === after) return unchanged;
  for (const uuid of changedElements(before, after)) {
    const port = inputs.port.data.get(uuid);
    for (const row of rowsIn(inputs, port)) put(context, classify(row, port, bridge ?? undefined), cause);
  }
  return unlessShared(context);
}

const NOTHING: ReadonlySet<Uuid> = new Set();

function bridgeOf(inputs: Inputs, { bridge }: ObservedInterfaces): BridgeRow | undefined {
  return bridge === null ? undefined : inputs.bridge.data.get(bridge);
}

/** The rows of the interfaces of a port, as far as they exist. */
function rowsIn(inputs: Inputs, port: PortRow | null | undefined): readonly InterfaceRow[] {
  const uuids = [...(port?.interfaces ?? NOTHING)];
  return uuids.flatMap((uuid) => inputs.iface.data.get(uuid) ?? []);
}

function portHolding(inputs: Inputs, row: InterfaceRow, port: PortRow | null): PortRow | undefined {
  const current = port === null ? undefined : inputs.port.data.get(port._uuid);
  return current?.interfaces.has(row._uuid) ? current : undefined;
}

/** The classification of the interface of this row, which may be older or newer, under the name that the row has. */
function known({ byName }: ObservedInterfaces, { name, _uuid }: InterfaceRow): ObservedInterface | undefined {
  const observed = byName.get(name);
  return observed?.interface._uuid === _uuid ? observed : undefined;
}

function put({ data, changes }: Context, observed: ObservedInterface, cause: Cause): void {
  const { name } = observed.interface;
  const before = data.byName.get(name);
  if (before !== undefined && sameObserved(before, observed)) return;
  data.byName.set(name, observed);
  trackChange(changes, name, { old: before ?? null, new: observed, cause });
}

function remove({ data, changes }: Context, observed: ObservedInterface, cause: Cause): void {
  const { name } = observed.interface;
  data.byName.delete(name);
  trackChange(changes, name, { old: observed, new: null, cause });
}

/** Compares the members from which all others follow, unless several ports hold the interface: then a recompute finds all anew. */
function sameObserved(a: ObservedInterface, b: ObservedInterface): boolean {
  return a.interface === b.interface && a.port === b.port && a.onBridge === b.onBridge;
}
