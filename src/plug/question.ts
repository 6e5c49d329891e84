/**
 * The question put to a provider about one logical port, and when the last answer still holds.
 *
 * An answer holds as long as nothing the provider could look at has changed: its input, its lookup tables (counted in
 * `lookup`), and whether it was asked to try again (counted in `nonce`). One change is excepted: an interface that
 * has become just what the answer asked for needs no new one, so the echo of our own commit asks nobody.
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
  const sameButInterface =
    asked.plugType === question.plugType &&
    asked.operation === question.operation &&
    asked.provider === question.provider &&
    sameOptions(asked.options, question.options) &&
    asked.views.openVSwitch === question.views.openVSwitch &&
    asked.views.bridge === question.views.bridge &&
    asked.lookup === question.lookup &&
    asked.nonce === question.nonce;
  if (!sameButInterface) return false;
  if (asked.interface === question.interface) return true;
  // What it says of the interface that was in place says nothing of another one.
  if (misplacedIn(last.answer) !== null) return false;
  return last.desired !== null && question.interface !== null && satisfies(question.interface, last.desired);
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
