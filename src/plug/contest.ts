/**
 * Rule P6: who gets an interface name, and what moves with it. A name that no interface has belongs to the first of those
 * that want it. One that an interface has belongs to whom that is plugged for, unless that port is due to go, or is itself
 * about to move to another name: then interfaces change hands in place, along chains and circles of any length. And an
 * interface that is left over of one port goes back to the one that wants its name (rule P3). A port that has several
 * interfaces and is to have another one leaves all of them: each may change hands with it.
 *
 * Of several that want one name the one that closes a circle comes first, as nobody in the circle could move without it;
 * then those without an interface, and then it goes by the names of the logical ports, so that the order in which they came
 * does not matter, unless the transaction of one is on its way.
 *
 * Invariant: whichever member is asked, the ports that move together are the same, and so is whether they do.
 */

import { type Advice, inPlaceOf, type Leaving, leftoversBeside, leftoversIn } from "./advice.ts";
import { type Attempt, undoneTooOften } from "./attempt.ts";
import { type Change, desiredAfter } from "./change.ts";
import { holderReason, refusalOf } from "./contest-reasons.ts";
import { sameContent, sameDesired } from "./desired.ts";
import type { Intent } from "./intent.ts";
import { interfacesOf } from "./lport.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";
import type { InterfaceRow } from "./rows.ts";

export type Contest = { readonly kind: "lost"; readonly reason: string } | Won;

export type Won = (
  | { readonly kind: "free" }
  /** The interface of that name changes hands. */
  | {
      readonly kind: "take";
      readonly observed: ObservedInterface;
      readonly from: string;
      /** What the port that it is taken from was told by its provider; null: it moves itself, or never owned it. */
      readonly leaving: Consultation | null;
    }
) & {
  /** The logical ports that move with this one, by name; it is among them. */
  readonly together: readonly string[];
  /** The server has refused that, and nothing has changed since. */
  readonly isRefused: boolean;
  /** False: the server has refused the name to all who want it, and another one comes first when that is over. */
  readonly isInTurn: boolean;
};

/** What a contest depends on; every look-up is by key. */
export interface ContestFacts {
  readonly onRename: "replug" | "report";
  holder(name: string): ObservedInterface | undefined;
  claimants(name: string): Iterable<string>;
  intent(lport: string): Intent | undefined;
  advice(lport: string): Advice | undefined;
  attempt(lport: string): Attempt | undefined;
  /** The port's interface would go now, were it not taken over. */
  isHeld(lport: string): boolean;
}

