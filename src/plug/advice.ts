/**
 * What the providers say about one logical port. Usually one provider is asked one thing; when an interface changes
 * hands (another plug type, or another interface name) the provider it leaves is asked to remove it as well.
 */
import { misplacedIn } from "../providers/answer.ts";
import type { BridgeView, OpenVSwitchView, Operation } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import type { Change } from "./change.ts";
import type { Intent } from "./intent.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import { type Consultation, carryOver, consult, type Question, stillHolds } from "./question.ts";
import type { PortBindingRow } from "./rows.ts";

export type Advice =
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
export interface AskingFacts {
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
  const { inPlace, binding } = intent.lport;
  if (inPlace === null || binding === null) return null;
  return { plugType: inPlace.plugType, operation: "create", binding };
}

/**
 * Asks whoever has to be asked; an answer of `last` that still holds is kept, and `last` itself when all hold.
 * @returns undefined: nobody has to be asked
 */
export function gatherAdvice(
  intent: Intent,
  nonce: number,
  facts: AskingFacts,
  last: Advice | undefined,
): Advice | undefined {
  const subject = subjectOf(intent);
  if (subject === null) return undefined;
  const { plugType, operation, binding } = subject;
  const { name, inPlace } = intent.lport;
  const provider = facts.forPlugType(plugType);
  if (provider === undefined) {
    const refused = refusedFor(facts, plugType);
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
    interface: inPlace?.interface ?? null,
    openVSwitch: facts.openVSwitch,
    bridge: facts.bridge,
    lookup: facts.lookup(provider.type),
    nonce,
  };
  const main = ask(question, known?.main);
  const leaves = intent.kind === "plug" ? changesHands(main, inPlace) : isSentAway(main, inPlace);
  const leaving = leaves && inPlace !== null ? askToLeave(question, inPlace, facts, known?.leaving) : null;
  const claim = intent.kind === "plug" ? claimOf(main) : null;
  if (known !== undefined && known.main === main && known.leaving === leaving && known.claim === claim) {
    return known;
  }
  return { kind: "asked", binding, main, leaving, claim };
}

function ask(question: Question, last: Consultation | undefined): Consultation {
  return last !== undefined && stillHolds(last, question) ? carryOver(last, question) : consult(question);
}

function claimOf({ question, desired }: Consultation): string | null {
  return desired === null || desired.wanted.name === question.interface?.name ? null : desired.wanted.name;
}

/** The interface is somebody else's, and its provider has not been asked yet to remove it. */
function isSentAway(main: Consultation, inPlace: ObservedInterface | null): boolean {
  return inPlace !== null && main.question.operation === "create" && misplacementIn(main) !== null;
}

function changesHands(main: Consultation, inPlace: ObservedInterface | null): boolean {
  if (isSentAway(main, inPlace)) return true;
  if (inPlace === null || main.desired === null) return false;
  return inPlace.plugType !== main.question.plugType || inPlace.interface.name !== main.desired.wanted.name;
}

function askToLeave(
  main: Question,
  inPlace: ObservedInterface,
  facts: AskingFacts,
  last: Leaving | null | undefined,
): Leaving {
  const plugType = inPlace.plugType;
  const provider = facts.forPlugType(plugType);
  if (provider === undefined) {
    const refused = refusedFor(facts, plugType);
    const isKnown = last !== null && last !== undefined && "noProviderFor" in last;
    const isSame = isKnown && last.noProviderFor === plugType && last.refused === refused;
    return isSame ? last : { noProviderFor: plugType, refused };
  }
  const question: Question = {
    ...main,
    plugType,
    operation: "remove",
    provider,
    lookup: facts.lookup(provider.type),
  };
  return ask(question, last !== null && last !== undefined && "answer" in last ? last : undefined);
}

/** The provider that would answer to a plug type, had it started. */
export function refusedFor(
  providers: Pick<AskingFacts, "refused">,
  plugType: string,
): RefusedProvider | null {
  return providers.refused().find(({ plugTypes }) => plugTypes.includes(plugType)) ?? null;
}

/** The types of all that were asked, or would have been. */
export function typesOf(advice: Advice | undefined): readonly string[] {
  if (advice === undefined) return [];
  if (advice.kind === "no-provider") return advice.refused === null ? [] : [advice.refused.type];
  const asked = consultationsOf(advice).map(({ question }) => question.provider.type);
  const { leaving } = advice;
  const refused = leaving !== null && "noProviderFor" in leaving ? leaving.refused : null;
  return refused === null ? asked : [...asked, refused.type];
}

/** Every consultation in it, in the order in which it was held. */
export function consultationsOf(advice: Advice | undefined): readonly Consultation[] {
  if (advice?.kind !== "asked") return [];
  const { main, leaving } = advice;
  return leaving !== null && "answer" in leaving ? [main, leaving] : [main];
}

/** Whose the interface in place is by now, as a provider knows for sure; null: nobody says so. */
export function misplacementOf(advice: Advice | undefined): Misplacement | null {
  for (const consultation of consultationsOf(advice)) {
    const misplacement = misplacementIn(consultation);
    if (misplacement !== null) return misplacement;
  }
  return null;
}

/** What is asked for again by its name is not somebody else's, whatever the provider says. */
function misplacementIn({ question, answer, desired }: Consultation): Misplacement | null {
  const whose = misplacedIn(answer);
  const name = question.interface?.name;
  if (whose === null || name === undefined || desired?.wanted.name === name) return null;
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
export function withLeaving(advice: Advice, change: Change): Advice {
  if (advice.kind !== "asked") return advice;
  if (change.kind === "update" && change.adoption !== undefined) {
    return { ...advice, leaving: change.adoption.leaving };
  }
  const { main, leaving } = advice;
  if (change.kind !== "remove" || main.question.operation === "remove" || leaving === null) return advice;
  return "answer" in leaving
    ? { ...advice, main: leaving, leaving: null, claim: null }
    : { kind: "no-provider", plugType: leaving.noProviderFor, refused: leaving.refused };
}
