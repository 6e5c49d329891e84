/**
 * What the providers say about one logical port. Usually one provider is asked one thing; when an interface changes
 * hands (another plug type, or another interface name) the provider it leaves is asked to remove it as well.
 */
import { misplacedIn } from "../providers/answer.ts";
import type { Operation } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import type { Change, Remove } from "./change.ts";
import type { Intent } from "./intent.ts";
import { interfacesOf } from "./lport.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import {
  type Consultation,
  carryOver,
  consult,
  type LocalViews,
  type Question,
  stillHolds,
} from "./question.ts";

export type Advice =
  | {
      readonly kind: "no-provider";
      readonly plugType: string;
      /** Who would answer to it, and could not start; null: nobody is enabled for it. */
      readonly refused: RefusedProvider | null;
    }
  | {
      readonly kind: "asked";
      /** To plug or to unplug, as the intent is. */
      readonly main: Consultation;
      /** To remove what the interface in place was plugged as; null when it does not change hands. */
      readonly leaving: Leaving | null;
      /** The name of the interface that is wanted and not in place, or null. */
      readonly claim: string | null;
      /** Absent: no more than one interface of ours has its iface-id. */
      readonly several?: Several;
      /** What a change of this port ends besides: to remove what it takes over from another one. */
      readonly adopted?: Consultation;
    };

/** Of several interfaces of ours with one iface-id, the one that its provider answers is the logical port's. */
export interface Several {
  readonly inPlace: ObservedInterface;
  /** By name; none while the provider has not answered. */
  readonly leftovers: readonly Leftover[];
  /** What was asked about the first of them by name, where that is not the one; it leads to nothing. */
  readonly probe: Consultation | null;
}

export interface Leftover {
  readonly observed: ObservedInterface;
  /** To remove it. */
  readonly leaving: Leaving;
}

export type Leaving =
  | Consultation
  | { readonly noProviderFor: string; readonly refused: RefusedProvider | null };

/** What is around a logical port when its providers are asked. */
export interface AskingFacts {
  readonly views: LocalViews;
  forPlugType(plugType: string): RegisteredProvider | undefined;
  refused(): readonly RefusedProvider[];
  /** Another number whenever the lookup tables of the provider of this type changed. */
  lookup(type: string): number;
}

/** What is asked about a logical port. */
interface Subject {
  readonly plugType: string;
  readonly operation: Operation;
  readonly options: Question["options"];
}

/** An interface that stays is asked about too: it may have become somebody else's (rule U7). Null: nobody is asked. */
function subjectOf(intent: Intent): Subject | null {
  const { kind, plugType } = intent;
  if (kind === "plug") return { plugType, operation: "create", options: intent.binding.options };
  if (kind === "unplug") {
    const row = intent.binding ?? intent.lastSeen ?? null;
    return { plugType, operation: "remove", options: row?.options ?? null };
  }
  const { inPlace } = intent.lport;
  const binding = intent.lport.binding ?? (kind === "stay" ? intent.lastSeen : null) ?? null;
  if (inPlace === null || binding === null) return null;
  return { plugType: inPlace.plugType, operation: "create", options: binding.options };
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
  const { plugType, operation, options } = subject;
  const { name } = intent.lport;
  const provider = facts.forPlugType(plugType);
  if (provider === undefined) {
    const refused = refusedFor(facts, plugType);
    const isSame = last?.kind === "no-provider" && last.plugType === plugType && last.refused === refused;
    return isSame ? last : { kind: "no-provider", plugType, refused };
  }
  const known = last?.kind === "asked" ? last : undefined;
  const first = intent.lport.inPlace;
  const asked: Question = {
    lport: name,
    plugType,
    operation,
    provider,
    options,
    interface: first?.interface ?? null,
    views: facts.views,
    lookup: facts.lookup(provider.type),
  };
  const question = nonce === 0 ? asked : { ...asked, nonce };
  const several = askOfSeveral(question, intent, facts, known);
  const main = several?.main ?? ask(question, known?.main);
  const inPlace = several?.found.inPlace ?? first;
  const leaves = intent.kind === "plug" ? changesHands(main, inPlace) : isSentAway(main, inPlace);
  const leaving =
    leaves && inPlace !== null ? askToLeave(main.question, inPlace, facts, known?.leaving) : null;
  const claim = intent.kind === "plug" ? claimOf(main) : null;
  const found = several?.found;
  const isSame = known?.main === main && known.leaving === leaving && known.claim === claim;
  if (isSame && known.several === found) return known;
  const advice = { kind: "asked", main, leaving, claim } as const;
  return found === undefined ? advice : { ...advice, several: found };
}

/**
 * Which of several interfaces of ours is the logical port's follows from the name that its provider answers. So the first
 * one by name is asked about, and then the one that bears the name; always in this order, that the outcome be the same
 * whatever was known before.
 */
