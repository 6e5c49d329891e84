/**
 * Rule P6: which logical port gets an interface name, and which ports move with it. A name without an interface belongs to
 * the first claimant. The name of an interface belongs to the port that the interface is plugged for, unless that port is
 * due to go or moves to another name itself: then interfaces change hands in place, along chains and circles of any length.
 * An interface that is left over of one port goes to the port that claims its name (rule P3). A port that has several
 * interfaces and claims another one leaves all of them: each of them may change hands in the same transaction.
 *
 * Among several claimants of one name, the port that closes a circle comes first, because no port of the circle could move
 * without it. Then come the ports without an interface, and then the names of the logical ports decide, so that the order
 * of arrival does not matter, unless the transaction of a claimant is on its way.
 *
 * Invariant: the ports that move together, and whether they move, are the same for every one of them.
 */

import { cut } from "../text/cut.ts";
import type { Advice } from "./advice.ts";
import { setbacksOfAll } from "./attempt.ts";
import { type ContestFacts, ContestPorts } from "./contest-ports.ts";
import { holderReason, refusalOf } from "./contest-reasons.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";

export type Contest = Lost | Won;

export interface Lost {
  readonly kind: "lost";
  readonly reason: string;
  /** How often others undid what the port gets in a move: only time helps (rule T4). Absent: there is another reason. */
  readonly setbacks?: number;
}

export type Won = (
  | { readonly kind: "free" }
  /** The interface of the claimed name changes hands. */
  | {
      readonly kind: "take";
      readonly observed: ObservedInterface;
      readonly from: string;
      /** The answer to the port that loses the interface; null: that port moves itself, or never owned the interface. */
      readonly leaving: Consultation | null;
    }
) & {
  /** The logical ports that move together, this port among them, in the order of their names. */
  readonly together: readonly string[];
  /** The port whose refusal by the server holds this move back, because nothing has changed since; null: the move may be made. */
  readonly refused: string | null;
  /** False: the server has refused the name to all claimants, and another claimant comes first when the back-off is over. */
  readonly isInTurn: boolean;
};

/** The way in which a port gets the name that it claims: the ports that have to move, this port first. */
type Route = { readonly ok: true; readonly path: readonly string[] } | ({ readonly ok: false } & Blocked);

/** All contests of one pass; a route or a winner that was found for one port serves the next ports too. */
export class Contests {
  readonly #facts: ContestFacts;
  readonly #ports: ContestPorts;
  readonly #winners = new Map<string, string | null>();
  readonly #routes = new Map<string, Route>();

  constructor(facts: ContestFacts) {
    this.#facts = facts;
    this.#ports = new ContestPorts(facts);
  }

