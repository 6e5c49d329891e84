/**
 * The question to a provider about one logical port, and when the last answer still holds.
 *
 * An answer holds as long as nothing changes that the provider could look at: the fields of the question, the lookup tables
 * of the provider (counted in `lookup`), and the requests to try again (counted in `nonce`). There are two exceptions. An
 * interface that has become what the answer asked for needs no new answer, so the echo of our own commit asks nobody. An
 * interface that is to be removed needs no new answer while only columns change that no provider sees (ovn-controller
 * releases such an interface at that moment).
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
import { type DesiredInterface, sameMap, satisfies } from "./desired.ts";
import { mtuRequestOf } from "./lport.ts";
import { IFACE_ID_VER } from "./observed-interface.ts";
import type { InterfaceRow, PortBindingRow } from "./rows.ts";

export interface Question {
  readonly lport: string;
  readonly plugType: string;
  readonly operation: Operation;
  readonly provider: RegisteredProvider;
  /** The options of the port binding, the only column that a provider sees; null: there is no port binding. */
  readonly options: PortBindingRow["options"] | null;
  readonly interface: InterfaceRow | null;
  readonly views: LocalViews;
  /** A number that changes whenever the lookup tables of the provider change. */
  readonly lookup: number;
  /** Counts how often the port's providers were asked again; absent: never. */
  readonly nonce?: number;
}

/** The rows of the local database that every question of one run shows; one object, because each port keeps its question. */
export interface LocalViews {
  readonly openVSwitch: OpenVSwitchView;
  readonly bridge: BridgeView;
}

/** A question, and what the provider answered. */
export interface Consultation {
  readonly question: Question;
  readonly answer: Answer;
  /** The complete desired interface that follows from the answer; null unless the provider is ready to plug. */
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

/** True when the answer in `last` also answers `question`. */
export function stillHolds(last: Consultation, question: Question): boolean {
  const asked = last.question;
  if (!isSameQuestion(asked, question)) return false;
  if (asked.interface === question.interface) return true;
  if (asked.operation === "remove" && looksAlike(asked.interface, question.interface)) return true;
  // The answer named another owner of the former interface, and says nothing about the new interface.
  if (misplacedIn(last.answer) !== null) return false;
  return last.desired !== null && question.interface !== null && satisfies(question.interface, last.desired);
}

/** True when two questions are the same but for the interface. */
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

/** True when both are the same interface, and alike in the columns that a provider sees. */
function looksAlike(a: InterfaceRow | null, b: InterfaceRow | null): boolean {
  if (a === null || b === null || a._uuid !== b._uuid) return false;
  return a.name === b.name && a.type === b.type && sameMap(a.options, b.options);
}

function sameOptions(a: Question["options"], b: Question["options"]): boolean {
  return a === b || (a !== null && b !== null && sameMap(a, b));
}

/** The answer in `last`, as the answer to `question`: the result equals what asking now would give. */
export function carryOver(last: Consultation, question: Question): Consultation {
  const { options, interface: current } = last.question;
  if (current === question.interface && options === question.options) return last;
  return { ...last, question };
}

/** Joins the interface that the provider wants with the MTU and the version that the port binding asks for. */
function desiredInterface(
  { lport, plugType, provider, options }: Question,
  wanted: WantedInterface,
): DesiredInterface {
  const mtuRequest = options === null ? null : mtuRequestOf({ options });
  const ifaceIdVer = options?.get(IFACE_ID_VER) ?? null;
  return { lport, plugType, wanted, maintainedOptions: provider.maintainedOptions, mtuRequest, ifaceIdVer };
}

const NO_OPTIONS: ReadonlyMap<string, string> = new Map();

/** The input of the provider, for `prepare` and again for `finish` and `release`. */
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
