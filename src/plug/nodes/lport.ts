/**
 * Node `lport`: the logical ports, each with its port binding (of which there is one by its name: a unique index,
 * ovn-sb(5)) and with the interfaces that realise it.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import { type Lport, makeLport, vifsOf } from "../lport.ts";
import type { PortBindingRow } from "../rows.ts";
import type { Vif } from "../vif.ts";
import type { TableChange } from "./inputs.ts";

export interface Lports {
  readonly byName: Map<string, Lport>;
  /** How many of them have an interface of ours. */
  owned: number;
}

export function noLports(): Lports {
  return { byName: new Map(), owned: 0 };
}

interface Context {
  readonly inputs: {
    readonly portBinding: { readonly data: ReadonlyMap<Uuid, PortBindingRow> };
    readonly vif: { readonly data: { readonly byName: ReadonlyMap<string, Vif> } };
  };
  readonly data: Lports;
}

type Tracking = Context & { readonly changes: KeyedChanges<string> };

/** What is there is compared with the rows: there is seldom anything to index anew. */
export function indexLports({ inputs, data }: Context) {
  const bindings = inputs.portBinding.data;
  const vifs = inputs.vif.data.byName;
  if (isRight(bindings, vifs, data)) return unchanged;
  data.byName.clear();
  data.owned = 0;
  for (const binding of bindings.values()) put(data, makeLport(binding.logical_port, binding, []));
  for (const vif of vifs.values()) if (vif.lport !== null) list(data, vif.lport, null, vif);
  return updated;
}

/** Every row is found where it should be, and then there are as many as there should be. */
function isRight(
  bindings: ReadonlyMap<Uuid, PortBindingRow>,
  vifs: ReadonlyMap<string, Vif>,
  { byName, owned }: Lports,
): boolean {
  for (const binding of bindings.values()) {
    if (byName.get(binding.logical_port)?.binding !== binding) return false;
  }
  let listed = 0;
  for (const vif of vifs.values()) {
    if (vif.lport === null) continue;
    const lport = byName.get(vif.lport);
    if (lport?.owned !== vif && lport?.others.includes(vif) !== true) return false;
    listed++;
  }
  let [bound, ours, others] = [0, 0, 0];
  for (const [name, lport] of byName) {
    if (lport.name !== name) return false;
    if (lport.binding !== null) bound++;
    ours += count(lport);
    others += lport.others.length;
  }
  return bound === bindings.size && ours === owned && ours + others === listed;
}

export function lportPortBindingHandler(
  context: Tracking & {
    readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<PortBindingRow>> };
  },
) {
  const { input, data, changes } = context;
  const bind = (name: string, binding: PortBindingRow | null, cause: Cause): void => {
    put(data, { ...(data.byName.get(name) ?? makeLport(name, null, [])), binding });
    changes.set(name, cause);
  };
  for (const [uuid, { old, new: row, cause }] of input.changes) {
    if (old === null || old.logical_port === row?.logical_port) continue;
    if (data.byName.get(old.logical_port)?.binding?._uuid === uuid) bind(old.logical_port, null, cause);
  }
  for (const { new: row, cause } of input.changes.values()) {
    if (row !== null) bind(row.logical_port, row, cause);
  }
  return updated;
}

export function lportVifHandler(
  context: Tracking & { readonly input: { readonly changes: ReadonlyMap<string, TableChange<Vif>> } },
) {
  const { input, data, changes } = context;
  const relist = (name: string | null, gone: Vif | null, come: Vif | null, cause: Cause): void => {
    if (name === null) return;
    list(data, name, gone, come);
    changes.set(name, cause);
  };
  for (const { old, new: vif, cause } of input.changes.values()) {
    const [before, after] = [old?.lport ?? null, vif?.lport ?? null];
    if (before !== after) relist(before, old, null, cause);
    relist(after, before === after ? old : null, vif, cause);
  }
  return changes.size === 0 ? unchanged : updated;
}

/** Puts `come` in the place of `gone` among the interfaces of a logical port. */
function list(data: Lports, name: string, gone: Vif | null, come: Vif | null): void {
  const lport = data.byName.get(name);
  const rest = lport === undefined ? [] : vifsOf(lport).filter((vif) => vif !== gone);
  put(data, makeLport(name, lport?.binding ?? null, come === null ? rest : [...rest, come]));
}

/** A logical port of which there is nothing left is known no more. */
function put(data: Lports, lport: Lport): void {
  const { name, binding, owned, others } = lport;
  data.owned += count(lport) - count(data.byName.get(name));
  if (binding === null && owned === null && others.length === 0) data.byName.delete(name);
  else data.byName.set(name, lport);
}

function count(lport: Lport | undefined): number {
  return lport === undefined || lport.owned === null ? 0 : 1;
}
