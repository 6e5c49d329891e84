/**
 * The answers of the providers about one logical port, and what follows from them. Usually the graph asks one provider one
 * question. When an interface changes hands (to another plug type, or to another interface name), the graph also asks the
 * provider that plugged the interface whether the interface may be removed.
 */
import { misplacedIn } from "../providers/answer.ts";
import type { RefusedProvider } from "../providers/registry.ts";
import type { Intent } from "./intent.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";

export type Advice =
  | {
      readonly kind: "no-provider";
      readonly plugType: string;
      /** The provider for the plug type that failed to start; null: no provider is enabled for the plug type. */
      readonly refused: RefusedProvider | null;
    }
  | {
      readonly kind: "asked";
      /** The question whether to plug or to unplug the port, as the intent says, and its answer. */
      readonly main: Consultation;
      /** The question to the provider that plugged the interface in place; null: the interface does not change hands. */
      readonly leaving: Leaving | null;
      /** The name of the wanted interface while another interface, or none, is in place; else null. */
      readonly claim: string | null;
      /** Absent: at most one interface of ours carries the iface-id of the logical port. */
      readonly several?: Several;
      /**
       * The provider was asked for leave to remove an interface that may have to go, so that the answer is there when the
       * Southbound's is. Nothing follows from this answer alone, not even that the interface is another's.
       */
      readonly isAhead?: true;
      /** The consultation of another port, whose interface this port takes over: the change of this port ends it too. */
      readonly adopted?: Consultation;
    };

/** Several interfaces of ours with one iface-id: the interface that the provider names belongs to the logical port. */
export interface Several {
  readonly inPlace: ObservedInterface;
  /** In the order of their names; empty while the provider has not answered. */
  readonly leftovers: readonly Leftover[];
  /** The consultation about the first interface by name, where another interface is in place; nothing follows from it. */
  readonly probe: Consultation | null;
}

export interface Leftover {
  readonly observed: ObservedInterface;
  /** The question whether the interface may be removed. */
  readonly leaving: Leaving;
}

export type Leaving =
  | Consultation
  | { readonly noProviderFor: string; readonly refused: RefusedProvider | null };

const NO_LEFTOVERS: readonly Leftover[] = [];

/** The interface that counts as the one in place of a logical port; null: there is none. */
export function inPlaceOf(
  { lport }: Pick<Intent, "lport">,
  advice: Advice | undefined,
): ObservedInterface | null {
  const several = advice?.kind === "asked" ? advice.several : undefined;
  return several === undefined ? lport.inPlace : several.inPlace;
}

/** The leftovers of a logical port that has the interface that its provider names. */
export function leftoversIn(advice: Advice | undefined): readonly Leftover[] {
  return advice?.kind === "asked" && advice.claim === null ? leftoversBeside(advice) : NO_LEFTOVERS;
}

/** The interfaces of ours with the iface-id beside the interface in place, whatever the provider names. */
export function leftoversBeside(advice: Advice | undefined): readonly Leftover[] {
  return advice?.kind === "asked" ? (advice.several?.leftovers ?? NO_LEFTOVERS) : NO_LEFTOVERS;
}

/** The types of the providers that were asked, and of those that could not be asked because they failed to start. */
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

/** The consultations about a port and its interface in place, in the order of the questions; none about leftovers or a probe. */
export function consultationsOf(advice: Advice | undefined): readonly Consultation[] {
  if (advice?.kind !== "asked") return [];
  const { main, leaving, adopted } = advice;
  const held = leaving !== null && "answer" in leaving ? [main, leaving] : [main];
  return adopted === undefined ? held : [...held, adopted];
}

/** The question that only told which of several interfaces is the port's; null: there was none. */
export function probeOf(advice: Advice | undefined): Consultation | null {
  return advice?.kind === "asked" ? (advice.several?.probe ?? null) : null;
}

/** True while a provider has been asked and has not answered. */
export function isAwaited(advice: Advice | undefined): boolean {
  const ofLeftovers = leftoversBeside(advice).flatMap(({ leaving }) =>
    "answer" in leaving ? [leaving] : [],
  );
  return [...consultationsOf(advice), ...ofLeftovers].some(
    ({ answer }) => answer.kind === "not-ready" && answer.awaited === true,
  );
}

/**
 * The new owner of the interface in place, as a provider knows for sure; null: no provider names a new owner. Of an interface that
 * another provider plugged, that one alone knows what it was plugged for: to the provider of a NIC a veth is always another's.
 */
export function misplacementOf(advice: Advice | undefined): Misplacement | null {
  if (advice?.kind !== "asked" || advice.isAhead === true) return null;
  const { main, leaving } = advice;
  if (leaving === null || !("answer" in leaving)) return misplacementIn(main);
  const isOfAnother = leaving.question.provider !== main.question.provider;
  return (isOfAnother ? null : misplacementIn(main)) ?? misplacementIn(leaving);
}

/** An interface that the provider asks for by its name has no other owner, whatever else the provider says. */
export function misplacementIn({ question, answer, desired }: Consultation): Misplacement | null {
  const whose = misplacedIn(answer);
  if (whose === null) return null;
  const name = question.interface?.name;
  if (name === undefined || desired?.wanted.name === name) return null;
  return { whose, isBuiltIn: question.provider.isBuiltIn };
}

export interface Misplacement {
  readonly whose: string;
  /** The provider that names the owner is part of the executable. */
  readonly isBuiltIn: boolean;
}
