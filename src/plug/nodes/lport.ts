/**
 * Node `lport`: the logical ports, each with its port binding (of which there is one by its name: a unique index,
 * ovn-sb(5)) and with the interfaces that realise it.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import { type Lport, makeLport, vifsOf } from "../lport.ts";
import type { PortBindingRow } from "../rows.ts";
import type { Vif } from "../vif.ts";
import { inStep } from "./in-step.ts";
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

/** Everything that is known is a row of its name, and every interface is known: there are as many as there should be. */
function isRight(
  bindings: ReadonlyMap<Uuid, PortBindingRow>,
  vifs: ReadonlyMap<string, Vif>,
  { byName, owned }: Lports,
): boolean {
  const bindingOf = inStep(bindings);
  let [bound, ours, others] = [0, 0, 0];
  for (const [name, lport] of byName) {
    const { binding } = lport;
    if (lport.name !== name) return false;
    if (binding !== null) {
      if (binding.logical_port !== name || bindingOf(binding._uuid) !== binding) return false;
      bound++;
    }
    ours += count(lport);
    others += lport.others.length;
  }
  if (bound !== bindings.size || ours !== owned) return false;
  const lportOf = inStep(byName);
  let listed = 0;
  for (const vif of vifs.values()) {
    if (vif.lport === null) continue;
    const lport = lportOf(vif.lport);
    if (lport?.owned !== vif && lport?.others.includes(vif) !== true) return false;
    listed++;
  }
  return ours + others === listed;
}

export function lportPortBindingHandler(
  context: Tracking & {
    readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<PortBindingRow>> };
  },
) {
  const { input, data, changes } = context;
  const bind = (name: string, binding: PortBindingRow | null, cause: Cause): void => {
    const lport = { ...(data.byName.get(name) ?? makeLport(name, null, [])), binding };
    put(data, lport);
    changes.set(lport.name, cause);
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
    changes.set(list(data, name, gone, come).name, cause);
  };
  for (const { old, new: vif, cause } of input.changes.values()) {
    const [before, after] = [old?.lport ?? null, vif?.lport ?? null];
    if (before !== after) relist(before, old, null, cause);
    relist(after, before === after ? old : null, vif, cause);
  }
  return changes.size === 0 ? unchanged : updated;
}

/** Puts `come` in the place of `gone` among the interfaces of a logical port. */
function list(data: Lports, name: string, gone: Vif | null, come: Vif | null): Lport {
  const lport = data.byName.get(name) ?? makeLport(name, null, []);
  const rest = vifsOf(lport).filter((vif) => vif !== gone);
  const listed = makeLport(lport.name, lport.binding, come === null ? rest : [...rest, come]);
  put(data, listed);
  return listed;
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
