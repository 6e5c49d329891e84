/** What a port binding, and this chassis beside it, say of a logical port: condition by condition, for `explain`. */
import {
  type ChassisIdentity,
  isBindable,
  isVif,
  isWanted,
  mtuRequestOf,
  mtuTextOf,
  plugTypeOf,
  requestedHere,
  requestedHereAsAdditional,
} from "./lport.ts";
import type { PortBindingRow } from "./rows.ts";

export interface Condition {
  /** What has to hold, as a statement. */
  readonly condition: string;
  /** Null: it does not matter, or cannot be told, as things are. */
  readonly holds: boolean | null;
  readonly value: string;
  /** The row the value came from, as `TABLE UUID`, or what else it came from. */
  readonly source: string;
}

const IS_VIF = "it is a VIF: type and parent_port are empty";
const HAS_PLUG_TYPE = "the CMS gives a plug type";
const REQUESTED = "requested_chassis is this chassis";

export function bindingConditions(binding: PortBindingRow | null): readonly Condition[] {
  if (binding === null) {
    return [
      {
        condition: "its port binding is in view",
        holds: false,
        value: "no row among those monitored",
        source: "Port_Binding",
      },
    ];
  }
  const source = sourceOf(binding);
  const plugType = plugTypeOf(binding);
  return [
    { condition: "its port binding is in view", holds: true, value: binding.logical_port, source },
    {
      condition: IS_VIF,
      holds: isVif(binding),
      value: `type ${quote(binding.type)}, parent_port ${quote(binding.parent_port ?? "")}`,
      source,
    },
    {
      condition: HAS_PLUG_TYPE,
      holds: plugType !== null,
      value: `options:vif-plug-type=${plugType ?? "(absent)"}`,
      source,
    },
  ];
}

export function chassisCondition(chassis: ChassisIdentity | null): Condition {
  const row = chassis?.record ?? null;
  return {
    condition: "this chassis has a row in the Southbound",
    holds: row !== null,
    value: chassis === null ? "no chassis name is known" : `name ${chassis.name}`,
    source: row === null ? "Chassis" : `Chassis ${row._uuid}`,
  };
}

/** @param additional whether a requested additional chassis counts */
export function requestConditions(
  binding: PortBindingRow,
  chassis: ChassisIdentity | null,
  additional: boolean,
): readonly Condition[] {
  const source = sourceOf(binding);
  const here = chassis ?? { name: "", record: null };
  const wanted = isWanted(binding, here, additional);
  return [
    {
      condition: REQUESTED,
      holds: requestedHere(binding, here),
      value: binding.requested_chassis ?? "(empty)",
      source,
    },
    {
      condition: "or requested_additional_chassis has it",
      holds: requestedHere(binding, here) ? null : requestedHereAsAdditional(binding, here),
      value: [...binding.requested_additional_chassis].join(" ") || "(empty)",
      source,
    },
    {
      condition: "it is wanted here",
      holds: wanted,
      value: wanted
        ? "a VIF with a plug type, and requested on this chassis"
        : `not so: ${unmet(binding, here, additional).join("; ")}`,
      source: "rule wanted",
    },
    {
      condition: "it may be bound here",
      holds: isBindable(binding, here),
      value: `options:requested-chassis=${binding.options.get("requested-chassis") ?? "(absent)"}`,
      source,
    },
  ];
}

/** The conditions for which the port is not wanted here. */
function unmet(binding: PortBindingRow, here: ChassisIdentity, additional: boolean): readonly string[] {
  const isAdditional = requestedHereAsAdditional(binding, here);
  const isRequested = requestedHere(binding, here) || (additional && isAdditional);
  return [
    ...(isVif(binding) ? [] : [IS_VIF]),
    ...(plugTypeOf(binding) === null ? [HAS_PLUG_TYPE] : []),
    ...(isRequested ? [] : [isAdditional ? `${REQUESTED} (plug.additional_chassis is off)` : REQUESTED]),
  ];
}

/** An MTU request that is none is ignored, as in ovn-controller; here is where that shows. */
export function mtuConditions(binding: PortBindingRow): readonly Condition[] {
  const given = mtuTextOf(binding);
  if (given === null) return [];
  const isZero = /^\s*\+?0+\s*$/.test(given.text);
  const isTaken = mtuRequestOf(binding) !== null;
  return [
    {
      condition: "its MTU request is a whole number of bytes",
      holds: isZero ? null : isTaken,
      value: `options:${given.option}=${given.text}${isTaken ? "" : ", so no MTU is requested"}`,
      source: sourceOf(binding),
    },
  ];
}

function sourceOf({ _uuid }: PortBindingRow): string {
  return `Port_Binding ${_uuid}`;
}

export function quote(text: string): string {
  return JSON.stringify(text);
}
