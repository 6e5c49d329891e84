/**
 * The conditions of the interface in place of a logical port: the MTU request, the interfaces, the answer of the provider, and
 * other ports that have or want the interface name.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import { shellWord } from "../../text/shell.ts";
import { consultationsOf } from "../advice.ts";
import { sentAwayBefore } from "../attempt.ts";
import { hasWantedVersion, type OtherChassis, unboundOf, whoHasIt } from "../bound.ts";
import { vswitchdFault } from "../in-place-status.ts";
import { badMtuOf, type ChassisIdentity, type MtuText, mtuRequestOf, mtuTextOf } from "../lport.ts";
import { IFACE_ID, IFACE_ID_VER, type ObservedInterface, OVN_PLUGGED } from "../observed-interface.ts";
import type { Consultation } from "../question.ts";
import type { PortBindingRow } from "../rows.ts";
import { type Condition, type Listed, listed, quote } from "./condition.ts";
import type { PortView } from "./port-view.ts";
import { sourceOf } from "./wanted.ts";

/** vifplugd ignores an invalid MTU request, as ovn-controller does; this condition shows the fault. */
const mtuRequest: Condition<MtuText & { readonly binding: PortBindingRow }> = {
  id: "mtu-request",
  statement: "its MTU request is a decimal number of bytes, at most 2147483647",
  otherwise: "no MTU is requested",
  holds: ({ binding }) =>
    mtuRequestOf(binding) === null && badMtuOf(binding) === null ? null : badMtuOf(binding) === null,
  value: ({ binding, option, text }) =>
    `options:${option}=${text}${mtuRequestOf(binding) === null ? ", so no MTU is requested" : ""}`,
  source: sourceOf,
  remedy: ({ option }) => `set the logical port's option ${option} to a number of bytes, or remove it`,
};

const ours: Condition<ObservedInterface> = {
  id: "ours",
  statement: "the interface with its iface-id was plugged on OVN's direction",
  otherwise: "nothing is done: `foreign` (P5)",
  holds: ({ isOwned }) => isOwned,
  value({ interface: row, port }) {
    const plugged = row.external_ids.get(OVN_PLUGGED);
    const fault = row.error === null ? "" : `, error ${quote(row.error)}`;
    return `${row.name}: ovn-plugged ${plugged ?? "(absent)"}, port ${port?.name ?? "(none)"}, ofport ${row.ofport ?? "(empty)"}${fault}`;
  },
  source: ({ interface: row }) => `Interface ${row._uuid}`,
  remedy: ({ interface: row }) => `remove interface ${row.name}, or its external_ids:iface-id`,
};

/** Of several interfaces of ours, the interface that the provider names belongs to the port. */
const noLeftovers: Condition<{
  readonly inPlace: ObservedInterface;
  readonly leftovers: readonly ObservedInterface[];
}> = {
  id: "no-leftovers",
  statement: "no other interface that was plugged on OVN's direction has its iface-id",
  otherwise: "each of the others goes back to the port that it was plugged for (P3), or goes (U1)",
  holds: () => false,
  value: ({ inPlace, leftovers }) =>
    `${namesOf(leftovers)}: left over, as ${inPlace.interface.name} is there`,
  source: ({ leftovers }) => leftovers.map((observed) => `Interface ${observed.interface._uuid}`).join(", "),
  remedy: ({ leftovers }) =>
    `remove each interface of ${namesOf(leftovers)} that nobody uses (ovs-vsctl del-port)`,
};

const providerEnabled: Condition<{ readonly plugType: string; readonly failed: string | null }> = {
  id: "provider-enabled",
  statement: "an enabled provider answers to the plug type",
  otherwise: "nothing is done: `no-provider` (P7)",
  holds: () => false,
  value: ({ plugType, failed }) => (failed === null ? plugType : `${failed} failed to start`),
  source: () => "configuration",
  remedy: ({ plugType, failed }) =>
    failed === null
      ? `add a provider for plug type ${quote(plugType)} under providers`
      : `see in the log why provider ${failed} failed to start`,
};

const providerReady: Condition<Consultation> = {
  id: "provider-ready",
  statement: "its provider is ready",
  otherwise: "nothing is written: `waiting`, or `error` where the answer of the provider is invalid (P1, U1)",
  holds: ({ answer }) => answer.kind === "plug" || answer.kind === "unplug",
  value({ question, answer }) {
    const asked = `to ${question.operation}: `;
    if ("reason" in answer) return asked + answer.reason;
    if (answer.kind === "unplug") return `${asked}yes`;
    return `${asked}interface ${answer.wanted.name}, type ${quote(answer.wanted.type)}`;
  },
  source: ({ question }) => `provider ${question.provider.type}`,
  remedy: ({ question }) => `do what provider ${question.provider.type} waits for`,
};

interface BoundFacts {
  readonly binding: PortBindingRow;
  readonly chassis: ChassisIdentity;
  other(row: Uuid): OtherChassis | undefined;
}

