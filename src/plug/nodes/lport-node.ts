/**
 * Node `lport`: the logical ports, each with its port binding (at most one of a name: a unique index, ovn-sb(5)) and the
 * interfaces that carry its iface-id.
 */
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import { interfacesOf, type Lport, makeLport } from "../lport.ts";
import type { ObservedInterface } from "../observed-interface.ts";
import type { PortBindingRow } from "../rows.ts";
import type { TableChange } from "./input-nodes.ts";

export interface Lports {
  readonly byName: Map<string, Lport>;
  /** The number of logical ports with an interface of ours. */
  ownedCount: number;
}

export function noLports(): Lports {
  return { byName: new Map(), ownedCount: 0 };
}

interface Context {
  readonly inputs: {
    readonly portBinding: { readonly data: ReadonlyMap<string, PortBindingRow> };
    readonly observed: { readonly data: { readonly byName: ReadonlyMap<string, ObservedInterface> } };
  };
  readonly data: Lports;
}

type Tracking = Context & { readonly changes: KeyedChanges<string> };

/** Compares the index with the rows first, because it is seldom wrong. */
export function indexLports({ inputs, data }: Context) {
  const bindings = inputs.portBinding.data;
  const interfaces = inputs.observed.data.byName;
  if (isRight(bindings, interfaces, data)) return unchanged;
  data.byName.clear();
  data.ownedCount = 0;
  for (const [name, binding] of bindings) put(data, makeLport(name, binding, []));
  for (const observed of interfaces.values())
    if (observed.lport !== null) list(data, observed.lport, null, observed);
  return updated;
}

/** True when the index holds every port binding and every interface under its name, and nothing else. */
function isRight(
  bindings: ReadonlyMap<string, PortBindingRow>,
  interfaces: ReadonlyMap<string, ObservedInterface>,
  { byName, ownedCount }: Lports,
): boolean {
  let [wrong, bound, ours, others] = [0, 0, 0, 0];
  byName.forEach((lport, name) => {
    if (lport.name !== name || lport.binding !== (bindings.get(name) ?? null)) wrong++;
    if (lport.binding !== null) bound++;
    ours += count(lport);
    others += lport.others.length;
  });
  if (wrong > 0 || bound !== bindings.size || ours !== ownedCount) return false;
  let listed = 0;
  for (const observed of interfaces.values()) {
    if (observed.lport === null) continue;
    const lport = byName.get(observed.lport);
    if (lport?.inPlace !== observed && lport?.others.includes(observed) !== true) return false;
    listed++;
  }
  return ours + others === listed;
}

export function lportPortBindingHandler(
  context: Tracking & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  const { inputs, input, data, changes } = context;
  for (const [name, cause] of input.changes) {
    const binding = inputs.portBinding.data.get(name) ?? null;
    const before = data.byName.get(name);
    if ((before?.binding ?? null) === binding) continue;
    const lport = { ...(before ?? makeLport(name, null, [])), binding };
    put(data, lport);
    changes.set(lport.name, cause);
  }
  return changes.size === 0 ? unchanged : updated;
}

export function lportObservedHandler(
  context: Tracking & {
    readonly input: { readonly changes: ReadonlyMap<string, TableChange<ObservedInterface>> };
  },
) {
  const { input, data, changes } = context;
  const relist = (
    name: string | null,
    gone: ObservedInterface | null,
    come: ObservedInterface | null,
    cause: Cause,
  ): void => {
    if (name === null) return;
    changes.set(list(data, name, gone, come).name, cause);
  };
  for (const { old, new: observed, cause } of input.changes.values()) {
    const [before, after] = [old?.lport ?? null, observed?.lport ?? null];
    if (before !== after) relist(before, old, null, cause);
    relist(after, before === after ? old : null, observed, cause);
  }
  return changes.size === 0 ? unchanged : updated;
}

/** Replaces `gone` by `come` among the interfaces of a logical port. */
function list(
  data: Lports,
  name: string,
  gone: ObservedInterface | null,
  come: ObservedInterface | null,
): Lport {
  const lport = data.byName.get(name) ?? makeLport(name, null, []);
  const rest = interfacesOf(lport).filter((observed) => observed !== gone);
  const listed = makeLport(lport.name, lport.binding, come === null ? rest : [...rest, come]);
  put(data, listed);
  return listed;
}

/** A logical port without a port binding and without an interface leaves the index. */
function put(data: Lports, lport: Lport): void {
  const { name, binding, inPlace, others } = lport;
  data.ownedCount += count(lport) - count(data.byName.get(name));
  if (binding === null && inPlace === null && others.length === 0) data.byName.delete(name);
  else data.byName.set(name, lport);
}

function count(lport: Lport | undefined): number {
  return lport === undefined || lport.inPlace === null ? 0 : 1;
}
