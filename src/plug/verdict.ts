/**
 * The verdict on one logical port: its state, the reason, and the change to write, if any. One pure function; rules
 * P1 to P8 and the states of docs/rules.md are decided here.
 *
 * Invariant: a verdict that carries a change is the only thing that leads to a write.
 */
import type { RefusedProvider } from "../providers/registry.ts";
import { shellWord } from "../text/shell.ts";
import { type Answers, type Leaving, type Misplacement, misplacementOf } from "./answers.ts";
import { type Attempt, nonceOf, sentAwayBefore, setbacksOf } from "./attempt.ts";
import { type Change, diffInterface, type Remove, sameFooting, type Target } from "./change.ts";
import type { Adoptable, Contest } from "./contest.ts";
import type { Intent, ToPlug, ToUnplug } from "./intent.ts";
import { duplicatesOf, type Lport } from "./lport.ts";
import type { Consultation } from "./question.ts";
import type { BridgeRef, InterfaceRow } from "./rows.ts";

export const PORT_STATES = [
  "plugged",
  "waiting",
  "pending",
  "foreign",
  "conflict",
  "incompatible",
  "no-provider",
  "error",
  "held",
] as const;
export type PortState = (typeof PORT_STATES)[number];

export interface Verdict {
  readonly lport: string;
  readonly plugType: string;
  readonly state: PortState;
  /** The interface in place, or the one that is wanted. */
  readonly interface: string | null;
  readonly reason: string | null;
  /** What to write now. */
  readonly change: Change | null;
  /** Nothing but time may change this verdict: the port is to be asked for again, with back-off. */
  readonly retry: boolean;
  /** How often what is to be written was undone by others: the back-off starts from there. */
  readonly setbacks: number;
  /** How often the providers were asked for another answer. */
  readonly tries: number;
}

/** The interface is as the provider asked for, whatever ovs-vswitchd says of it: nothing waits to be written. */
export function isInPlace({ state, retry }: Verdict): boolean {
  return state === "plugged" || (state === "error" && !retry);
}

/** The reason of a port that is plugged and not known to work yet. */
export const NOT_ANSWERED = "ovs-vswitchd has not answered yet";

const SENT = "sent to the database";

/** Everything a verdict depends on. */
export interface Circumstances {
  readonly intent: Intent;
  readonly answers: Answers | undefined;
  readonly attempt: Attempt | undefined;
  readonly around: Around;
}

/** What is the same for all logical ports. */
export interface Around {
  readonly bridge: BridgeRef | null;
  /** The name the integration bridge has to have. */
  readonly bridgeName: string;
  readonly onRename: "replug" | "report";
  /** Why nobody may be asked and nothing written yet, or null. */
  readonly notActive: string | null;
  /** Who has, or comes first to, an interface of this name that the logical port wants. */
  contest(lport: string, name: string): Contest;
  /** The logical port that takes over the interface of this one, which is due to go, or null. */
  successor(lport: string): string | null;
  /** Why unplugging is held back, or null. */
  held(lport: string): string | null;
}

export function decideVerdict(at: Circumstances): Verdict {
  const { attempt } = at;
  if (attempt?.phase === "in-flight") {
    const name = nameOfChange(attempt.change);
    const sent =
      attempt.doubt === undefined ? SENT : `${SENT}, which has not said what became of it: ${attempt.doubt}`;
    return verdict(at, "pending", sent, name === null ? {} : { interface: name });
  }
  const decided = decideIntended(at);
  const misplacement = misplacementOf(at.answers);
  return misplacement === null || movesAway(at, decided) ? decided : sendAway(at, decided, misplacement);
}

function movesAway(at: Circumstances, { change }: Verdict): boolean {
  if (change?.kind === "remove" || change?.kind === "replug") return true;
  return at.around.successor(at.intent.lport.name) !== null;
}

/** Rule U7: wrongly wired is worse than unplugged, whatever else was decided. */
function sendAway(at: Circumstances, decided: Verdict, { whose, isBuiltIn }: Misplacement): Verdict {
  const { notActive, bridge } = at.around;
  const { name, owned } = at.intent.lport;
  if (notActive !== null || bridge === null || owned === null) return decided;
  const held = isBuiltIn ? null : at.around.held(name);
  const reason = `interface ${owned.interface.name} belongs to ${whose} now`;
  if (held !== null) return verdict(at, "held", `${reason}, but ${held}`, {});
  return propose(at, removal(at, bridge, owned.plugType), reason);
}

function decideIntended(at: Circumstances): Verdict {
  const { intent } = at;
  switch (intent.kind) {
    case "foreign":
      return verdict(at, "foreign", intent.reason, { interface: intent.interface });
    case "stay":
      return stands(at, intent.reason);
    case "plug":
    case "unplug":
      return decideAsked(at, intent);
  }
}

