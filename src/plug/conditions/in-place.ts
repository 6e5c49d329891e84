/**
 * The conditions of what is in place of a logical port: its MTU request, its interfaces, what its provider says, and who
 * else has or wants the interface's name.
 */
import { consultationsOf } from "../advice.ts";
import { badMtuOf, type MtuText, mtuRequestOf, mtuTextOf } from "../lport.ts";
import { IFACE_ID, type ObservedInterface, OVN_PLUGGED } from "../observed-interface.ts";
import type { Consultation } from "../question.ts";
import type { PortBindingRow } from "../rows.ts";
import { type Condition, type Listed, listed, quote } from "./condition.ts";
import type { PortView } from "./port-view.ts";
import { sourceOf } from "./wanted.ts";

/** An MTU request that is none is ignored, as in ovn-controller; here is where that shows. */
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

/** Of several interfaces that are ours, the one that the provider answers is the port's. */
const noLeftovers: Condition<{
  readonly inPlace: ObservedInterface;
  readonly leftovers: readonly ObservedInterface[];
}> = {
  id: "no-leftovers",
  statement: "no other interface that was plugged on OVN's direction has its iface-id",
  otherwise: "the others go back to whom they were plugged for (P3), or go (U1)",
  holds: () => false,
  value: ({ inPlace, leftovers }) =>
    `${namesOf(leftovers)}: left over, as ${inPlace.interface.name} is there`,
  source: ({ leftovers }) => leftovers.map((observed) => `Interface ${observed.interface._uuid}`).join(", "),
  remedy: ({ leftovers }) => `remove what is not used of ${namesOf(leftovers)} (ovs-vsctl del-port)`,
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
  otherwise: "nothing is written: `waiting`, or `error` where the provider broke its word (P1, U1)",
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

export const IN_PLACE: readonly Listed<PortView>[] = [
  listed(mtuRequest, ({ binding }) => {
    const given = binding === null ? null : mtuTextOf(binding);
    return binding === null || given === null ? [] : [{ binding, ...given }];
  }),
  listed(ours, ({ interfaces }) => interfaces),
  listed(noLeftovers, ({ inPlace, leftovers }) =>
    inPlace === null || leftovers.length === 0 ? [] : [{ inPlace, leftovers }],
  ),
  listed(providerEnabled, ({ advice }) =>
    advice?.kind === "no-provider"
      ? [{ plugType: advice.plugType, failed: advice.refused?.type ?? null }]
      : [],
  ),
  listed(providerReady, ({ advice }) => consultationsOf(advice)),
  listed(nameFree, (view) => {
    const { advice, status } = view;
    const name = advice?.kind === "asked" ? (advice.main.desired?.wanted.name ?? null) : null;
    if (name === null || status === null) return [];
    return [{ view, name, holder: view.engine.data(view.graph.observed).byName.get(name) }];
  }),
];

function namesOf(interfaces: readonly ObservedInterface[]): string {
  return interfaces.map((observed) => observed.interface.name).join(", ");
}

function whose({ interface: { external_ids }, isOwned, lport }: ObservedInterface): string {
  if (isOwned) return `is plugged for logical port ${lport}`;
  const ifaceId = external_ids.get(IFACE_ID) ?? "(absent)";
  const plugged = external_ids.get(OVN_PLUGGED) ?? "(absent)";
  return `is somebody's with iface-id ${ifaceId}, ovn-plugged ${plugged}`;
}

function where({ engine, graph }: PortView, { port }: ObservedInterface): string {
  for (const { name, ports } of engine.data(graph.inputs.bridge).values()) {
    if (port !== null && ports.has(port._uuid)) return `on bridge ${name}`;
  }
  return "on no bridge";
}
