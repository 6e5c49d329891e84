/**
 * Node `hold`: how many ports are due to be unplugged at once, and whether that is more than is allowed (rule U6 of
 * docs/rules.md). A confirmation covers the ports that were due when it was given.
 */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import type { Intent } from "../intent.ts";
import type { PlugSettings } from "../settings.ts";
import type { Vif } from "../vif.ts";
import { keysOf } from "./keys.ts";
import { ownedVifOf } from "./vif.ts";

export interface Hold {
  /** Ports that are due to be unplugged and not confirmed. */
  readonly due: Set<string>;
  /** Ports with an interface of ours. */
  readonly owned: Set<string>;
  isHeld: boolean;
}

export function nothingHeld(): Hold {
  return { due: new Set(), owned: new Set(), isHeld: false };
}

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly vif: { readonly data: { readonly byLport: ReadonlyMap<string, readonly Vif[]> } };
  readonly confirmed: { readonly data: { readonly current: ReadonlySet<string> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Hold;
  /** Ports that are held now and were not, or were and are not. */
  readonly changes: KeyedChanges<string>;
  readonly cause: Cause;
}

/** One port alone is never too many. */
const MIN_HELD = 2;

export function recomputeHold(context: Context) {
  const { inputs, data } = context;
  return follow(context, keysOf(inputs.intent.data, inputs.vif.data.byLport, data.due, data.owned))
    ? updatedTracked
    : unchanged;
}

export function holdIntentHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  return follow(context, context.input.changes.keys()) ? updated : unchanged;
}

export function holdVifHandler(
  context: Context & {
    readonly input: { readonly changes: { readonly lports: ReadonlyMap<string, Cause> } };
  },
) {
  return follow(context, context.input.changes.lports.keys()) ? updated : unchanged;
}

function follow({ inputs, data, changes, cause }: Context, lports: Iterable<string>): boolean {
  const before = data.isHeld;
  let moved = false;
  for (const lport of lports) {
    const isDue =
      inputs.intent.data.get(lport)?.kind === "unplug" && !inputs.confirmed.data.current.has(lport);
    if (put(data.due, lport, isDue)) {
      moved = true;
      if (before) changes.set(lport, cause);
    }
    if (put(data.owned, lport, ownedVifOf(inputs.vif.data, lport) !== undefined)) moved = true;
  }
  const { maxUnplugPercent } = inputs.settings.data.current;
  data.isHeld = data.due.size >= MIN_HELD && data.due.size * 100 > maxUnplugPercent * data.owned.size;
  if (data.isHeld !== before) {
    for (const lport of data.due) changes.set(lport, cause);
    return true;
  }
  return moved;
}

/** @returns whether that changed the set */
function put(set: Set<string>, key: string, isIn: boolean): boolean {
  if (set.has(key) === isIn) return false;
  if (isIn) set.add(key);
  else set.delete(key);
  return true;
}

/** Why a port is not unplugged now, or null. */
export function heldReason(
  hold: { readonly due: ReadonlySet<string>; readonly isHeld: boolean },
  settings: PlugSettings,
  lport: string,
): string | null {
  if (!hold.isHeld || !hold.due.has(lport)) return null;
  return `more than safety.max_unplug (${settings.maxUnplugPercent}%) of the plugged ports are due to be unplugged at once; if that is right: ovs-appctl -t vifplugd plug/confirm-unplug`;
}
