/**
 * Node `hold`: how many ports are due to be unplugged at once, and whether that is more than is allowed (rule U6 of
 * docs/rules.md). A confirmation covers the ports that were due when it was given.
 */
import { type Cause, type KeyedChanges, unchanged, updated, updatedTracked } from "../../graph/index.ts";
import { type Answers, misplacementOf } from "../answers.ts";
import type { Intent } from "../intent.ts";
import type { PlugSettings } from "../settings.ts";

export interface Hold {
  /** Ports that are due to be unplugged and not confirmed. */
  readonly due: Set<string>;
  /** How many ports have an interface of ours. */
  owned: number;
  isHeld: boolean;
}

export function nothingHeld(): Hold {
  return { due: new Set(), owned: 0, isHeld: false };
}

interface Inputs {
  readonly settings: { readonly data: { readonly current: PlugSettings } };
  readonly intent: { readonly data: ReadonlyMap<string, Intent> };
  readonly answer: { readonly data: ReadonlyMap<string, Answers> };
  readonly lport: { readonly data: { readonly owned: number } };
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
  const lports = new Set(data.due);
  inputs.intent.data.forEach(({ kind }, lport) => {
    if (kind === "unplug") lports.add(lport);
  });
  inputs.answer.data.forEach((answers, lport) => {
    if (countsAsMisplaced(answers)) lports.add(lport);
  });
  return follow(context, lports) ? updatedTracked : unchanged;
}

/** Handler of inputs whose tracked changes are logical ports. */
export function holdLportsHandler(
  context: Context & { readonly input: { readonly changes: ReadonlyMap<string, Cause> } },
) {
  return follow(context, context.input.changes.keys()) ? updated : unchanged;
}

export function holdLportHandler(context: Context) {
  return weigh(context) ? updated : unchanged;
}

function follow(context: Context, lports: Iterable<string>): boolean {
  const { inputs, data, changes, cause } = context;
  let moved = false;
  for (const lport of lports) {
    const isDue =
      isDueToGo(inputs.intent.data.get(lport), inputs.answer.data.get(lport)) &&
      !inputs.confirmed.data.current.has(lport);
    if (!put(data.due, lport, isDue)) continue;
    moved = true;
    if (data.isHeld) changes.set(lport, cause);
  }
  return weigh(context) || moved;
}

/** The port is to be unplugged, or a provider that is not part of the executable says that its interface is another's. */
export function isDueToGo(intent: Intent | undefined, answers: Answers | undefined): boolean {
  return intent?.kind === "unplug" || countsAsMisplaced(answers);
}

function countsAsMisplaced(answers: Answers | undefined): boolean {
  return misplacementOf(answers)?.isBuiltIn === false;
}

/** @returns whether that changed the data */
function weigh({ inputs, data, changes, cause }: Context): boolean {
  const { maxUnplugPercent } = inputs.settings.data.current;
  const { isHeld, owned } = data;
  data.owned = inputs.lport.data.owned;
  data.isHeld = data.due.size >= MIN_HELD && data.due.size * 100 > maxUnplugPercent * data.owned;
  if (data.isHeld !== isHeld) for (const lport of data.due) changes.set(lport, cause);
  return data.isHeld !== isHeld || data.owned !== owned;
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
