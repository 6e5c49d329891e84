/**
 * Node `vif`: every interface of the local database classified, and found by logical port and by name.
 *
 * Invariants: `byLport` holds interfaces on the integration bridge only, in the order of their names; `byName` holds
 * interfaces of every bridge (Interface.name is unique in the database); `portOf` follows Port.interfaces.
 */
import { changedElements, type Uuid } from "ovsdb-jsonrpc";
import { type Cause, type KeyedChanges, unchanged, unhandled, updated } from "../../graph/index.ts";
import type { BridgeRow, InterfaceRow, PortRow } from "../rows.ts";
import { classify, lportOf, type Vif } from "../vif.ts";
import type { TableChange } from "./inputs.ts";
import type { LocalChassis } from "./local-chassis.ts";

export interface Vifs {
  /** The bridge that the classification is for. */
  bridge: Uuid | null;
  readonly portOf: Map<Uuid, Uuid>;
  readonly byInterface: Map<Uuid, Vif>;
  readonly byLport: Map<string, readonly Vif[]>;
  readonly byName: Map<string, Vif>;
  /** How many logical ports have an interface of ours. */
  ownedLports: number;
}

export interface VifChanges {
  readonly lports: KeyedChanges<string>;
  readonly names: KeyedChanges<string>;
}

export function noVifs(): Vifs {
  return {
    bridge: null,
    portOf: new Map(),
    byInterface: new Map(),
    byLport: new Map(),
    byName: new Map(),
    ownedLports: 0,
  };
}

export function noVifChanges(): VifChanges {
  return { lports: new Map(), names: new Map() };
}

interface Inputs {
  readonly localChassis: { readonly data: { readonly current: LocalChassis } };
  readonly bridge: { readonly data: ReadonlyMap<Uuid, BridgeRow> };
  readonly port: { readonly data: ReadonlyMap<Uuid, PortRow> };
  readonly iface: { readonly data: ReadonlyMap<Uuid, InterfaceRow> };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Vifs;
  readonly changes: VifChanges;
}

/** Interfaces are classified anew, and compared with what is known of them: there is seldom anything to index anew. */
export function indexVifs({ inputs, data }: Omit<Context, "changes">) {
  const bridge = inputs.localChassis.data.current.bridge?.uuid ?? null;
  if (bridge === data.bridge && isRight(inputs, data)) return unchanged;
  data.bridge = bridge;
  data.portOf.clear();
  data.byInterface.clear();
  data.byLport.clear();
  data.byName.clear();
  data.ownedLports = 0;
  for (const port of inputs.port.data.values()) {
    for (const iface of port.interfaces) data.portOf.set(iface, port._uuid);
  }
  for (const iface of inputs.iface.data.values()) enter(data, classifyNow(inputs, data, iface));
  return updated;
}

/** The indexes hold every interface that they should, and then as many as they should. */
function isRight(inputs: Inputs, data: Vifs): boolean {
  const bridge = bridgeOf(inputs, data);
  let [seen, listed, owned] = [0, 0, 0];
  for (const port of inputs.port.data.values()) {
    for (const uuid of port.interfaces) {
      const row = inputs.iface.data.get(uuid);
      const vif = data.byInterface.get(uuid);
      if (row === undefined || vif === undefined || data.portOf.get(uuid) !== port._uuid) return false;
      if (!sameVif(vif, classify(row, port, bridge)) || data.byName.get(row.name) !== vif) return false;
      seen++;
      const lport = lportOf(vif);
      if (lport === undefined) continue;
      if (!vifsOf(data, lport).includes(vif)) return false;
      listed++;
    }
  }
  for (const vifs of data.byLport.values()) {
    listed -= vifs.length;
    if (vifs.some(isOwned)) owned++;
  }
  if (listed !== 0 || owned !== data.ownedLports) return false;
  return [inputs.iface.data, data.portOf, data.byInterface, data.byName].every(({ size }) => size === seen);
}

export function vifLocalChassisHandler({ inputs, data }: Omit<Context, "changes">) {
  const bridge = inputs.localChassis.data.current.bridge?.uuid ?? null;
  return bridge === data.bridge ? unchanged : unhandled("the integration bridge is another one");
}

export function vifIfaceHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<InterfaceRow>> } },
) {
  for (const [uuid, { cause }] of context.input.changes) refresh(context, uuid, cause);
  return updated;
}

