/**
 * What is known of a port that is plugged and whose port binding is not in view. A row that leaves the view looks just like
 * one that is deleted, so the Southbound is asked for the row by its `_uuid`, which costs it the same whatever the size
 * of the cloud; where that cannot be certain, the port is asked for by its name (docs/rules.md, "absent"). Pure functions.
 *
 * Invariants:
 * - The Southbound sends what its monitors have to say before any reply. So a reply is not older than the view, and a row
 *   that is in view ends what a reply said.
 * - No row of this `_uuid` is no row of this name only as long as the view is the one that the row left: the same connection
 *   and condition, and the same Chassis row, which the row named as its own.
 * - A reply is true of its moment: it leads to a change in the run that it comes in (`isFresh`), or not at all.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import {
  type ChassisIdentity,
  type Lport,
  namesChassis,
  requestedHere,
  requestedHereAsAdditional,
} from "./lport.ts";
import type { PortBindingRow } from "./rows.ts";

/** A port binding that left the view by an update, and the answer of the Southbound to the question about it. */
export interface Departure {
  /** Counts the departures: a port binding may leave, come back and leave again, and only the last departure counts. */
  readonly serial: number;
  /** The port binding as it was last in view. */
  readonly row: PortBindingRow;
  /** The view that the row left (`SouthboundState.view`); null: the view was changing because of ourselves. */
  readonly view: number | null;
  /** Null: the Southbound has not answered. */
  readonly reply: Reply | null;
}

export type Reply = Outcome & {
  /** Milliseconds since the epoch: for people. */
  readonly at: number;
  /** True in the run that the reply came for, and false afterwards. */
  readonly isFresh: boolean;
  /** The reply came before the provider's answer: after that answer the Southbound is asked once more. Absent: it came later. */
  readonly isEarly?: true;
};

/** The events of departures, which enter the graph by its input `departure`. */
export type DepartureEvent =
  | {
      readonly kind: "left";
      readonly serial: number;
      readonly row: PortBindingRow;
      readonly view: number | null;
    }
  | { readonly kind: "replied"; readonly reply: Reply }
  /** The run that the reply came for is over. */
  | { readonly kind: "aged" }
  /** The run that the reply came for is over, and the port's provider had not answered by then. */
  | { readonly kind: "early" }
  /** The view has changed, or the reaction to the reply is over: no question about the row means anything any more. */
  | { readonly kind: "outdated" }
  /** Nothing more has to be known of the departure. */
  | { readonly kind: "forgotten" };

/** @returns undefined: no departure is known */
export function departureAfter(event: DepartureEvent, before: Departure | undefined): Departure | undefined {
  switch (event.kind) {
    case "left":
      return { serial: event.serial, row: event.row, view: event.view, reply: null };
    case "replied":
      return before && { ...before, reply: event.reply };
    case "aged":
      return before?.reply ? { ...before, reply: { ...before.reply, isFresh: false } } : before;
    case "early":
      return before?.reply
        ? { ...before, reply: { ...before.reply, isFresh: false, isEarly: true } }
        : before;
    case "outdated":
      return before && { ...before, view: null, reply: null };
    case "forgotten":
      return undefined;
  }
}

/** The events that lead to this departure. */
export function eventsOf({ serial, row, view, reply }: Departure): readonly DepartureEvent[] {
  const left = { kind: "left", serial, row, view } as const;
  return reply === null ? [left] : [left, { kind: "replied", reply }];
}

export type Outcome =
  | { readonly kind: "none" }
  | { readonly kind: "row"; readonly row: PortBindingRow }
  /** There is no answer: an error, a lost connection. */
  | { readonly kind: "unknown"; readonly code: string };

export type Absence =
  /** The Southbound has to be asked, or has not answered yet. */
  | { readonly kind: "asked"; readonly serial: number; readonly uuid: Uuid }
  /** The Southbound will be asked as soon as this daemon may act on the answer. */
  | { readonly kind: "waiting" }
  | { readonly kind: "gone"; readonly serial: number; readonly reply: Reply }
  /** The row exists, and is not in view. */
  | {
      readonly kind: "elsewhere";
      readonly serial: number;
      readonly reply: Reply;
      readonly row: PortBindingRow;
    }
  /** Only the answer to a question for the port's name is certain. */
  | { readonly kind: "by-name" };

/** The facts that are the same for all logical ports. */
export interface ViewFacts {
  /** Null: the name of the chassis is not known. */
  readonly chassis: ChassisIdentity | null;
  /** The present view; null: the view is changing, or there is none. */
  readonly view: number | null;
  /** Knowledge is missing without which no port may be unplugged (rule U3). */
  readonly isKnowledgeMissing: boolean;
  readonly isActive: boolean;
}

const BY_NAME: Absence = { kind: "by-name" };
const WAITING: Absence = { kind: "waiting" };

/** @returns undefined: the port binding is in view, or no interface of ours is in place */
export function decideAbsence(
  lport: Lport | undefined,
  departure: Departure | undefined,
  facts: ViewFacts,
): Absence | undefined {
  if (lport === undefined || lport.inPlace === null || lport.binding !== null) return undefined;
  if (departure === undefined || !isSameView(departure, facts)) return BY_NAME;
  const { serial, row, reply } = departure;
  if (reply === null) return facts.isActive ? { kind: "asked", serial, uuid: row._uuid } : WAITING;
  switch (reply.kind) {
    case "none":
      return { kind: "gone", serial, reply };
    case "row":
      return { kind: "elsewhere", serial, reply, row: reply.row };
    case "unknown":
      return BY_NAME;
  }
}

/** Nothing of ours has changed since the row left, so the row left by itself, and it named this chassis. */
function isSameView({ view, row }: Departure, facts: ViewFacts): boolean {
  const { chassis, isKnowledgeMissing } = facts;
  if (chassis === null || isKnowledgeMissing || view === null || view !== facts.view) return false;
  if (!requestedHere(row, chassis) && !requestedHereAsAdditional(row, chassis)) return false;
  return namesChassis(row, chassis);
}

export function sameAbsence(a: Absence, b: Absence): boolean {
  return a.kind === b.kind && basisOf(a) === basisOf(b);
}

/** The question or the answer that an absence stands on; null: there is neither. */
function basisOf(absence: Absence): number | Reply | null {
  switch (absence.kind) {
    case "asked":
      return absence.serial;
    case "gone":
    case "elsewhere":
      return absence.reply;
    case "waiting":
    case "by-name":
      return null;
  }
}

/** True when the port has to be asked for by its name before anything can be decided. */
export function needsName(absence: Absence | undefined): boolean {
  switch (absence?.kind) {
    case undefined:
    case "by-name":
      return true;
    case "asked":
    case "waiting":
      return false;
    case "gone":
    case "elsewhere":
      return !absence.reply.isFresh && absence.reply.isEarly !== true;
  }
}
