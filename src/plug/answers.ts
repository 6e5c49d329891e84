/**
 * What the providers say about one logical port. Usually one provider is asked one thing; when an interface changes
 * hands (another plug type, or another interface name) the provider it leaves is asked to remove it as well.
 */
import { misplacedIn } from "../providers/answer.ts";
import type { BridgeView, OpenVSwitchView, Operation } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import type { Change } from "./change.ts";
import type { Intent } from "./intent.ts";
import { type Consultation, carryOver, consult, type Question, stillHolds } from "./question.ts";
import type { PortBindingRow } from "./rows.ts";
import type { Vif } from "./vif.ts";

export type Answers =
  | {
      readonly kind: "no-provider";
      readonly plugType: string;
      /** Who would answer to it, and could not start; null: nobody is enabled for it. */
      readonly refused: RefusedProvider | null;
    }
  | {
      readonly kind: "asked";
      /** What was asked about: where it is another one no answer holds, and none has to be looked at. */
      readonly binding: PortBindingRow | null;
      /** To plug or to unplug, as the intent is. */
      readonly main: Consultation;
      /** To remove what the interface in place was plugged as; null when it does not change hands. */
      readonly leaving: Leaving | null;
      /** The name of the interface that is wanted and not in place, or null. */
      readonly claim: string | null;
    };

export type Leaving =
  | Consultation
  | { readonly noProviderFor: string; readonly refused: RefusedProvider | null };

/** What is around a logical port when its providers are asked. */
export interface Surroundings {
  readonly openVSwitch: OpenVSwitchView;
  readonly bridge: BridgeView;
  forPlugType(plugType: string): RegisteredProvider | undefined;
  refused(): readonly RefusedProvider[];
  /** Another number whenever the lookup tables of the provider of this type changed. */
  lookup(type: string): number;
}

/** What is asked about a logical port. */
interface Subject {
  readonly plugType: string;
  readonly operation: Operation;
  readonly binding: PortBindingRow | null;
}

/** An interface that stays is asked about too: it may have become somebody else's (rule U7). Null: nobody is asked. */
function subjectOf(intent: Intent): Subject | null {
  const { kind, plugType } = intent;
  if (kind === "plug") return { plugType, operation: "create", binding: intent.binding };
  if (kind === "unplug") return { plugType, operation: "remove", binding: intent.binding };
  const { owned, binding } = intent.lport;
  if (owned === null || binding === null) return null;
  return { plugType: owned.plugType, operation: "create", binding };
}

/**
 * Asks whoever has to be asked; an answer of `last` that still holds is kept, and `last` itself when all hold.
 * @returns undefined: nobody has to be asked
 */
export function gatherAnswers(
  intent: Intent,
  nonce: number,
  around: Surroundings,
  last: Answers | undefined,
): Answers | undefined {
  const subject = subjectOf(intent);
  if (subject === null) return undefined;
  const { plugType, operation, binding } = subject;
  const { name, owned } = intent.lport;
  const provider = around.forPlugType(plugType);
  if (provider === undefined) {
    const refused = refusedFor(around, plugType);
    const isSame = last?.kind === "no-provider" && last.plugType === plugType && last.refused === refused;
    return isSame ? last : { kind: "no-provider", plugType, refused };
  }
  const known = last?.kind === "asked" && last.binding === binding ? last : undefined;
  const question: Question = {
    lport: name,
    plugType,
    operation,
    provider,
    binding,
    interface: owned?.interface ?? null,
    openVSwitch: around.openVSwitch,
    bridge: around.bridge,
    lookup: around.lookup(provider.type),
    nonce,
  };
  const main = ask(question, known?.main);
  const leaves = intent.kind === "plug" ? changesHands(main, owned) : isSentAway(main, owned);
  const leaving = leaves && owned !== null ? askToLeave(question, owned, around, known?.leaving) : null;
  const claim = intent.kind === "plug" ? claimOf(main) : null;
  if (known !== undefined && known.main === main && known.leaving === leaving && known.claim === claim) {
    return known;
  }
  return { kind: "asked", binding, main, leaving, claim };
}

