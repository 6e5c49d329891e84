/** What a transaction of vifplugd is about, read from its operations. */
import { isArray, isObject, type Json } from "../../../src/ovsdb-jsonrpc/wire/json.ts";

export interface Subject {
  /** Whose interfaces are written. */
  readonly lports: ReadonlySet<string>;
  /** The same without those whose interface another one takes over and that get none. */
  readonly decided: ReadonlySet<string>;
}

export function subjectOf(operations: readonly Json[]): Subject {
  const before = new Map<string, string>();
  const lports = new Set<string>();
  const left = new Set<string>();
  const placed = new Set<string>();
  for (const operation of operations) {
    if (!isObject(operation)) continue;
    const lport = ifaceIdIn(operation);
    const [clause] = isArray(operation.where) ? operation.where : [];
    const by = isArray(clause) ? clause[2] : undefined;
    const uuid = isArray(by) && by[0] === "uuid" ? String(by[1]) : "";
    if (lport === undefined) continue;
    lports.add(lport);
    if (operation.op === "wait") before.set(uuid, lport);
    else placed.add(lport);
    if (operation.op === "mutate" && (before.get(uuid) ?? lport) !== lport) left.add(before.get(uuid) ?? "");
  }
  return { lports, decided: lports.difference(left.difference(placed)) };
}

/** The value of the key in the first map that has it. */
function ifaceIdIn(json: Json): string | undefined {
  if (isArray(json)) {
    const [kind, pairs] = json;
    if (kind !== "map" || !isArray(pairs)) return firstOf(json, ifaceIdIn);
    return firstOf(pairs, (pair) => (isArray(pair) && pair[0] === "iface-id" ? String(pair[1]) : undefined));
  }
  return isObject(json)
    ? firstOf(Object.values(json), (one) => (one === undefined ? undefined : ifaceIdIn(one)))
    : undefined;
}

function firstOf<A, B>(list: readonly A[], find: (one: A) => B | undefined): B | undefined {
  for (const one of list) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
