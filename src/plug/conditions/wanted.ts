/**
 * The conditions under which a logical port is wanted here, in the order of the decision. The logical port is wanted when all
 * conditions hold; otherwise the first condition that does not hold decides whether the interface in place goes or stays.
 *
 * Invariant: `goes` follows only from the row of the port. Whether enough is known to unplug is decided later.
 */

import { cut } from "../../text/cut.ts";
import {
  anotherNameOf,
  type ChassisIdentity,
  isBindable,
  isVif,
  namesChassis,
  plugTypeOf,
  requestedHere,
  requestedHereAsAdditional,
} from "../lport.ts";
import type { PortBindingRow } from "../rows.ts";
import { type Condition, quote } from "./condition.ts";

/** Why an interface is due to go: rule U1 (the first two) and U2. */
export type UnplugGround = "absent" | "not-bindable" | "withdrawn";

/** The reason of a port whose Chassis row exists and whose `requested_chassis` is not set by ovn-northd yet. */
export const NOT_RESOLVED = "ovn-northd has not set requested_chassis to this chassis";

export interface WantedSettings {
  readonly onWithdraw: "unplug" | "keep";
  readonly additionalChassis: boolean;
}

/** The facts of these conditions: a port binding in view, this chassis, and the settings. */
export interface BindingFacts {
  readonly binding: PortBindingRow;
  readonly chassis: ChassisIdentity;
  readonly settings: WantedSettings;
}

export interface Consequence {
  /** Why the interface goes; null: the interface stays. */
  readonly goes: UnplugGround | null;
  readonly reason: string;
}

export interface WantedCondition extends Condition<BindingFacts> {
  /** The consequence for an interface in place when this is the first condition that does not hold. */
  consequence(facts: BindingFacts): Consequence;
}

const bindable: WantedCondition = {
  id: "bindable",
  statement: "it may be bound here",
  otherwise: "the interface goes (U1), or stays while the option names this host by another name (U3)",
  holds: ({ binding, chassis }) => isBindable(binding, chassis),
  value: ({ binding }) => `options:requested-chassis=${requestedChassis(binding)}`,
  source: sourceOf,
  remedy: requestThisChassis,
  consequence({ binding, chassis }) {
    const reason = `requested-chassis is ${requestedChassis(binding)}`;
    const name = anotherNameOf(binding, chassis);
    if (name === null) return { goes: "not-bindable", reason };
    return stays(
      `${reason}: ${name} has no Chassis row, and is this host (${cut(chassis.record?.hostname ?? "")}) by another name`,
    );
  },
};

const vif: WantedCondition = {
  id: "vif",
  statement: "it is a VIF: type and parent_port are empty",
  otherwise: "the interface stays",
  holds: ({ binding }) => isVif(binding),
  value: ({ binding: { type, parent_port } }) =>
    `type ${quote(type)}, parent_port ${quote(parent_port ?? "")}`,
  source: sourceOf,
  remedy: () => "clear the type and the parent_name of the logical port",
  consequence: ({ binding }) => {
    const what = binding.type === "" ? "is a child port" : `has type ${quote(binding.type)}`;
    return stays(`its port binding ${what}, so it is no VIF to plug or unplug`);
  },
};

const plugType: WantedCondition = {
  id: "plug-type",
  statement: "the CMS gives a plug type",
  otherwise: "the interface goes, or stays with `plug.on_withdraw: keep` (U2)",
  holds: ({ binding }) => plugTypeOf(binding) !== null,
  value: ({ binding }) => `options:vif-plug-type=${plugTypeOf(binding) ?? "(absent)"}`,
  source: sourceOf,
  remedy: () => "set the logical port's option vif-plug-type to the type of an enabled provider",
  consequence: ({ settings }) =>
    settings.onWithdraw === "unplug"
      ? { goes: "withdrawn", reason: "the logical port has no vif-plug-type any more" }
      : stays("vif-plug-type was withdrawn and plug.on_withdraw is keep"),
};

const requested: WantedCondition = {
  id: "requested",
  statement: "requested_chassis is this chassis, or requested_additional_chassis has it",
  otherwise: "the interface stays (U2)",
  holds: ({ binding, chassis, settings }) =>
    requestedHere(binding, chassis) ||
    (settings.additionalChassis && requestedHereAsAdditional(binding, chassis)),
  value(facts) {
    const { requested_chassis, requested_additional_chassis: additional } = facts.binding;
    const others = additional.size === 0 ? "" : `, requested_additional_chassis ${[...additional].join(" ")}`;
    const off = isOnlyAdditional(facts) && !facts.settings.additionalChassis;
    return `requested_chassis ${requested_chassis ?? "(empty)"}${others}${off ? ", and plug.additional_chassis is off" : ""}`;
  },
  source: sourceOf,
  remedy(facts) {
    const { chassis } = facts;
    if (isOnlyAdditional(facts)) return "set plug.additional_chassis to true in the configuration";
    if (chassis.record === null)
      return `start ovn-controller, which adds the Chassis row ${quote(chassis.name)}`;
    return requestThisChassis(facts);
  },
  consequence(facts) {
    const { binding, chassis } = facts;
    if (isOnlyAdditional(facts)) {
      return stays("requested here as an additional chassis and plug.additional_chassis is off");
    }
    const isAboutToBe = binding.requested_chassis === null && chassis.record !== null;
    if (isAboutToBe && namesChassis(binding, chassis)) return stays(NOT_RESOLVED);
    return stays("requested_chassis is not this chassis, but it may still be bound here");
  },
};

/** A port is wanted here when its binding is in view and all these conditions hold. */
export const WANTED: readonly WantedCondition[] = [bindable, vif, plugType, requested];

/** The first condition that does not hold; null: the port is wanted here. */
export function firstUnmet(facts: BindingFacts): WantedCondition | null {
  return WANTED.find((condition) => !condition.holds(facts)) ?? null;
}

/** The condition that the row is in view; all other conditions depend on the row. */
export const inView: Condition<{ readonly binding: PortBindingRow | null }> = {
  id: "in-view",
  statement: "its port binding is in view",
  otherwise:
    "the interface goes when the Southbound has said that no binding exists (U1), and stays until then (U3)",
  holds: ({ binding }) => binding !== null,
  value: ({ binding }) => binding?.logical_port ?? "no row among those monitored",
  source: ({ binding }) => (binding === null ? "Port_Binding" : sourceOf({ binding })),
  remedy: () => "create the logical port, or request this chassis for it (requested-chassis)",
};

export function sourceOf({ binding }: { readonly binding: PortBindingRow }): string {
  return `Port_Binding ${binding._uuid}`;
}

function stays(reason: string): Consequence {
  return { goes: null, reason };
}

function isOnlyAdditional({ binding, chassis }: BindingFacts): boolean {
  return requestedHereAsAdditional(binding, chassis) && !requestedHere(binding, chassis);
}

function requestedChassis({ options }: PortBindingRow): string {
  return options.get("requested-chassis") ?? "(absent)";
}

function requestThisChassis({ chassis }: BindingFacts): string {
  return `set the logical port's option requested-chassis to ${quote(chassis.name)}`;
}