  contest(lport: string, name: string): Contest {
    const route = this.#routeOf(lport);
    if (!route.ok) {
      const { reason, setbacks } = route;
      return setbacks === undefined ? { kind: "lost", reason } : { kind: "lost", reason, setbacks };
    }
    const together = this.#together(route.path);
    // A port whose change is on its way is not decided again before the answer (rule T2), so that it cannot move with others.
    const sent = together.find((other) => other !== lport && this.#ports.isInFlight(other));
    if (sent !== undefined)
      return {
        kind: "lost",
        reason: `logical port ${cut(sent)} moves with it, and its change is on its way`,
      };
    const refused = this.#refusedIn(together);
    const observed = this.#facts.holder(name);
    const isInTurn = this.#isInTurn(lport);
    if (observed === undefined || observed.lport === null)
      return { kind: "free", together, refused, isInTurn };
    const leaving = this.#ports.goneConsultation(observed) ?? this.#ports.besideConsultation(observed);
    return { kind: "take", observed, from: observed.lport, leaving, together, refused, isInTurn };
  }

  /** The logical port that takes over the interface of `lport` in this pass, because `lport` goes or moves; else null. */
  taker(lport: string): string | null {
    const inPlace = this.#ports.inPlace(lport);
    return inPlace === null ? null : this.takerOf(inPlace);
  }

  /** The port that takes this interface over in this pass, or null. A refused move waits, and keeps no interface meanwhile. */
  takerOf(observed: ObservedInterface): string | null {
    const next = this.#nextOwner(observed);
    if (next === null || this.#ports.isTaking(next, observed)) return next;
    const route = this.#routeOf(next);
    return route.ok && this.#refusedIn(this.#together(route.path)) !== null ? null : next;
  }

  /** The port that may take this interface over, or null. A transaction on its way keeps its interface until its answer. */
  #nextOwner(observed: ObservedInterface): string | null {
    const winner = this.#winner(observed.interface.name);
    if (winner === null) return null;
    return this.#ports.isTaking(winner, observed) || this.#routeOf(winner).ok ? winner : null;
  }

  /** The claim of this port and the claims of others form a circle. */
  isInCircle(lport: string): boolean {
    return this.#ports.owned(lport).some((observed) => this.#closer(observed) !== null);
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
      const name = this.#ports.claimOf(at);
      const holder = name === null ? undefined : this.#facts.holder(name);
      const next = this.#nextOf(at, name, holder);
      if (next.kind === "end") return { ok: true, path };
      if (next.kind === "mover") {
        // A circle: back to the start, or to another port of the path, because ports may have several interfaces.
        if (path.includes(next.lport)) return { ok: true, path };
        at = next.lport;
        continue;
      }
      const { reason, setbacks } = next;
      if (at !== start) return { ok: false, reason: this.#blockedBy(start, at, reason) };
      return setbacks === undefined ? { ok: false, reason } : { ok: false, reason, setbacks };
    }
  }

  /** The port that has to move before `at` gets the name, the end of the route, or the obstacle. */
  #nextOf(at: string, name: string | null, holder: ObservedInterface | undefined): Next {
    const trouble = this.#trouble(at, holder);
    if (trouble !== null) return { kind: "blocked", ...trouble };
    if (name === null) return { kind: "blocked", reason: "it wants no other interface" };
    const winner = this.#winner(name);
    if (holder === undefined) {
      // A refused claimant comes first only when the server has refused the name to all claimants: then each of them has
      // this reason, and tries again by itself.
      if (winner === at || winner === null || this.#ports.wasRefused(winner, holder)) return { kind: "end" };
      const reason = `logical port ${cut(winner)} wants interface ${name} too, and comes first`;
      return { kind: "blocked", reason };
    }
    const owner = holder.lport;
    if (!holder.isOwned || owner === null || winner !== at) {
      return { kind: "blocked", reason: holderReason(holder, name) };
    }
    if (this.#ports.isLeftOver(owner, holder) || this.#ports.goneConsultation(holder) !== null)
      return { kind: "end" };
    // The next wish of a port in flight is decided after the answer to its change.
    const isMoving = this.#ports.isInFlight(owner);
    if (isMoving || this.#ports.claimOf(owner) === null)
      return { kind: "blocked", reason: holderReason(holder, name) };
    const stays = refusalOf(this.#ports.beside(holder));
    if (stays === null) return { kind: "mover", lport: owner };
    return { kind: "blocked", reason: `${holderReason(holder, name)}, and stays: ${stays}` };
  }

  #blockedBy(start: string, at: string, reason: string): string {
    const name = this.#ports.claimOf(start) ?? "";
    const holder = this.#facts.holder(name);
    const held = holder === undefined ? "" : `${holderReason(holder, name)}; `;
    return `${held}logical port ${cut(at)} keeps the others from moving: ${reason}`;
  }

  /** Why a port may not leave its interface, or take over another port's; null: it may. */
  #trouble(lport: string, holder: ObservedInterface | undefined): Blocked | null {
    const isInPlace = this.#ports.inPlace(lport) !== null;
    if (!isInPlace && holder === undefined) return null;
    const attempt = this.#facts.attempt(lport);
    if (attempt?.phase === "in-flight") return isInPlace ? { reason: "its change is on its way" } : null;
    const advice = this.#facts.advice(lport);
    const refusal = isInPlace ? this.#refusalToLeave(advice) : null;
    if (refusal !== null) return { reason: refusal };
    // Last, as in the port's own status: all else needs somebody, and this needs only time.
    const desired = advice?.kind === "asked" ? advice.main.desired : null;
    const setbacks = desired === null ? 0 : setbacksOfAll(attempt, desired);
    return setbacks === 0
      ? null
      : { reason: "another program keeps undoing what is written for it", setbacks };
  }

  #refusalToLeave(advice: Advice | undefined): string | null {
    if (this.#facts.onRename === "report") return "plug.on_rename is report";
    return advice?.kind === "asked" ? refusalOf(advice.leaving) : "its provider has not answered";
  }

  /** The ports of the route, and the ports that take over the interfaces that these leave. */
  #together(path: readonly string[]): readonly string[] {
    const all = new Set(path);
    for (const member of all) {
      for (const observed of this.#ports.owned(member)) {
        const next = this.#nextOwner(observed);
        if (next !== null) all.add(next);
      }
    }
    return [...all].sort();
  }

  /**
   * The port whose refusal holds these ports back, or null. It is the first one, after whose back-off the whole group is tried
   * again; one that claims a free name which another claimant is to get first; or one whose interface was to go alone, after the
   * refusal of the move: the two changes would else be sent in turn without a pause.
   */
  #refusedIn(together: readonly string[]): string | null {
    const [leader] = together;
    if (leader === undefined) return null;
    const name = this.#ports.claimOf(leader);
    const wasRefused = this.#ports.wasRefused(leader, name === null ? undefined : this.#facts.holder(name));
    if (wasRefused && together.every((one) => this.#leavesTheSame(one))) return leader;
    return together.find((one) => !this.#isInTurn(one) || this.#ports.wasRefusedToGo(one)) ?? null;
  }

  #leavesTheSame(lport: string): boolean {
    const inPlace = this.#ports.inPlace(lport);
    return this.#ports.leavesTheSame(lport, inPlace !== null && this.#nextOwner(inPlace) !== null);
  }

  #isInTurn(lport: string): boolean {
    const name = this.#ports.claimOf(lport);
    return name === null || this.#winner(name) === lport;
  }

  #winner(name: string): string | null {
    const known = this.#winners.get(name);
    if (known !== undefined) return known;
    const winner = this.#seekWinner(name);
    this.#winners.set(name, winner);
    return winner;
  }