function decideAsked(at: Circumstances, intent: ToPlug | ToUnplug): Verdict {
  const { notActive, bridge, bridgeName } = at.around;
  if (notActive !== null) {
    return intent.lport.owned === null ? verdict(at, "pending", notActive, {}) : stands(at, notActive);
  }
  if (bridge === null) return verdict(at, "pending", noBridge(bridgeName), {});
  const { answers } = at;
  if (answers === undefined) return verdict(at, "pending", "its provider has not been asked yet", {});
  if (answers.kind === "no-provider") {
    return verdict(at, "no-provider", noProvider(answers.plugType, answers.refused), {});
  }
  const { target } = answers.main;
  const unwilling = refusal(answers.main) ?? refusalToLeave(answers.leaving, at, target);
  if (unwilling !== null) {
    return verdict(at, unwilling.state, unwilling.reason, { retry: unwilling.state !== "no-provider" });
  }
  if (target !== null) return decidePlug(at, bridge, target);
  return decideUnplug(at, bridge, intent);
}

function decideUnplug(at: Circumstances, bridge: BridgeRef, intent: ToPlug | ToUnplug): Verdict {
  const { name } = intent.lport;
  const held = at.around.held(name);
  if (held !== null) return verdict(at, "held", held, {});
  const successor = at.around.successor(name);
  if (successor !== null) {
    return verdict(at, "pending", `logical port ${successor} takes its interface over`, {});
  }
  return propose(at, removal(at, bridge, intent.plugType), intent.kind === "unplug" ? intent.reason : null);
}

function decidePlug(at: Circumstances, bridge: BridgeRef, target: Target): Verdict {
  const { onRename } = at.around;
  const { owned } = at.intent.lport;
  const { name } = target.wanted;
  if (owned !== null && owned.interface.name === name) {
    // Its iface-id is the logical port's, or it would not be the port's.
    const edit = diffInterface(owned.interface, target, owned.plugType === target.plugType);
    if (edit === null) return stands(at, null);
    return propose(at, { kind: "update", target, interface: owned.interface, edit }, null);
  }
  if (owned !== null && onRename === "report") {
    const reason = `plugged as ${owned.interface.name}, and the provider now says ${name}: recreate the logical port, or set plug.on_rename to replug`;
    return verdict(at, "incompatible", reason, {});
  }
  const contest = at.around.contest(at.intent.lport.name, name);
  if (contest.kind === "lost") return verdict(at, "conflict", contest.reason, { interface: name });
  if (contest.kind === "adopt") {
    if (owned === null) return adopt(at, target, contest);
    const reason = `interface ${name} of logical port ${contest.from} is about to go`;
    return verdict(at, "conflict", reason, { interface: name });
  }
  const create: Change = { kind: "create", target, bridge };
  const sentAway = timesSentAway(at);
  if (sentAway > 1) {
    const reason = `its interface became another's ${sentAway} times within a short while: it is plugged again with back-off`;
    return verdict(at, "waiting", reason, { interface: name, retry: true, setbacks: sentAway - 2 });
  }
  if (owned === null) return propose(at, create, null);
  const remove = removal(at, bridge, target.plugType);
  return propose(at, remove === null ? null : { kind: "replug", remove, create }, null);
}

/** Rule U7: how often in a row the interface was another's, this time included; 0: that is nothing against plugging. */
function timesSentAway({ attempt, answers, intent }: Circumstances): number {
  const before = sentAwayBefore(attempt);
  if (intent.lport.owned === null) return before;
  return misplacementOf(answers) === null ? 0 : before + 1;
}

/** The interface of another port that is due to go becomes this port's, in place. */
function adopt(at: Circumstances, target: Target, { vif, from, leaving }: Adoptable): Verdict {
  const edit = diffInterface(vif.interface, target);
  if (edit === null) return verdict(at, "pending", "its interface is about to be seen as its own", {});
  const change: Change = {
    kind: "update",
    target,
    interface: vif.interface,
    edit,
    adoption: { from, leaving },
  };
  return propose(at, change, `taken over from logical port ${from}`);
}

/** @returns null while the port of the interface is not known: the next message of the database brings it */
function removal(at: Circumstances, bridge: BridgeRef, plugType: string): Remove | null {
  const { name, owned } = at.intent.lport;
  if (owned === null || owned.port === null) return null;
  const { interface: iface, port } = owned;
  const misplaced = misplacementOf(at.answers);
  const remove: Remove = { kind: "remove", lport: name, plugType, bridge, interface: iface, port };
  return misplaced === null ? remove : { ...remove, misplaced: misplaced.whose };
}

