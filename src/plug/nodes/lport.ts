/** Node `lport`: port bindings by logical port name (a unique index of Port_Binding, ovn-sb(5)). */
import type { Uuid } from "ovsdb-jsonrpc";
import { type KeyedChanges, updated } from "../../graph/index.ts";
import type { PortBindingRow } from "../rows.ts";
import type { TableChange } from "./inputs.ts";

export type Lports = Map<string, PortBindingRow>;

export function indexLports(context: {
  readonly inputs: { readonly portBinding: { readonly data: ReadonlyMap<Uuid, PortBindingRow> } };
  readonly data: Lports;
}) {
  const { data } = context;
  const rows = context.inputs.portBinding.data;
  for (const binding of rows.values()) data.set(binding.logical_port, binding);
  if (data.size === rows.size) return updated;
  for (const [lport, { _uuid }] of data) {
    if (rows.get(_uuid)?.logical_port !== lport) data.delete(lport);
  }
  return updated;
}

export function lportPortBindingHandler(context: {
  readonly input: { readonly changes: ReadonlyMap<Uuid, TableChange<PortBindingRow>> };
  readonly data: Lports;
  readonly changes: KeyedChanges<string>;
}) {
  const { input, data, changes } = context;
  for (const [uuid, { old, cause }] of input.changes) {
    if (old === null) continue;
    if (data.get(old.logical_port)?._uuid === uuid) data.delete(old.logical_port);
    changes.set(old.logical_port, cause);
  }
  for (const { new: binding, cause } of input.changes.values()) {
    if (binding === null) continue;
    data.set(binding.logical_port, binding);
    changes.set(binding.logical_port, cause);
  }
  return updated;
}