export function vifPortHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<PortRow>> } },
) {
  const { data, input } = context;
  for (const [uuid, change] of input.changes) {
    for (const iface of change.old?.interfaces ?? []) {
      if (data.portOf.get(iface) === uuid) data.portOf.delete(iface);
    }
  }
  for (const [uuid, change] of input.changes) {
    for (const iface of change.new?.interfaces ?? []) data.portOf.set(iface, uuid);
  }
  for (const change of input.changes.values()) {
    for (const iface of change.old?.interfaces ?? []) refresh(context, iface, change.cause);
    for (const iface of change.new?.interfaces ?? []) refresh(context, iface, change.cause);
  }
  return updated;
}

export function vifBridgeHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<BridgeRow>> } },
) {
  const { data, input, inputs } = context;
  const change = data.bridge === null ? undefined : input.changes.get(data.bridge);
  if (change === undefined) return unchanged;
  const [before, after] = [change.old?.ports ?? NO_PORTS, change.new?.ports ?? NO_PORTS];
  if (before === after) return unchanged;
  for (const uuid of changedElements(before, after)) {
    for (const iface of inputs.port.data.get(uuid)?.interfaces ?? []) refresh(context, iface, change.cause);
  }
  return updated;
}

const NO_PORTS: ReadonlySet<Uuid> = new Set();

/** Brings what is known of one interface up to date with the rows as they are now. */
function refresh({ inputs, data, changes }: Context, uuid: Uuid, cause: Cause): void {
  const before = data.byInterface.get(uuid);
  const row = inputs.iface.data.get(uuid);
  const after = row === undefined ? undefined : classifyNow(inputs, data, row);
  if (before !== undefined && after !== undefined && sameVif(before, after)) return;
  if (before !== undefined) leave(data, before);
  if (after !== undefined) enter(data, after);
  for (const vif of [before, after]) {
    if (vif === undefined) continue;
    const lport = lportOf(vif);
    if (lport !== undefined) changes.lports.set(lport, cause);
    changes.names.set(vif.interface.name, cause);
  }
}

function classifyNow(inputs: Inputs, data: Vifs, row: InterfaceRow): Vif {
  const port = data.portOf.get(row._uuid);
  return classify(row, port === undefined ? undefined : inputs.port.data.get(port), bridgeOf(inputs, data));
}

function bridgeOf(inputs: Inputs, data: Vifs): BridgeRow | undefined {
  return data.bridge === null ? undefined : inputs.bridge.data.get(data.bridge);
}

function sameVif(a: Vif, b: Vif): boolean {
  return a.interface === b.interface && a.port === b.port && a.onBridge === b.onBridge && a.owned === b.owned;
}

function enter(data: Vifs, vif: Vif): void {
  data.byInterface.set(vif.interface._uuid, vif);
  data.byName.set(vif.interface.name, vif);
  const lport = lportOf(vif);
  if (lport === undefined) return;
  const others = vifsOf(data, lport);
  list(data, lport, others.length === 0 ? [vif] : [...others, vif].sort(byInterfaceName));
}

function leave(data: Vifs, vif: Vif): void {
  const { _uuid, name } = vif.interface;
  data.byInterface.delete(_uuid);
  if (data.byName.get(name)?.interface._uuid === _uuid) data.byName.delete(name);
  const lport = lportOf(vif);
  if (lport === undefined) return;
  const rest = vifsOf(data, lport).filter((other) => other.interface._uuid !== _uuid);
  list(data, lport, rest);
}

function list(data: Vifs, lport: string, vifs: readonly Vif[]): void {
  if (vifsOf(data, lport).some(isOwned)) data.ownedLports--;
  if (vifs.some(isOwned)) data.ownedLports++;
  if (vifs.length === 0) data.byLport.delete(lport);
  else data.byLport.set(lport, vifs);
}

export function isOwned(vif: Vif): boolean {
  return vif.owned;
}

function byInterfaceName(a: Vif, b: Vif): number {
  return a.interface.name < b.interface.name ? -1 : 1;
}

const NO_VIFS: readonly Vif[] = [];

/** The interfaces on the integration bridge that carry the logical port's iface-id, in the order of their names. */
export function vifsOf(
  vifs: { readonly byLport: ReadonlyMap<string, readonly Vif[]> },
  lport: string,
): readonly Vif[] {
  return vifs.byLport.get(lport) ?? NO_VIFS;
}

export function ownedVifOf(
  vifs: { readonly byLport: ReadonlyMap<string, readonly Vif[]> },
  lport: string,
): Vif | undefined {
  for (const vif of vifsOf(vifs, lport)) if (vif.owned) return vif;
  return undefined;
}
