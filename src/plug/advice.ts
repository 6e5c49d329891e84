/**
 * What the providers have said about one logical port, and what can be read from that. Usually one provider was asked one
 * thing; when an interface changes hands (another plug type, or another interface name) the provider it leaves was asked
 * to remove it as well.
 */
import { misplacedIn } from "../providers/answer.ts";
import type { RefusedProvider } from "../providers/registry.ts";
import type { Intent } from "./intent.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import { type Consultation, sameConsultation } from "./question.ts";

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
      /**
       * The provider was asked for leave to remove an interface that may have to go, so that the answer is there when the
       * Southbound's is. Nothing follows from this answer alone, not even that the interface is another's.
       */
      readonly isAhead?: true;
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

/** As far as it is worth telling: nearly every port has one answer, of one provider. */
export function sameAdvice(a: Advice, b: Advice): boolean {
  if (a === b) return true;
  if (a.kind !== "asked" || b.kind !== "asked") return false;
  const isAlone = a.leaving === null && a.several === undefined && a.adopted === undefined;
  const areAlone = isAlone && b.leaving === null && b.several === undefined && b.adopted === undefined;
  return areAlone && a.claim === b.claim && a.isAhead === b.isAhead && sameConsultation(a.main, b.main);
}

const NO_LEFTOVERS: readonly Leftover[] = [];

/** The interface that a logical port is dealt with by. */
export function inPlaceOf(
  { lport }: Pick<Intent, "lport">,
  advice: Advice | undefined,
): ObservedInterface | null {
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

/** A provider has been asked, and has not answered yet. */
export function isAwaited(advice: Advice | undefined): boolean {
  return consultationsOf(advice).some(({ answer }) => answer.kind === "not-ready" && answer.awaited === true);
}

/** Whose the interface in place is by now, as a provider knows for sure; null: nobody says so. */
export function misplacementOf(advice: Advice | undefined): Misplacement | null {
  if (advice?.kind !== "asked" || advice.isAhead === true) return null;
  const { main, leaving } = advice;
  const misplacement = misplacementIn(main);
  if (misplacement !== null || leaving === null || !("answer" in leaving)) return misplacement;
  return misplacementIn(leaving);
}

/** What is asked for again by its name is not somebody else's, whatever the provider says. */
export function misplacementIn({ question, answer, desired }: Consultation): Misplacement | null {
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