export const bound: Condition<BoundFacts> = {
  id: "bound",
  statement: "ovn-controller has bound it here",
  otherwise: "the port is `plugged`, with this reason; after 10 seconds the log and the metrics show it (P8)",
  holds: ({ binding, chassis }) => (chassis.record === null ? null : unboundOf(binding, chassis) === null),
  value({ binding, chassis, other }) {
    const unbound = unboundOf(binding, chassis);
    if (chassis.record === null) return "this chassis has no row";
    if (unbound === null) return `chassis ${chassis.name} has it`;
    return whoHasIt(unbound, unbound.by === null ? undefined : other(unbound.by));
  },
  source: sourceOf,
  remedy: ({ binding, chassis }) =>
    unboundOf(binding, chassis)?.by === null
      ? "make sure that ovn-controller runs here and is connected (ovs-appctl -t ovn-controller connection-status), and look for the port in its log"
      : "take the port's interface away from the chassis that has it, or request this chassis for the port (requested-chassis)",
};

/** The version that ovn-controller compares before it binds a port (ovn-nb(5), `iface-id-ver`). */
export const version: Condition<{ readonly binding: PortBindingRow; readonly observed: ObservedInterface }> =
  {
    id: "iface-id-ver",
    statement: "its interface has the iface-id-ver that its options have",
    otherwise: "ovn-controller does not bind the port; an interface of ours gets the key (P1, P3)",
    holds: ({ binding, observed }) => hasWantedVersion(binding, observed.interface),
    value({ binding, observed }) {
      const is = observed.interface.external_ids.get(IFACE_ID_VER) ?? "(absent)";
      return `${observed.interface.name}: ${is}; options:iface-id-ver=${binding.options.get(IFACE_ID_VER)}`;
    },
    source: ({ observed }) => `Interface ${observed.interface._uuid}`,
    remedy({ binding, observed }) {
      const wanted = vsctlText(binding.options.get(IFACE_ID_VER) ?? "");
      return `ovs-vsctl set Interface ${shellWord(observed.interface.name)} ${shellWord(`external_ids:${IFACE_ID_VER}=${wanted}`)}`;
    },
  };

/** A string as ovs-vsctl(8) reads a string: in quotes where it is empty or has other characters than a word. */
function vsctlText(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : JSON.stringify(text);
}

interface RenameFacts {
  readonly view: PortView;
  readonly inPlace: ObservedInterface;
  readonly name: string;
}

const onRename: Condition<RenameFacts> = {
  id: "on-rename",
  statement: "plug.on_rename lets it get the name that its provider answers",
  otherwise: "nothing is written: `incompatible` (P4)",
  holds: ({ view }) => view.status?.state !== "incompatible",
  value: ({ view, inPlace, name }) =>
    `${inPlace.interface.name} is in place, the provider names ${name}, and plug.on_rename is ${view.settings.onRename}`,
  source: () => "configuration",
  remedy: () => "recreate the logical port, or set plug.on_rename to replug",
};

/** Listed while earlier removals count (rule U7). */
const keptOwner: Condition<{ readonly isWaiting: boolean; readonly times: number }> = {
  id: "kept-owner",
  statement: "its interface has not got another owner twice within a short while",
  otherwise: "the port is plugged again with back-off: `waiting` (U7)",
  holds: ({ isWaiting, times }) => !isWaiting || times < 2,
  value: ({ times }) => `removed ${times === 1 ? "once" : `${times} times`} because of another owner`,
  source: () => "rule U7",
  remedy: () => "find out what renames or moves the network device",
};

interface NameFacts {
  readonly view: PortView;
  readonly name: string;
  readonly holder: ObservedInterface | undefined;
}

const nameFree: Condition<NameFacts> = {
  id: "name-free",
  statement: "its interface's name is free",
  otherwise: "nothing is written: `conflict` (P6)",
  holds: ({ view }) => view.status?.state !== "conflict",
  value({ view, name, holder }) {
    if (holder === undefined) {
      return view.status?.state === "conflict"
        ? (view.status.reason ?? name)
        : `no interface is called ${name}`;
    }
    if (holder.lport === view.lport) return `${name} is its own`;
    return `${name} ${whose(holder)} ${where(view, holder)}`;
  },
  source: ({ holder }) => (holder === undefined ? "rule P6" : `Interface ${holder.interface._uuid}`),
  remedy: ({ view }) => view.status?.reason ?? "let the provider answer another name",
};

const accepted: Condition<{ readonly refusal: string }> = {
  id: "accepted",
  statement: "the local database accepts its change",
  otherwise: "the change is tried again with back-off: `error` (T3)",
  holds: () => false,
  value: ({ refusal }) => refusal,
  source: () => "ovsdb-server of Open_vSwitch",
  remedy: () =>
    "look up in the log of ovsdb-server, and in the answer of the provider, why the change is refused",
};

const notUndone: Condition<{ readonly name: string; readonly times: number }> = {
  id: "not-undone",
  statement: "no other program keeps undoing what is written for it",
  otherwise: "the interface is left alone for longer and longer times: `error` (T4)",
  holds: () => false,
  value: ({ name, times }) => `interface ${name}: written ${times} times in a row, and undone`,
  source: () => "rule T4",
  remedy: () => "configure one of the two programs to leave the interface alone",
};

