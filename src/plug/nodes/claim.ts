/**
 * Node `claim`: which logical ports want an interface of a name that they do not have yet, by name. Two that want the
 * same one are told apart by their own names, so that the order in which they came does not matter (rule P6).
 */
import { type Cause, type KeyedChanges, unchanged, updated } from "../../graph/index.ts";
import type { Answers } from "../answers.ts";

export interface Claims {
  readonly byLport: Map<string, string>;
  /** Logical ports in the order of their names; seldom more than one. */
  readonly byName: Map<string, readonly string[]>;
}

export function noClaims(): Claims {
  return { byLport: new Map(), byName: new Map() };
}

interface Context {
  readonly inputs: { readonly answer: { readonly data: ReadonlyMap<string, Answers> } };
  readonly data: Claims;
}

export function collectClaims({ inputs, data }: Context) {
  if (isRight(inputs.answer.data, data)) return unchanged;
  data.byLport.clear();
  data.byName.clear();
  for (const [lport, answers] of inputs.answer.data) {
    const name = claimOf(answers);
    if (name !== null) stake(data, lport, name);
  }
  return updated;
}

/** Both indexes hold every claim, and then as many as there are. */
function isRight(answers: ReadonlyMap<string, Answers>, { byLport, byName }: Claims): boolean {
  let [claims, missing, listed] = [0, 0, 0];
  answers.forEach((one, lport) => {
    const name = claimOf(one);
    if (name === null) return;
    if (byLport.get(lport) !== name || !byName.get(name)?.includes(lport)) missing++;
    claims++;
  });
  for (const lports of byName.values()) listed += lports.length;
  return missing === 0 && byLport.size === claims && listed === claims;
}

/** Tracks the names whose claimants changed. */
export function claimAnswerHandler(
  context: Context & {
    readonly input: { readonly changes: ReadonlyMap<string, Cause> };
    readonly changes: KeyedChanges<string>;
  },
) {
  const { inputs, data, changes, input } = context;
  for (const [lport, cause] of input.changes) {
    const before = data.byLport.get(lport) ?? null;
    const after = claimOf(inputs.answer.data.get(lport));
    if (before === after) continue;
    if (before !== null) {
      withdraw(data, lport, before);
      changes.set(before, cause);
    }
    if (after !== null) {
      stake(data, lport, after);
      changes.set(after, cause);
    }
  }
  return changes.size === 0 ? unchanged : updated;
}

function claimOf(answers: Answers | undefined): string | null {
  return answers?.kind === "asked" ? answers.claim : null;
}

function stake(data: Claims, lport: string, name: string): void {
  data.byLport.set(lport, name);
  const others = data.byName.get(name);
  data.byName.set(name, others === undefined ? [lport] : [...others, lport].sort());
}

function withdraw(data: Claims, lport: string, name: string): void {
  data.byLport.delete(lport);
  const rest = (data.byName.get(name) ?? []).filter((other) => other !== lport);
  if (rest.length === 0) data.byName.delete(name);
  else data.byName.set(name, rest);
}