  /**
   * Decides who gets a name. A claimant that the server has refused comes after all others until it is tried again, so that
   * one bad port does not keep the name from them (rule T3). A claimant whose transaction is on its way comes first, because
   * one of two transactions for the name would be refused.
   */
  #seekWinner(name: string): string | null {
    const claimants = [...this.#facts.claimants(name)];
    const inFlight = claimants.find((lport) => this.#ports.isInFlight(lport));
    if (inFlight !== undefined) return inFlight;
    const holder = this.#facts.holder(name);
    const closer = holder === undefined ? null : this.#closer(holder);
    if (closer !== null) return closer;
    const able = claimants.filter((lport) => !this.#ports.wasRefused(lport, holder));
    const first = able.length > 0 ? able : claimants;
    return smallest(first.filter((lport) => this.#ports.inPlace(lport) === null)) ?? smallest(first);
  }

  /** The logical port that claims this interface in a circle of claims; null: the interface is in no circle. */
  #closer(holder: ObservedInterface): string | null {
    const { name } = holder.interface;
    const seen = new Set<string>();
    for (let at: ObservedInterface | undefined = holder; at?.isOwned && at.lport !== null; ) {
      const owner = at.lport;
      if (seen.has(owner)) return null;
      seen.add(owner);
      const claim = this.#ports.claimOf(owner);
      if (claim === null) return null;
      if (claim === name) return owner;
      at = this.#facts.holder(claim);
    }
    return null;
  }
}

interface Blocked {
  readonly reason: string;
  readonly setbacks?: number;
}

type Next =
  | { readonly kind: "end" }
  | { readonly kind: "mover"; readonly lport: string }
  | ({ readonly kind: "blocked" } & Blocked);

function smallest(lports: Iterable<string>): string | null {
  let first: string | null = null;
  for (const lport of lports) if (first === null || lport < first) first = lport;
  return first;
}