/** The change is to be written, unless it is the very one that the server has just refused. */
function propose(at: Circumstances, change: Change | null, reason: string | null): Verdict {
  const { attempt } = at;
  if (change === null) return verdict(at, "pending", "the port of its interface is not known yet", {});
  if (attempt?.phase === "failed" && sameFooting(attempt.change, change)) {
    return verdict(at, "error", attempt.error, { retry: true });
  }
  const setbacks = setbacksOf(attempt, change);
  if (setbacks > 0) {
    const name = nameOfChange(change);
    const undoes = change.kind === "update" ? `undoing what is written to` : `removing`;
    const reason = `another program keeps ${undoes} interface ${name}: see that one of the two leaves it alone`;
    return verdict(at, "error", reason, {
      retry: true,
      setbacks,
      ...(name === null ? {} : { interface: name }),
    });
  }
  return verdict(at, "pending", reason, { change });
}

/** The interface is as it has to be; what ovs-vswitchd says of it decides between plugged and error. */
function stands(at: Circumstances, reason: string | null): Verdict {
  const iface = at.intent.lport.owned?.interface;
  const fault = iface === undefined ? null : vswitchdFault(iface);
  if (fault !== null) return verdict(at, "error", fault, {});
  const unanswered = iface !== undefined && iface.ofport === null;
  const shown = reason ?? duplicated(at.intent.lport) ?? (unanswered ? NOT_ANSWERED : null);
  return verdict(at, "plugged", shown, {});
}

function duplicated(lport: Lport): string | null {
  const duplicates = duplicatesOf(lport);
  if (duplicates.length === 0) return null;
  const names = duplicates.map((vif) => vif.interface.name);
  const which = names.length === 1 ? `interface ${names[0]} has` : `interfaces ${names.join(", ")} have`;
  return `${which} its iface-id as well: remove what is not used with ovs-vsctl del-port`;
}

function vswitchdFault(iface: InterfaceRow): string | null {
  if (iface.error !== null && iface.error !== "") return `ovs-vswitchd: ${iface.error}`;
  return iface.ofport === -1 ? "ovs-vswitchd could not add the interface to the datapath (ofport -1)" : null;
}

interface Refusal {
  readonly state: "waiting" | "error" | "no-provider";
  readonly reason: string;
}

function refusal({ question, answer, target }: Consultation): Refusal | null {
  if (target !== null) return null;
  switch (answer.kind) {
    case "not-ready":
      return { state: "waiting", reason: answer.reason };
    case "broken":
      return { state: "error", reason: `provider ${question.provider.type}: ${answer.reason}` };
    default:
      return null;
  }
}

/** An interface whose own provider is gone may change hands in place, but it may not be removed. */
function refusalToLeave(leaving: Leaving | null, at: Circumstances, target: Target | null): Refusal | null {
  if (leaving === null) return null;
  if ("answer" in leaving) return refusal(leaving);
  const renames = target !== null && at.intent.lport.owned?.interface.name !== target.wanted.name;
  if (!renames) return null;
  return { state: "no-provider", reason: noProvider(leaving.noProviderFor, leaving.refused) };
}

export function noBridge(name: string): string {
  return `there is no integration bridge ${name}: add it (ovs-vsctl add-br ${shellWord(name)}), or name the one that is there (external_ids:ovn-bridge)`;
}

function noProvider(plugType: string, refused: RefusedProvider | null): string {
  const quoted = JSON.stringify(plugType);
  if (refused !== null) {
    return `provider ${refused.type}, which answers to plug type ${quoted}, failed to start: ${refused.reason}`;
  }
  return `no enabled provider answers to plug type ${quoted}; add one under providers`;
}

function verdict(
  at: Circumstances,
  state: PortState,
  reason: string | null,
  rest: {
    readonly interface?: string;
    readonly change?: Change;
    readonly retry?: boolean;
    readonly setbacks?: number;
  },
): Verdict {
  return {
    lport: at.intent.lport.name,
    plugType: at.intent.plugType,
    state,
    interface: rest.interface ?? at.intent.lport.owned?.interface.name ?? nameOfChange(rest.change),
    reason,
    change: rest.change ?? null,
    retry: rest.retry ?? false,
    setbacks: rest.setbacks ?? 0,
    tries: nonceOf(at.attempt),
  };
}

function nameOfChange(change: Change | undefined): string | null {
  if (change?.kind === "update") return change.interface.name;
  if (change?.kind === "replug") return change.create.target.wanted.name;
  return change?.kind === "create" ? change.target.wanted.name : null;
}
