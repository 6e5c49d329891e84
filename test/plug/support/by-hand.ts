/** What the engine and the nodes before it hand to a node, and what providers have said: made by hand for one test. */
import type { Cause } from "../../../src/graph/index.ts";
import type { Advice } from "../../../src/plug/advice.ts";
import { type Consultation, consult, type Question } from "../../../src/plug/question.ts";
import type { Answer } from "../../../src/providers/answer.ts";
import type { Behaviour } from "../../support/providers.ts";
import { recordedProvider, registered } from "../../support/providers.ts";
import { bridgeRow, openVSwitchRow, wantedRow } from "../../support/rows.ts";

export const cause: Cause = { seq: 1, time: 0, source: "a test", label: "update", key: undefined };

/** A value that is replaced as a whole, as a node sees it. */
export function holding<T>(current: T): { readonly data: { readonly current: T } } {
  return { data: { current } };
}

/** Tracked changes of these keys. */
export function changesOf<K>(...keys: readonly K[]): { readonly changes: ReadonlyMap<K, Cause> } {
  return { changes: new Map(keys.map((key) => [key, cause])) };
}

/** A question to plug `lsp1`, of which nothing is plugged. */
export function questionOf(rest: Partial<Question> = {}, behaviour: Behaviour = {}): Question {
  return {
    lport: "lsp1",
    plugType: "dummy",
    operation: "create",
    provider: registered(recordedProvider(rest.plugType ?? "dummy", behaviour).provider),
    options: wantedRow().options,
    interface: null,
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    lookup: 0,
    ...rest,
  };
}

/** A consultation that ended with this answer. */
export function answered(answer: Answer, rest: Partial<Question> = {}): Consultation {
  return { question: questionOf(rest), answer, desired: null };
}

/** The provider is ready to plug, and that is all. */
export function askedToPlug(rest: Partial<Extract<Advice, { readonly kind: "asked" }>> = {}) {
  return { kind: "asked", main: consult(questionOf()), leaving: null, claim: null, ...rest } as const;
}
