/**
 * The hostnames that the rows of chassis had before, so that a change of this host is not taken for a decision of the cloud
 * (rule U3).
 */
import type { RowChange } from "ovsdb-jsonrpc";
import type { ChassisRow } from "./rows.ts";

/** The former hostnames, by the name of the chassis. */
export type FormerHostnames = ReadonlyMap<string, ReadonlySet<string>>;

/** Of a host that takes more names than this, the latest names are remembered. */
const MAX_NAMES = 64;
/** In characters. No host has a longer name (RFC 1035), and longer names are not remembered. */
const LONGEST_NAME = 255;

/** @returns `before` itself where no hostname changed */
export function withFormer(
  before: FormerHostnames,
  changes: readonly RowChange<ChassisRow>[],
): FormerHostnames {
  let after: Map<string, ReadonlySet<string>> | null = null;
  for (const { old, new: row } of changes) {
    if (old === null || old.hostname === "" || old.hostname === row?.hostname) continue;
    if (old.hostname.length > LONGEST_NAME || old.name.length > LONGEST_NAME) continue;
    const known = (after ?? before).get(old.name) ?? new Set();
    if (known.has(old.hostname)) continue;
    after ??= new Map(before);
    after.set(old.name, new Set([...known, old.hostname].slice(-MAX_NAMES)));
  }
  return after ?? before;
}
