/**
 * Node `hold`: how many ports are due to be unplugged at once, and whether the unplugs are held: there are more of them than
 * `safety.max_unplug` allows (rule U6 of docs/rules.md), or the Southbound is another database than before. A confirmation
 * covers the ports that were due when the operator gave it.
 */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import { type Advice, leftoversIn, misplacementOf } from "../advice.ts";
import type { Intent } from "../intent.ts";
import type { PlugSettings } from "../settings.ts";
import type { SouthboundState, Stranger } from "./input-nodes.ts";

export interface Hold {
  /** Ports that are due to be unplugged and not confirmed. */
  readonly due: Set<string>;
  /** How many ports have an interface of ours. */
  ownedCount: number;
  isHeld: boolean;
  /** The unknown Southbound for which every unplug is held, however few there are; null: the Southbound is known. */
  stranger: Stranger | null;
}

/** The part of the data that other nodes read. */
export type Holding = Readonly<Pick<Hold, "isHeld" | "stranger">> & { readonly due: ReadonlySet<string> };

export function nothingHeld(): Hold {
  return { due: new Set(), ownedCount: 0, isHeld: false, stranger: null };
}

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly advice: { readonly data: ReadonlyMap<string, Advice> };
  readonly lport: { readonly data: { readonly ownedCount: number } };
  readonly southbound: { readonly data: { readonly current: SouthboundState } };
  readonly confirmed: { readonly data: { readonly current: ReadonlySet<string> } };
}

interface Context {
  readonly inputs: Inputs;
  readonly data: Hold;
  /** The ports that are held now and were not, or that were held and are not. */
  readonly changes: KeyedChanges<string>;
  readonly cause: Cause;
}

/** One port alone is never too many. */
const MIN_HELD = 2;

export function recomputeHold(context: Context) {
  const { inputs, data } = context;
  const lports = new Set(data.due);
  inputs.intent.data.forEach(({ kind }, lport) => {
    if (kind === "unplug") lports.add(lport);
  });
  inputs.advice.data.forEach((advice, lport) => {
    if (isDueToGo(undefined, advice)) lports.add(lport);
  });
  return follow(context, lports) ? updatedTracked : unchanged;
}

/** The tracked changes of the input are logical ports. */
function followLports(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  return follow(context, context.input.changes.keys()) ? updated : unchanged;
}

export const holdIntentHandler = followLports;
export const holdAdviceHandler = followLports;

export function holdLportHandler(context: Context) {
  return weigh(context) ? updated : unchanged;
}

export function holdSouthboundHandler(context: Context) {
  return weigh(context) ? updated : unchanged;
}

function follow(context: Context, lports: Iterable<string>): boolean {
  const { inputs, data, changes, cause } = context;
  let moved = false;
  for (const lport of lports) {
    const isDue =
      isDueToGo(inputs.intent.data.get(lport), inputs.advice.data.get(lport)) &&
      !inputs.confirmed.data.current.has(lport);
    if (!put(data.due, lport, isDue)) continue;
    moved = true;
    if (data.isHeld) changes.set(lport, cause);
  }
  return weigh(context) || moved;
}

/**
 * True when the port is to be unplugged, when an interface is left over of the port, or when a provider that is not part of
 * the executable names another owner of the interface.
 */
export function isDueToGo(intent: Intent | undefined, advice: Advice | undefined): boolean {
  return intent?.kind === "unplug" || countsAsMisplaced(advice) || leftoversIn(advice).length > 0;
}

function countsAsMisplaced(advice: Advice | undefined): boolean {
  return misplacementOf(advice)?.isBuiltIn === false;
}

/** @returns true when the data changed */
function weigh({ inputs, data, changes, cause }: Context): boolean {
  const { maxUnplugPercent } = inputs.settings.data.current;
  const { isHeld, ownedCount, stranger } = data;
  data.ownedCount = inputs.lport.data.ownedCount;
  data.stranger = inputs.southbound.data.current.stranger ?? null;
  const isMany = data.due.size >= MIN_HELD && data.due.size * 100 > maxUnplugPercent * data.ownedCount;
  data.isHeld = isMany || (data.stranger !== null && data.due.size > 0);
  const isOther = data.isHeld !== isHeld || data.stranger !== stranger;
  if (isOther) for (const lport of data.due) changes.set(lport, cause);
  return isOther || data.ownedCount !== ownedCount;
}

/** @returns true when the set changed */
function put(set: Set<string>, key: string, isIn: boolean): boolean {
  if (set.has(key) === isIn) return false;
  if (isIn) set.add(key);
  else set.delete(key);
  return true;
}

/** The reason why the unplug of a port is held, or null. */
export function heldReason(hold: Holding, settings: PlugSettings, lport: string): string | null {
  if (!hold.isHeld || !hold.due.has(lport)) return null;
  if (hold.stranger !== null) return `${otherSouthbound(hold.stranger)}; ${CONFIRM}`;
  return `more than safety.max_unplug (${settings.maxUnplugPercent}%) of the plugged ports are due to be unplugged at once; ${CONFIRM}`;
}

export const CONFIRM = "if that is right: ovs-appctl -t vifplugd plug/confirm-unplug";

export function otherSouthbound({ before, now }: Stranger): string {
  return `the Southbound is another database than before (${clusterName(before)}, now ${clusterName(now)})`;
}

function clusterName(cid: string | null): string {
  return cid === null ? "no cluster" : `cluster ${cid}`;
}
