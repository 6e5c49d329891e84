/**
 * Asks the providers about one logical port. The intent and the interfaces in place decide which provider is asked which
 * question; question.ts says when an answer still holds.
 */
import type { Operation } from "../providers/provider.ts";
import type { RefusedProvider, RegisteredProvider } from "../providers/registry.ts";
import { type Advice, type Leaving, type Leftover, misplacementIn, type Several } from "./advice.ts";
import type { Intent, ToStay } from "./intent.ts";
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
import type { PortBindingRow } from "./rows.ts";

/** The surroundings of a logical port when its providers are asked. */
export interface AskingFacts {
  readonly views: LocalViews;
  forPlugType(plugType: string): RegisteredProvider | undefined;
  refused(): readonly RefusedProvider[];
  /** A number that changes whenever the lookup tables of the provider of this type change. */
  lookup(type: string): number;
}

/** The subject of a question about a logical port. */
interface Subject {
  readonly plugType: string;
  readonly operation: Operation;
  readonly options: Question["options"];
}

/** The subject of the question for an intent. An interface that stays may have a new owner (rule U7). Null: no question. */
function subjectOf(intent: Intent): Subject | null {
  const { kind, plugType } = intent;
  if (kind === "plug") return { plugType, operation: "create", options: intent.binding.options };
  if (kind === "unplug") {
    // The options with which the interface was plugged: the options of a row that is elsewhere now are for another chassis.
    const row = intent.lastSeen ?? intent.binding;
    return { plugType, operation: "remove", options: row?.options ?? null };
  }
  if (isAskedAhead(intent)) return { plugType, operation: "remove", options: intent.lastSeen.options };
  const { inPlace } = intent.lport;
  const binding = intent.lport.binding ?? (kind === "stay" ? intent.lastSeen : null) ?? null;
  if (inPlace === null || binding === null) return null;
  return { plugType: inPlace.plugType, operation: "create", options: binding.options };
}

/**
 * Asks the providers that have to be asked. An answer in `last` that still holds is kept, and `last` itself when all hold.
 * @returns undefined: no provider has to be asked
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
  const leaves = intent.kind === "plug" ? changesHands(main, inPlace) : isSentAway(main);
  const leaving =
    leaves && inPlace !== null ? askToLeave(main.question, inPlace, facts, known?.leaving) : null;
  const claim = intent.kind === "plug" ? claimOf(main) : null;
  const found = several?.found;
  const ahead = isAskedAhead(intent) ? ({ isAhead: true } as const) : null;
  const isSame = known?.main === main && known.leaving === leaving && known.claim === claim;
  if (isSame && known.several === found && known.isAhead === ahead?.isAhead) return known;
  const advice = { kind: "asked", main, leaving, claim, ...ahead } as const;
  return found === undefined ? advice : { ...advice, several: found };
}

function isAskedAhead(intent: Intent): intent is ToStay & { readonly lastSeen: PortBindingRow } {
  return intent.kind === "stay" && intent.isLeaving === true && intent.lastSeen !== undefined;
}

/**
 * The name that the provider answers says which of several interfaces of ours belongs to the logical port. So the first
 * question is about the first interface by name, and the second question about the interface with the answered name. The
 * order is always the same, so that the outcome does not depend on what was known before.
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

function sameSeveral(a: Several, b: Several): boolean {
  return (
    a.inPlace === b.inPlace &&
    a.probe === b.probe &&
    a.leftovers.length === b.leftovers.length &&
    a.leftovers.every((one, index) => one === b.leftovers[index])
  );
}

function ask(question: Question, last: Consultation | undefined): Consultation {
  return last !== undefined && stillHolds(last, question) ? carryOver(last, question) : consult(question);
}

function claimOf({ question, desired }: Consultation): string | null {
  return desired === null || desired.wanted.name === question.interface?.name ? null : desired.wanted.name;
}

/** The interface has a new owner, and the provider was not asked about its removal. */
function isSentAway(main: Consultation): boolean {
  return main.question.operation === "create" && misplacementIn(main) !== null;
}

function changesHands(main: Consultation, inPlace: ObservedInterface | null): boolean {
  if (isSentAway(main)) return true;
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

/** The provider for a plug type that failed to start, or null. */
export function refusedFor(
  providers: Pick<AskingFacts, "refused">,
  plugType: string,
): RefusedProvider | null {
  return providers.refused().find(({ plugTypes }) => plugTypes.includes(plugType)) ?? null;
}
