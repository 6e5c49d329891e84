/**
 * Rule P6: who gets an interface name. One that exists belongs to whom it is plugged for, unless that port is
 * due to go, and then to the first of those that want the name; one that does not exist belongs to the first of them.
 * Those without an interface come before those that would give theirs up for it, and then it goes by the names of the
 * logical ports, so that the order in which they came does not matter, unless the transaction of one is on its way.
 */

import { shellWord } from "../text/shell.ts";
import type { Advice } from "./advice.ts";
import type { Attempt } from "./attempt.ts";
import { desiredAfter } from "./change.ts";
import { sameContent, sameDesired } from "./desired.ts";
import type { Intent } from "./intent.ts";
import { type ObservedInterface, OVN_PLUGGED } from "./observed-interface.ts";
import type { Consultation } from "./question.ts";

export type Contest =
  | { readonly kind: "free" }
  | { readonly kind: "lost"; readonly reason: string }
  | Adoptable;

/** The name is that of an interface which is due to go, and whose provider agrees. */
export interface Adoptable {
  readonly kind: "adopt";
  readonly observed: ObservedInterface;
  readonly from: string;
  readonly leaving: Consultation;
}

/** What is around a name; every look-up is by key. */
export interface ContestFacts {
  holder(name: string): ObservedInterface | undefined;
  claimants(name: string): Iterable<string>;
  intent(lport: string): Intent | undefined;
  advice(lport: string): Advice | undefined;
  attempt(lport: string): Attempt | undefined;
  /** The port's interface would go now, were it not taken over. */
  isHeld(lport: string): boolean;
}

export function contest(among: ContestFacts, lport: string, name: string): Contest {
  const holder = among.holder(name);
  const first = firstClaimant(among, name, holder);
  if (holder !== undefined) {
    const leaving = first === lport ? leavingOf(among, holder) : null;
    return leaving ?? { kind: "lost", reason: holderReason(holder, name) };
  }
  // Those that have an interface and want another one come after those that have none. When the server has refused the
  // name to all of them, each is told so, and tries again on its own.
  const next = first ?? smallest(notRefused(among, name)) ?? lport;
  if (next === lport) return { kind: "free" };
  return {
    kind: "lost",
    reason: `logical port ${next} wants interface ${name} too, and comes first`,
  };
}

/** The logical port that takes over the interface of a port that is due to go. */
export function successorOf(among: ContestFacts, lport: string): string | null {
  const observed = ownedBy(among, lport);
  if (observed === null || leavingOf(among, observed) === null) return null;
  return firstClaimant(among, observed.interface.name, observed);
}

/**
 * The first of those that want the name and have no interface; whom the server refused it is out, until it is tried
 * again, so that one bad port does not keep the name from the others (rule T3). Nobody comes before one whose
 * transaction is on its way: it would be refused, or refuse the other.
 */
function firstClaimant(
  among: ContestFacts,
  name: string,
  holder: ObservedInterface | undefined,
): string | null {
  const able: string[] = [];
  for (const lport of among.claimants(name)) {
    if (among.attempt(lport)?.phase === "in-flight") return lport;
    if (ownedBy(among, lport) === null && !wasRefused(among, lport, holder)) able.push(lport);
  }
  return smallest(able);
}

/** Those that want a name that no interface has. */
function notRefused(among: ContestFacts, name: string): readonly string[] {
  return [...among.claimants(name)].filter((lport) => !wasRefused(among, lport, undefined));
}

function ownedBy(among: ContestFacts, lport: string): ObservedInterface | null {
  return among.intent(lport)?.lport.inPlace ?? null;
}

function smallest(lports: Iterable<string>): string | null {
  let first: string | null = null;
  for (const lport of lports) if (first === null || lport < first) first = lport;
  return first;
}

/** What it wants of the interface that is there, or of a new one when there is none. */
function wasRefused(among: ContestFacts, lport: string, holder: ObservedInterface | undefined): boolean {
  const attempt = among.attempt(lport);
  const advice = among.advice(lport);
  if (attempt?.phase !== "failed" || advice?.kind !== "asked") return false;
  const { change } = attempt;
  const [before, now] = [desiredAfter(change), advice.main.desired];
  if (before === null || now === null || !sameDesired(before, now)) return false;
  const row = change.kind === "update" ? change.interface : undefined;
  if (row === undefined || holder === undefined) return row === undefined && holder === undefined;
  return sameContent(row, holder.interface);
}

function leavingOf(among: ContestFacts, observed: ObservedInterface): Adoptable | null {
  const from = observed.lport;
  if (from === null || ownedBy(among, from) !== observed || among.isHeld(from)) return null;
  const intent = among.intent(from);
  if (intent?.kind !== "unplug" || intent.ground === "withdrawn") return null;
  const advice = among.advice(from);
  if (advice?.kind !== "asked" || advice.main.answer.kind !== "unplug") return null;
  if (among.attempt(from)?.phase === "in-flight") return null;
  return { kind: "adopt", observed, from, leaving: advice.main };
}

/** ovs-vswitchd's number for the port that bears its bridge's name (OFPP_LOCAL, OpenFlow 1.0). */
const OWN_OF_BRIDGE = 65534;

/** A command to copy is told only where what it removes cannot be a bridge's own interface. */
function holderReason(holder: ObservedInterface, name: string): string {
  const { interface: row, port } = holder;
  if (holder.isOwned) return `interface ${name} is plugged for logical port ${holder.lport}`;
  const mayBeOfBridge = row.ofport === OWN_OF_BRIDGE || (row.type === "internal" && row.ofport === null);
  if (mayBeOfBridge && !row.external_ids.has(OVN_PLUGGED)) {
    return `interface ${name} is, or may be, a bridge's own, which stays: the logical port needs another interface name`;
  }
  const command = `ovs-vsctl del-port ${shellWord(port?.name ?? name)}`;
  if (row.external_ids.has(OVN_PLUGGED) && !holder.onBridge) {
    return `interface ${name} was plugged on another bridge; remove it there with ${command}`;
  }
  return `an interface ${name} exists that was not plugged for OVN on this bridge; if nobody needs it, remove it with ${command}`;
}
