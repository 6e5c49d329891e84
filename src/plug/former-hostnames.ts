/**
 * The hostnames that the rows of chassis have had: what is a change in ourselves is not taken for a decision of the cloud
 * (rule U3).
 */
import type { RowChange } from "ovsdb-jsonrpc";
import type { ChassisRow } from "./rows.ts";

/** By the chassis's name. */
export type FormerHostnames = ReadonlyMap<string, ReadonlySet<string>>;

/** A host that takes one name after the other is remembered by the latest of them. */
const MAX_NAMES = 64;
/** What is longer is the name of no host (RFC 1035), and not remembered. */
const LONGEST_NAME = 255;

/** @returns `before` itself where no hostname became another one */
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