/** How a port gets the name that it wants: the ports that move for it, itself first. */
type Route =
  | { readonly ok: true; readonly path: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** Every contest of one pass; what was found for one port is not sought again for the next. */
export class Contests {
  readonly #facts: ContestFacts;
  readonly #winners = new Map<string, string | null>();
  readonly #routes = new Map<string, Route>();

  constructor(facts: ContestFacts) {
    this.#facts = facts;
  }

  contest(lport: string, name: string): Contest {
    const route = this.#routeOf(lport);
    if (!route.ok) return { kind: "lost", reason: route.reason };
    const together = this.#together(route.path);
    const isRefused = this.#isRefused(together);
    const observed = this.#facts.holder(name);
    const isInTurn = this.#winner(name) === lport;
    if (observed === undefined || observed.lport === null)
      return { kind: "free", together, isRefused, isInTurn };
    const leaving = this.#goneConsultation(observed) ?? this.#besideConsultation(observed);
    return { kind: "take", observed, from: observed.lport, leaving, together, isRefused, isInTurn };
  }

  /** The logical port that takes over, in this pass, the interface in place of another one, which goes or moves. */
  taker(lport: string): string | null {
    const inPlace = this.#inPlace(lport);
    return inPlace === null ? null : this.takerOf(inPlace);
  }

  /** What is on its way is not weighed again: until it has arrived the interface is left to it. */
  takerOf(observed: ObservedInterface): string | null {
    const winner = this.#winner(observed.interface.name);
    if (winner === null) return null;
    return this.#isTaking(winner, observed) || this.#routeOf(winner).ok ? winner : null;
  }

  #isTaking(lport: string, { interface: { _uuid } }: ObservedInterface): boolean {
    const attempt = this.#facts.attempt(lport);
    return attempt?.phase === "in-flight" && takenBy(attempt.change)?._uuid === _uuid;
  }

  /** Its claim and those of others go round in a circle. */
  isInCircle(lport: string): boolean {
    return this.#owned(lport).some((observed) => this.#closer(observed) !== null);
  }

  #routeOf(lport: string): Route {
    const known = this.#routes.get(lport);
    if (known !== undefined) return known;
    const route = this.#seek(lport);
    this.#routes.set(lport, route);
    return route;
  }

  #seek(start: string): Route {
    const path: string[] = [];
    for (let at = start; ; ) {
      path.push(at);
      const name = this.#claimOf(at);
      const holder = name === null ? undefined : this.#facts.holder(name);
      const next = this.#nextOf(at, name, holder);
      if (next.kind === "end") return { ok: true, path };
      if (next.kind === "mover") {
        // It goes round: to the start, or, as ports may have several interfaces, to another one that moves by then.
        if (path.includes(next.lport)) return { ok: true, path };
        at = next.lport;
        continue;
      }
      const { reason } = next;
      return { ok: false, reason: at === start ? reason : this.#blockedBy(start, at, reason) };
    }
  }

  /** Whom a port waits for that wants a name. */
  #nextOf(at: string, name: string | null, holder: ObservedInterface | undefined): Next {
    const trouble = this.#trouble(at);
    if (trouble !== null) return { kind: "blocked", reason: trouble };
    if (name === null) return { kind: "blocked", reason: "it wants no other interface" };
    const winner = this.#winner(name);
    if (holder === undefined) {
      // One that was refused comes first only when the server has refused the name to all of them: each is told so, and tries
      // again on its own.
      if (winner === at || winner === null || this.#wasRefused(winner, holder)) return { kind: "end" };
      const reason = `logical port ${winner} wants interface ${name} too, and comes first`;
      return { kind: "blocked", reason };
    }
    const owner = holder.lport;
    if (!holder.isOwned || owner === null || winner !== at) {
      return { kind: "blocked", reason: holderReason(holder, name) };
    }
    if (this.#isLeftOver(owner, holder) || this.#goneConsultation(holder) !== null) return { kind: "end" };
    // What one that is in flight wants next is decided when its change has been answered.
    const isMoving = this.#facts.attempt(owner)?.phase === "in-flight";
    if (isMoving || this.#claimOf(owner) === null)
      return { kind: "blocked", reason: holderReason(holder, name) };
    const stays = refusalOf(this.#beside(holder));
    if (stays === null) return { kind: "mover", lport: owner };
    return { kind: "blocked", reason: `${holderReason(holder, name)}, and stays: ${stays}` };
  }

  #blockedBy(start: string, at: string, reason: string): string {
    const name = this.#claimOf(start) ?? "";
    const holder = this.#facts.holder(name);
    const held = holder === undefined ? "" : `${holderReason(holder, name)}; `;
    return `${held}logical port ${at} keeps the others from moving: ${reason}`;
  }

  /** What keeps a port from leaving the interface that it has, or null. */
  #trouble(lport: string): string | null {
    if (this.#inPlace(lport) === null) return null;
    const attempt = this.#facts.attempt(lport);
    if (attempt?.phase === "in-flight") return "its change is on its way";
    if (this.#facts.onRename === "report") return "plug.on_rename is report";
    const advice = this.#facts.advice(lport);
    if (advice?.kind !== "asked") return "its provider has not answered";
    const { leaving, main } = advice;
    if (main.desired !== null && undoneTooOften(attempt, main.desired)) {
      return "another program keeps undoing what is written for it";
    }
    return refusalOf(leaving);
  }

  /** Those that it moves for, and for each of them those that take over what that leaves. */
  #together(path: readonly string[]): readonly string[] {
    const all = new Set(path);
    for (const member of all) {
      for (const observed of this.#owned(member)) {
        const taker = this.takerOf(observed);
        if (taker !== null && !this.#isTaking(taker, observed)) all.add(taker);
      }
    }
    return [...all].sort();
  }

  /** The first of them is tried again for all, when its time has come. */
  #isRefused([leader]: readonly string[]): boolean {
    if (leader === undefined) return false;
    const name = this.#claimOf(leader);
    return this.#wasRefused(leader, name === null ? undefined : this.#facts.holder(name));
  }

  #winner(name: string): string | null {
    const known = this.#winners.get(name);
    if (known !== undefined) return known;
    const winner = this.#seekWinner(name);
    this.#winners.set(name, winner);
    return winner;
  }

  /**
   * Whom the server refused the name is out while there are others, until it is tried again, so that one bad port does
   * not keep the name from them (rule T3). Nobody comes before one whose transaction is on its way: it would be refused,
   * or refuse the other.
   */
  #seekWinner(name: string): string | null {
    const claimants = [...this.#facts.claimants(name)];
    const inFlight = claimants.find((lport) => this.#facts.attempt(lport)?.phase === "in-flight");
    if (inFlight !== undefined) return inFlight;
    const holder = this.#facts.holder(name);
    const closer = holder === undefined ? null : this.#closer(holder);
    if (closer !== null) return closer;
    const able = claimants.filter((lport) => !this.#wasRefused(lport, holder));
    const first = able.length > 0 ? able : claimants;
    return smallest(first.filter((lport) => this.#inPlace(lport) === null)) ?? smallest(first);
  }

  /** Of a circle of claims in which the interface is, the logical port that wants it; null: there is none. */
  #closer(holder: ObservedInterface): string | null {
    const { name } = holder.interface;
    const seen = new Set<string>();
    for (let at: ObservedInterface | undefined = holder; at?.isOwned && at.lport !== null; ) {
      const owner = at.lport;
      if (seen.has(owner)) return null;
      seen.add(owner);
      const claim = this.#claimOf(owner);
      if (claim === null) return null;
      if (claim === name) return owner;
      at = this.#facts.holder(claim);
    }
    return null;
  }

  #inPlace(lport: string): ObservedInterface | null {
    const intent = this.#facts.intent(lport);
    if (intent === undefined) return null;
    return inPlaceOf(intent, this.#facts.advice(lport));
  }

  /** Every interface of ours that carries its iface-id. */
  #owned(lport: string): readonly ObservedInterface[] {
    const intent = this.#facts.intent(lport);
    return intent === undefined ? [] : interfacesOf(intent.lport).filter(({ isOwned }) => isOwned);
  }

  #claimOf(lport: string): string | null {
    const advice = this.#facts.advice(lport);
    return advice?.kind === "asked" ? advice.claim : null;
  }

  /** It is left over of a logical port that has another one, which its provider answers (rule P3). */
  #isLeftOver(lport: string, holder: ObservedInterface): boolean {
    const isInFlight = this.#facts.attempt(lport)?.phase === "in-flight";
    return !isInFlight && leftoversIn(this.#facts.advice(lport)).some(({ observed }) => observed === holder);
  }

  /** What was asked about an interface that a port has besides the one that it moves from; null: it has no such. */
  #beside(holder: ObservedInterface): Leaving | null {
    if (holder.lport === null || this.#claimOf(holder.lport) === null) return null;
    const all = leftoversBeside(this.#facts.advice(holder.lport));
    return all.find(({ observed }) => observed === holder)?.leaving ?? null;
  }

  #besideConsultation(holder: ObservedInterface): Consultation | null {
    const leaving = this.#beside(holder);
    return leaving !== null && "answer" in leaving ? leaving : null;
  }

  /** What a port that is due to go was told by its provider, which agrees; null: it is not due, or may not go. */
  #goneConsultation(holder: ObservedInterface): Consultation | null {
    const from = holder.lport;
    if (from === null || this.#inPlace(from) !== holder || this.#facts.isHeld(from)) return null;
    const intent = this.#facts.intent(from);
    if (intent?.kind !== "unplug" || intent.ground === "withdrawn" || !intent.isCertain) return null;
    const advice = this.#facts.advice(from);
    if (advice?.kind !== "asked" || advice.main.answer.kind !== "unplug") return null;
    return this.#facts.attempt(from)?.phase === "in-flight" ? null : advice.main;
  }

  /** What it wants of the interface that is there, or of a new one when there is none. */
  #wasRefused(lport: string, holder: ObservedInterface | undefined): boolean {
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
}

type Next =
  | { readonly kind: "end" }
  | { readonly kind: "mover"; readonly lport: string }
  | { readonly kind: "blocked"; readonly reason: string };

/** The interface that a change takes over, where it takes one over. */
function takenBy(change: Change): InterfaceRow | undefined {
  if (change.kind === "replug") return takenBy(change.take);
  return change.kind === "update" ? change.interface : undefined;
}

function smallest(lports: Iterable<string>): string | null {
  let first: string | null = null;
  for (const lport of lports) if (first === null || lport < first) first = lport;
  return first;
}