function ask(question: Question, last: Consultation | undefined): Consultation {
  return last !== undefined && stillHolds(last, question) ? carryOver(last, question) : consult(question);
}

function claimOf({ question, target }: Consultation): string | null {
  return target === null || target.wanted.name === question.interface?.name ? null : target.wanted.name;
}

/** The interface is somebody else's, and its provider has not been asked yet to remove it. */
function isSentAway(main: Consultation, owned: Vif | null): boolean {
  return owned !== null && main.question.operation === "create" && misplacementIn(main) !== null;
}

function changesHands(main: Consultation, owned: Vif | null): boolean {
  if (isSentAway(main, owned)) return true;
  if (owned === null || main.target === null) return false;
  return owned.plugType !== main.question.plugType || owned.interface.name !== main.target.wanted.name;
}

function askToLeave(
  main: Question,
  owned: Vif,
  around: Surroundings,
  last: Leaving | null | undefined,
): Leaving {
  const plugType = owned.plugType;
  const provider = around.forPlugType(plugType);
  if (provider === undefined) {
    const refused = refusedFor(around, plugType);
    const isKnown = last !== null && last !== undefined && "noProviderFor" in last;
    const isSame = isKnown && last.noProviderFor === plugType && last.refused === refused;
    return isSame ? last : { noProviderFor: plugType, refused };
  }
  const question: Question = {
    ...main,
    plugType,
    operation: "remove",
    provider,
    lookup: around.lookup(provider.type),
  };
  return ask(question, last !== null && last !== undefined && "answer" in last ? last : undefined);
}

/** The provider that would answer to a plug type, had it started. */
export function refusedFor(
  providers: Pick<Surroundings, "refused">,
  plugType: string,
): RefusedProvider | null {
  return providers.refused().find(({ plugTypes }) => plugTypes.includes(plugType)) ?? null;
}

/** The types of all that were asked, or would have been. */
export function typesOf(answers: Answers | undefined): readonly string[] {
  if (answers === undefined) return [];
  if (answers.kind === "no-provider") return answers.refused === null ? [] : [answers.refused.type];
  const asked = consultationsOf(answers).map(({ question }) => question.provider.type);
  const { leaving } = answers;
  const refused = leaving !== null && "noProviderFor" in leaving ? leaving.refused : null;
  return refused === null ? asked : [...asked, refused.type];
}

/** Every consultation in it, in the order in which it was held. */
export function consultationsOf(answers: Answers | undefined): readonly Consultation[] {
  if (answers?.kind !== "asked") return [];
  const { main, leaving } = answers;
  return leaving !== null && "answer" in leaving ? [main, leaving] : [main];
}

/** Whose the interface in place is by now, as a provider knows for sure; null: nobody says so. */
export function misplacementOf(answers: Answers | undefined): Misplacement | null {
  for (const consultation of consultationsOf(answers)) {
    const misplacement = misplacementIn(consultation);
    if (misplacement !== null) return misplacement;
  }
  return null;
}

/** What is asked for again by its name is not somebody else's, whatever the provider says. */
function misplacementIn({ question, answer, target }: Consultation): Misplacement | null {
  const whose = misplacedIn(answer);
  const name = question.interface?.name;
  if (whose === null || name === undefined || target?.wanted.name === name) return null;
  return { whose, isBuiltIn: question.provider.isBuiltIn };
}

export interface Misplacement {
  readonly whose: string;
  /** The provider that says so is part of the executable. */
  readonly isBuiltIn: boolean;
}

/**
 * The answers a change stands on: an adoption also ends the consultation of the port that is taken from, and an interface
 * that goes although the port is wanted only the one that it leaves.
 */
export function withLeaving(answers: Answers, change: Change): Answers {
  if (answers.kind !== "asked") return answers;
  if (change.kind === "update" && change.adoption !== undefined) {
    return { ...answers, leaving: change.adoption.leaving };
  }
  const { main, leaving } = answers;
  if (change.kind !== "remove" || main.question.operation === "remove" || leaving === null) return answers;
  return "answer" in leaving
    ? { ...answers, main: leaving, leaving: null, claim: null }
    : { kind: "no-provider", plugType: leaving.noProviderFor, refused: leaving.refused };
}
