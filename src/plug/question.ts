/**
 * The question put to a provider about one logical port, and when the last answer still holds.
 *
 * An answer holds as long as nothing the provider could look at has changed: its input, its lookup tables (counted in
 * `lookup`), and whether it was asked to try again (counted in `nonce`). Two changes are excepted: an interface that
 * has become just what the answer asked for needs no new one, so the echo of our own commit asks nobody; and so does an
 * interface that is to go and has changed only in what no provider is shown (ovn-controller lets go of it just then).
 */

import { type Answer, misplacedIn } from "../providers/answer.ts";
import type {
  BridgeView,
  OpenVSwitchView,
  Operation,
  PrepareInput,
  WantedInterface,
} from "../providers/provider.ts";
import type { RegisteredProvider } from "../providers/registry.ts";
import { type DesiredInterface, sameDesired, sameMap, satisfies } from "./desired.ts";
import { mtuRequestOf } from "./lport.ts";
import { IFACE_ID_VER } from "./observed-interface.ts";
import type { InterfaceRow, PortBindingRow } from "./rows.ts";

export interface Question {
  readonly lport: string;
  readonly plugType: string;
  readonly operation: Operation;
  readonly provider: RegisteredProvider;
  /** Those of the port binding, which is all that a provider is told of it; null: there is none. */
  readonly options: PortBindingRow["options"] | null;
  readonly interface: InterfaceRow | null;
  readonly views: LocalViews;
  /** Another number whenever the provider's lookup tables changed. */
  readonly lookup: number;
  /** Counts how often the port was asked for again; absent: never. */
  readonly nonce?: number;
}

/** What every question of one run shows of the local database; one object, because each port holds its question. */
export interface LocalViews {
  readonly openVSwitch: OpenVSwitchView;
  readonly bridge: BridgeView;
}

/** A question, and what the provider answered. */
export interface Consultation {
  readonly question: Question;
  readonly answer: Answer;
  /** The interface in full that follows; null unless the provider is ready to plug. */
  readonly desired: DesiredInterface | null;
}

export function consult(question: Question): Consultation {
  const answer = question.provider.prepare(prepareInputOf(question));
  return {
    question,
    answer,
    desired: answer.kind === "plug" ? desiredInterface(question, answer.wanted) : null,
  };
}

/** The answer that `last` holds is the answer to `question` too. */
export function stillHolds(last: Consultation, question: Question): boolean {
  const asked = last.question;
  if (!isSameQuestion(asked, question)) return false;
  if (asked.interface === question.interface) return true;
  if (asked.operation === "remove" && looksAlike(asked.interface, question.interface)) return true;
  // What it says of the interface that was in place says nothing of another one.
  if (misplacedIn(last.answer) !== null) return false;
  return last.desired !== null && question.interface !== null && satisfies(question.interface, last.desired);
}

/** The same was asked about the same rows, and the same interface follows; two answers without an interface are two. */
export function sameConsultation(a: Consultation, b: Consultation): boolean {
  if (a === b) return true;
  if (a.desired === null || b.desired === null) return false;
  return (
    isSameQuestion(a.question, b.question) &&
    a.question.interface === b.question.interface &&
    a.question.options === b.question.options &&
    misplacedIn(a.answer) === misplacedIn(b.answer) &&
    a.desired.maintainedOptions === b.desired.maintainedOptions &&
    sameDesired(a.desired, b.desired)
  );
}

/** But for the interface. */
function isSameQuestion(a: Question, b: Question): boolean {
  return (
    a.plugType === b.plugType &&
    a.operation === b.operation &&
    a.provider === b.provider &&
    sameOptions(a.options, b.options) &&
    a.views.openVSwitch === b.views.openVSwitch &&
    a.views.bridge === b.views.bridge &&
    a.lookup === b.lookup &&
    a.nonce === b.nonce
  );
}

/** Nothing of the very same interface has changed that a provider is shown. */
function looksAlike(a: InterfaceRow | null, b: InterfaceRow | null): boolean {
  if (a === null || b === null || a._uuid !== b._uuid) return false;
  return a.name === b.name && a.type === b.type && sameMap(a.options, b.options);
}

function sameOptions(a: Question["options"], b: Question["options"]): boolean {
  return a === b || (a !== null && b !== null && sameMap(a, b));
}

/** `last`'s answer as the answer to `question`, so that what is held is what asking now would give. */
export function carryOver(last: Consultation, question: Question): Consultation {
  const { options, interface: current } = last.question;
  if (current === question.interface && options === question.options) return last;
  return { ...last, question };
}

/** Joins what the provider wants with what the port binding asks for. */
function desiredInterface(
  { lport, plugType, provider, options }: Question,
  wanted: WantedInterface,
): DesiredInterface {
  const mtuRequest = options === null ? null : mtuRequestOf({ options });
  const ifaceIdVer = options?.get(IFACE_ID_VER) || null;
  return { lport, plugType, wanted, maintainedOptions: provider.maintainedOptions, mtuRequest, ifaceIdVer };
}

const NO_OPTIONS: ReadonlyMap<string, string> = new Map();

/** What the provider is told: with the question, and when the consultation ends. */
export function prepareInputOf(question: Question): PrepareInput {
  const { lport, operation, views, options } = question;
  const current = question.interface;
  return {
    operation,
    openVSwitch: views.openVSwitch,
    bridge: views.bridge,
    lport: { name: lport, options: options ?? NO_OPTIONS },
    interface: current === null ? null : { name: current.name, type: current.type, options: current.options },
  };
}
