/**
 * Node `claim`: the interface names that logical ports want and do not have yet. Several claimants of one name are ordered by
 * the names of the logical ports, so that their order of arrival does not matter (rule P6).
 */
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import type { Advice } from "../advice.ts";

export interface Claims {
  readonly byLport: Map<string, string>;
  /** The claimants of each name, in the order of their own names; seldom more than one. */
  readonly byName: Map<string, readonly string[]>;
}

export function noClaims(): Claims {
  return { byLport: new Map(), byName: new Map() };
}

interface Context {
  readonly inputs: { readonly advice: { readonly data: ReadonlyMap<string, Advice> } };
  readonly data: Claims;
}

export function collectClaims({ inputs, data }: Context) {
  if (isRight(inputs.advice.data, data)) return unchanged;
  data.byLport.clear();
  data.byName.clear();
  for (const [lport, advice] of inputs.advice.data) {
    const name = claimOf(advice);
    if (name !== null) addClaim(data, lport, name);
  }
  return updated;
}

/** True when both indexes hold every claim of the advice, and no other claim. */
function isRight(advice: ReadonlyMap<string, Advice>, { byLport, byName }: Claims): boolean {
  let [claims, missing, listed] = [0, 0, 0];
  advice.forEach((one, lport) => {
    const name = claimOf(one);
    if (name === null) return;
    if (byLport.get(lport) !== name || !byName.get(name)?.includes(lport)) missing++;
    claims++;
  });
  for (const lports of byName.values()) listed += lports.length;
  return missing === 0 && byLport.size === claims && listed === claims;
}

/** Tracks the names whose claimants changed. */
export function claimAdviceHandler(
  context: Context & {
    readonly input: { readonly changes: ReadonlyMap<string, Cause> };
    readonly changes: KeyedChanges<string>;
  },
) {
  const { inputs, data, changes, input } = context;
  for (const [lport, cause] of input.changes) {
    const before = data.byLport.get(lport) ?? null;
    const after = claimOf(inputs.advice.data.get(lport));
    if (before === after) continue;
    if (before !== null) {
      removeClaim(data, lport, before);
      changes.set(before, cause);
    }
    if (after !== null) {
      addClaim(data, lport, after);
      changes.set(after, cause);
    }
  }
  return changes.size === 0 ? unchanged : updated;
}

function claimOf(advice: Advice | undefined): string | null {
  return advice?.kind === "asked" ? advice.claim : null;
}

function addClaim(data: Claims, lport: string, name: string): void {
  data.byLport.set(lport, name);
  const others = data.byName.get(name);
  data.byName.set(name, others === undefined ? [lport] : [...others, lport].sort());
}

function removeClaim(data: Claims, lport: string, name: string): void {
  data.byLport.delete(lport);
  const rest = (data.byName.get(name) ?? []).filter((other) => other !== lport);
  if (rest.length === 0) data.byName.delete(name);
  else data.byName.set(name, rest);
}
