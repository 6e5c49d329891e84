/**
 * A logical port in a contest for an interface name (rule P6): what the port claims, which interfaces the port has, and whether
 * they may leave the port. contest.ts decides from these facts who gets the name.
 */
import { type Advice, inPlaceOf, type Leaving, leftoversBeside, leftoversIn } from "./advice.ts";
import type { Attempt } from "./attempt.ts";
import { type Change, desiredAfter, sendsAway } from "./change.ts";
import { sameContent, sameDesired } from "./desired.ts";
import type { Intent } from "./intent.ts";
import { interfacesOf } from "./lport.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";
import type { InterfaceRow } from "./rows.ts";

/** The facts that a contest depends on; every look-up is by key. */
export interface ContestFacts {
  readonly onRename: "replug" | "report";
  holder(name: string): ObservedInterface | undefined;
  claimants(name: string): Iterable<string>;
  intent(lport: string): Intent | undefined;
  advice(lport: string): Advice | undefined;
  attempt(lport: string): Attempt | undefined;
  /** True when rule U6 holds the unplug of this port. */
  isHeld(lport: string): boolean;
}

/** The logical ports by their names. */
export class ContestPorts {
  readonly #facts: ContestFacts;

  constructor(facts: ContestFacts) {
    this.#facts = facts;
  }

  /** The name of the interface that the port wants while the port has another interface, or none; null: it wants no other. */
  claimOf(lport: string): string | null {
    const advice = this.#facts.advice(lport);
    return advice?.kind === "asked" ? advice.claim : null;
  }

  /** The interface that counts as the one in place; null: the port has none. */
  inPlace(lport: string): ObservedInterface | null {
    const intent = this.#facts.intent(lport);
    if (intent === undefined) return null;
    return inPlaceOf(intent, this.#facts.advice(lport));
  }

  /** Every interface of ours that carries the iface-id of the logical port. */
  owned(lport: string): readonly ObservedInterface[] {
    const intent = this.#facts.intent(lport);
    return intent === undefined ? [] : interfacesOf(intent.lport).filter(({ isOwned }) => isOwned);
  }

  /** Whether a change of the port is on its way to the database. */
  isInFlight(lport: string): boolean {
    return this.#facts.attempt(lport)?.phase === "in-flight";
  }

  /** Whether a change on its way gives the port this interface. */
  isTaking(lport: string, { interface: { _uuid } }: ObservedInterface): boolean {
    const attempt = this.#facts.attempt(lport);
    return attempt?.phase === "in-flight" && takenBy(attempt.change)?._uuid === _uuid;
  }

  /**
   * Whether the interface that the port has to leave, and its Port row, are the same as at the refusal, or there is none as then.
   * @param isTaken another port takes that interface over
   */
  leavesTheSame(lport: string, isTaken: boolean): boolean {
    const attempt = this.#facts.attempt(lport);
    if (attempt?.phase !== "failed") return true;
    const { change } = attempt;
    const inPlace = this.inPlace(lport);
    if (change.kind !== "replug" || inPlace === null) return change.kind !== "replug" && inPlace === null;
    const { leaves, remove } = change;
    if (!sameContent(leaves, inPlace.interface) || isTaken !== (remove === null)) return false;
    return remove === null || remove.port === inPlace.port;
  }

  /** Whether the server has refused to remove another owner's interface, which the port has to leave (rule U7). */
  wasRefusedToGo(lport: string): boolean {
    const attempt = this.#facts.attempt(lport);
    const inPlace = this.inPlace(lport);
    return attempt?.phase === "failed" && inPlace !== null && sendsAway(attempt.change, inPlace);
  }

  /** Whether the server has refused the port's wish for this interface, or for a new interface where `holder` is undefined. */
  wasRefused(lport: string, holder: ObservedInterface | undefined): boolean {
    const attempt = this.#facts.attempt(lport);
    const advice = this.#facts.advice(lport);
    if (attempt?.phase !== "failed" || advice?.kind !== "asked") return false;
    const { change } = attempt;
    const [before, now] = [desiredAfter(change), advice.main.desired];
    if (before === null || now === null || !sameDesired(before, now)) return false;
    const row = takenBy(change);
    if (row === undefined || holder === undefined) return row === undefined && holder === undefined;
    return sameContent(row, holder.interface);
  }

  /** Whether the interface is a leftover of a logical port that has the interface that its provider names (rule P3). */
  isLeftOver(lport: string, holder: ObservedInterface): boolean {
    return (
      !this.isInFlight(lport) &&
      leftoversIn(this.#facts.advice(lport)).some(({ observed }) => observed === holder)
    );
  }

  /** The question about an interface that a moving port has beside the interface in place; null: there is no such interface. */
  beside(holder: ObservedInterface): Leaving | null {
    if (holder.lport === null || this.claimOf(holder.lport) === null) return null;
    const all = leftoversBeside(this.#facts.advice(holder.lport));
    return all.find(({ observed }) => observed === holder)?.leaving ?? null;
  }

  /** The consent of the provider in `beside`; null: there is no such interface, or no provider that could consent. */
  besideConsultation(holder: ObservedInterface): Consultation | null {
    const leaving = this.beside(holder);
    return leaving !== null && "answer" in leaving ? leaving : null;
  }

  /** The consent of the provider of a port that is due to go; null: the port is not due, or may not go. */
  goneConsultation(holder: ObservedInterface): Consultation | null {
    const from = holder.lport;
    if (from === null || this.inPlace(from) !== holder || this.#facts.isHeld(from)) return null;
    const intent = this.#facts.intent(from);
    if (intent?.kind !== "unplug" || intent.ground === "withdrawn" || !intent.isCertain) return null;
    const advice = this.#facts.advice(from);
    if (advice?.kind !== "asked" || advice.main.answer.kind !== "unplug") return null;
    return this.isInFlight(from) ? null : advice.main;
  }
}

/** The interface that a change takes over; undefined: none. */
function takenBy(change: Change): InterfaceRow | undefined {
  if (change.kind === "replug") return takenBy(change.take);
  return change.kind === "update" ? change.interface : undefined;
}