function askOfSeveral(
  question: Question,
  { kind, lport }: Intent,
  facts: AskingFacts,
  known: Extract<Advice, { readonly kind: "asked" }> | undefined,
): { readonly main: Consultation; readonly found: Several } | null {
  const owned = lport.others.length === 0 ? [] : interfacesOf(lport).filter(({ isOwned }) => isOwned);
  const [first] = owned;
  if (kind !== "plug" || first === undefined || owned.length < 2) return null;
  const last = known?.several;
  const asked = ask(question, last === undefined ? known?.main : (last.probe ?? known?.main));
  const named = owned.find((one) => one.interface.name === asked.desired?.wanted.name);
  const inPlace = named ?? first;
  const isFirst = inPlace === first;
  const main = isFirst ? asked : ask({ ...question, interface: inPlace.interface }, known?.main);
  const others = main.desired === null ? [] : owned.filter((one) => one !== inPlace);
  const leftovers = others.map((observed): Leftover => {
    const { name } = observed.interface;
    const before = last?.leftovers.find((one) => one.observed.interface.name === name);
    const leaving = askToLeave(main.question, observed, facts, before?.leaving);
    return before?.observed === observed && before.leaving === leaving ? before : { observed, leaving };
  });
  const found = { inPlace, leftovers, probe: isFirst ? null : asked };
  return { main, found: last !== undefined && sameSeveral(last, found) ? last : found };
}

const NO_LEFTOVERS: readonly Leftover[] = [];

function sameSeveral(a: Several, b: Several): boolean {
  return (
    a.inPlace === b.inPlace &&
    a.probe === b.probe &&
    a.leftovers.length === b.leftovers.length &&
    a.leftovers.every((one, index) => one === b.leftovers[index])
  );
}

/** The interface that a logical port is dealt with by. */
export function inPlaceOf({ lport }: Intent, advice: Advice | undefined): ObservedInterface | null {
  const several = advice?.kind === "asked" ? advice.several : undefined;
  return several === undefined ? lport.inPlace : several.inPlace;
}

/** What is left over of a logical port that has another interface, the one that its provider answers. */
export function leftoversIn(advice: Advice | undefined): readonly Leftover[] {
  return advice?.kind === "asked" && advice.claim === null ? leftoversBeside(advice) : NO_LEFTOVERS;
}

/** The interfaces of ours with its iface-id besides the one in place, be that the one that its provider answers or not. */
export function leftoversBeside(advice: Advice | undefined): readonly Leftover[] {
  return advice?.kind === "asked" ? (advice.several?.leftovers ?? NO_LEFTOVERS) : NO_LEFTOVERS;
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
    interface: inPlace.interface,
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
  const unanswered = [advice.leaving, ...leftoversBeside(advice).map(({ leaving }) => leaving)];
  const others = unanswered.flatMap((leaving) => {
    if (leaving === null) return [];
    if ("answer" in leaving) return [leaving.question.provider.type];
    return leaving.refused === null ? [] : [leaving.refused.type];
  });
  return [...asked, ...others];
}

/** Every consultation in it, in the order in which it was held. */
export function consultationsOf(advice: Advice | undefined): readonly Consultation[] {
  if (advice?.kind !== "asked") return [];
  const { main, leaving, adopted } = advice;
  const held = leaving !== null && "answer" in leaving ? [main, leaving] : [main];
  return adopted === undefined ? held : [...held, adopted];
}

/** Whose the interface in place is by now, as a provider knows for sure; null: nobody says so. */
export function misplacementOf(advice: Advice | undefined): Misplacement | null {
  if (advice?.kind !== "asked") return null;
  const { main, leaving } = advice;
  const misplacement = misplacementIn(main);
  if (misplacement !== null || leaving === null || !("answer" in leaving)) return misplacement;
  return misplacementIn(leaving);
}

/** What is asked for again by its name is not somebody else's, whatever the provider says. */
function misplacementIn({ question, answer, desired }: Consultation): Misplacement | null {
  const whose = misplacedIn(answer);
  if (whose === null) return null;
  const name = question.interface?.name;
  if (name === undefined || desired?.wanted.name === name) return null;
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
  switch (change.kind) {
    case "create":
      return advice;
    case "update":
      return change.adoption === undefined ? advice : { ...advice, leaving: change.adoption.leaving };
    case "replug": {
      const adopted = change.take.kind === "update" ? change.take.adoption?.leaving : null;
      return adopted === null || adopted === undefined ? advice : { ...advice, adopted };
    }
    case "remove":
      return ofRemoval(advice, change);
  }
}

function ofRemoval(advice: Extract<Advice, { readonly kind: "asked" }>, change: Remove): Advice {
  const { main, leaving } = advice;
  if (change.keeps !== undefined) {
    const over = leftoversIn(advice).find(({ observed }) => observed.interface === change.interface);
    return instead(advice, over?.leaving);
  }
  return main.question.operation === "remove" ? advice : instead(advice, leaving);
}

/** The one consultation is all that the change stands on. */
function instead(
  advice: Extract<Advice, { readonly kind: "asked" }>,
  leaving: Leaving | null | undefined,
): Advice {
  if (leaving === null || leaving === undefined) return advice;
  if ("noProviderFor" in leaving) {
    return { kind: "no-provider", plugType: leaving.noProviderFor, refused: leaving.refused };
  }
  return { kind: "asked", main: leaving, leaving: null, claim: null };
}