const noFault: Condition<{ readonly observed: ObservedInterface; readonly fault: string }> = {
  id: "no-fault",
  statement: "ovs-vswitchd reports no fault of its interface",
  otherwise: "the port is in `error`, with the words of ovs-vswitchd (P8)",
  holds: () => false,
  value: ({ fault }) => fault,
  source: ({ observed }) => `Interface ${observed.interface._uuid}`,
  remedy: ({ observed }) =>
    `mend what ovs-vswitchd reports of interface ${observed.interface.name}; its log says more`,
};

export const IN_PLACE: readonly Listed<PortView>[] = [
  listed(mtuRequest, ({ binding }) => {
    if (binding === null) return [];
    const given = mtuTextOf(binding);
    return given === null ? [] : [{ binding, ...given }];
  }),
  listed(ours, ({ interfaces }) => interfaces),
  listed(noLeftovers, ({ inPlace, leftovers }) =>
    inPlace === null || leftovers.length === 0 ? [] : [{ inPlace, leftovers }],
  ),
  listed(providerEnabled, ({ advice, status }) => {
    if (advice?.kind === "no-provider")
      return [{ plugType: advice.plugType, failed: advice.refused?.type ?? null }];
    const leaving = status?.state === "no-provider" ? (advice?.leaving ?? null) : null;
    if (leaving === null || "answer" in leaving) return [];
    return [{ plugType: leaving.noProviderFor, failed: leaving.refused?.type ?? null }];
  }),
  listed(providerReady, ({ advice }) => consultationsOf(advice)),
  listed(keptOwner, ({ engine, graph, lport, status, inPlace }) => {
    const attempt = engine.data(graph.inputs.attempt).get(lport);
    if (attempt?.sentAway === undefined) return [];
    const isWaiting = status?.state === "waiting" && inPlace === null && sentAwayBefore(attempt) > 0;
    return [{ isWaiting, times: attempt.sentAway.times }];
  }),
  listed(onRename, (view) => {
    const { advice, inPlace } = view;
    const name = advice?.kind === "asked" ? advice.claim : null;
    return name === null || inPlace === null ? [] : [{ view, inPlace, name }];
  }),
  listed(nameFree, (view) => {
    const { advice, status } = view;
    const name = advice?.kind === "asked" ? (advice.main.desired?.wanted.name ?? null) : null;
    if (name === null || status === null) return [];
    return [{ view, name, holder: view.engine.data(view.graph.observed).byName.get(name) }];
  }),
  listed(accepted, (view) => {
    const refusal = refusalIn(view);
    return refusal === null ? [] : [{ refusal }];
  }),
  listed(notUndone, ({ engine, graph, lport, status }) => {
    if (status?.state !== "error" || status.setbacks === undefined) return [];
    const times = engine.data(graph.inputs.attempt).get(lport)?.written?.times.values() ?? [];
    return [{ name: status.interface ?? "", times: Math.max(0, ...times) }];
  }),
  listed(noFault, ({ inPlace: observed }) => {
    const fault = observed?.isOwned ? vswitchdFault(observed.interface) : null;
    return observed === null || fault === null ? [] : [{ observed, fault }];
  }),
  listed(version, ({ binding, inPlace, interfaces }) => {
    const [observed = null] = inPlace === null ? interfaces : [inPlace];
    return binding?.options.has(IFACE_ID_VER) && observed !== null ? [{ binding, observed }] : [];
  }),
  listed(bound, ({ binding, chassis, interfaces, engine, graph }) => {
    if (binding === null || chassis === null || interfaces.length === 0) return [];
    return [{ binding, chassis, other: (row) => engine.data(graph.inputs.otherChassis).get(row) }];
  }),
];

/** The refusal by the local database that holds the port's change back, be it of this port or of one that moves with it. */
function refusalIn({ engine, graph, lport, status, advice }: PortView): string | null {
  if (status?.state !== "error" || !status.retry || status.setbacks !== undefined) return null;
  const isOwn = engine.data(graph.inputs.attempt).get(lport)?.phase === "failed";
  const isProviders = consultationsOf(advice).some(({ answer }) => answer.kind === "broken");
  return isOwn || !isProviders ? status.reason : null;
}

function namesOf(interfaces: readonly ObservedInterface[]): string {
  return interfaces.map((observed) => observed.interface.name).join(", ");
}

function whose({ interface: { external_ids }, isOwned, lport }: ObservedInterface): string {
  if (isOwned) return `is plugged for logical port ${lport}`;
  const ifaceId = external_ids.get(IFACE_ID) ?? "(absent)";
  const plugged = external_ids.get(OVN_PLUGGED) ?? "(absent)";
  return `belongs to another program, with iface-id ${ifaceId}, ovn-plugged ${plugged}`;
}

function where({ engine, graph }: PortView, { port }: ObservedInterface): string {
  for (const { name, ports } of engine.data(graph.inputs.bridge).values()) {
    if (port !== null && ports.has(port._uuid)) return `on bridge ${name}`;
  }
  return "on no bridge";
}
