/**
 * Why a logical port is plugged or not: every condition that bears on it, with its value and the row it came from, in
 * the order in which they are decided. A pure reading of the graph's data; nothing is decided here.
 */
import type { Engine } from "../graph/index.ts";
import { consultationsOf } from "./answers.ts";
import type { PlugGraph } from "./graph.ts";
import {
  type ChassisIdentity,
  duplicatesOf,
  isBindable,
  isVif,
  isWanted,
  type Lport,
  plugTypeOf,
  requestedHere,
  requestedHereAsAdditional,
  vifsOf,
} from "./lport.ts";
import { missingKnowledge } from "./nodes/intent.ts";
import type { PortBindingRow } from "./rows.ts";
import type { Verdict } from "./verdict.ts";
import type { Vif } from "./vif.ts";

export interface Condition {
  /** What has to hold, as a statement. */
  readonly condition: string;
  /** Null: it does not matter, or cannot be told, as things are. */
  readonly holds: boolean | null;
  readonly value: string;
  /** The row the value came from, as `TABLE UUID`, or what else it came from. */
  readonly source: string;
}

export interface Explanation {
  readonly lport: string;
  readonly verdict: Verdict | null;
  readonly conditions: readonly Condition[];
  /** What would have to change for the port to be plugged; null when nothing has to. */
  readonly remedy: string | null;
}

/** @returns null when nothing is known of such a port: no port binding in view, no interface */
export function explain(engine: Engine, graph: PlugGraph, lport: string): Explanation | null {
  const known = engine.data(graph.lport).byName.get(lport);
  const [binding, vifs] = known === undefined ? [null, []] : [known.binding, vifsOf(known)];
  const verdict = engine.data(graph.plug).get(lport) ?? null;
  if (binding === null && vifs.length === 0 && verdict === null) return null;
  const local = engine.data(graph.localChassis).current;
  const conditions = [
    ...bindingConditions(binding),
    ...(binding === null ? [] : requestConditions(engine, graph, binding, local.chassis)),
    ...vifs.map(vifCondition),
    ...(known === undefined ? [] : duplicateConditions(known)),
    ...providerConditions(engine, graph, lport),
    ...activityConditions(engine, graph),
  ];
  return { lport, verdict, conditions, remedy: remedyOf(binding, verdict, conditions) };
}

function bindingConditions(binding: PortBindingRow | null): readonly Condition[] {
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
  const source = `Port_Binding ${binding._uuid}`;
  const plugType = plugTypeOf(binding);
  return [
    { condition: "its port binding is in view", holds: true, value: binding.logical_port, source },
    {
      condition: "it is a VIF: type and parent_port are empty",
      holds: isVif(binding),
      value: `type ${quote(binding.type)}, parent_port ${quote(binding.parent_port ?? "")}`,
      source,
    },
    {
      condition: "the CMS gives a plug type",
      holds: plugType !== null,
      value: `options:vif-plug-type=${plugType ?? "(absent)"}`,
      source,
    },
  ];
}

function requestConditions(
  engine: Engine,
  graph: PlugGraph,
  binding: PortBindingRow,
  chassis: ChassisIdentity | null,
): readonly Condition[] {
  const source = `Port_Binding ${binding._uuid}`;
  const ours = chassis?.record ?? null;
  const additional = engine.data(graph.inputs.settings).current.additionalChassis;
  const chassisSource = ours === null ? "Chassis" : `Chassis ${ours._uuid}`;
  const here = chassis ?? { name: "", record: null };
  return [
    {
      condition: "this chassis has a row in the Southbound",
      holds: ours !== null,
      value: chassis === null ? "no chassis name is known" : `name ${chassis.name}`,
      source: chassisSource,
    },
    {
      condition: "requested_chassis is this chassis",
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
      holds: isWanted(binding, here, additional),
      value: additional
        ? "by the three conditions above"
        : "additional chassis do not count (plug.additional_chassis)",
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

function vifCondition({ interface: row, owned, port }: Vif): Condition {
  const plugged = row.external_ids.get("ovn-plugged");
  const ofport = row.ofport ?? "(empty)";
  const fault = row.error === null ? "" : `, error ${quote(row.error)}`;
  return {
    condition: "the interface with its iface-id was plugged on OVN's direction",
    holds: owned,
    value: `${row.name}: ovn-plugged ${plugged ?? "(absent)"}, port ${port?.name ?? "(none)"}, ofport ${ofport}${fault}`,
    source: `Interface ${row._uuid}`,
  };
}

/** Of several interfaces that are ours, the first by its name is dealt with, and the others when that one is gone. */
function duplicateConditions(lport: Lport): readonly Condition[] {
  const others = duplicatesOf(lport);
  if (lport.owned === null || others.length === 0) return [];
  const names = others.map((vif) => vif.interface.name).join(", ");
  return [
    {
      condition: "no other interface that was plugged on OVN's direction has its iface-id",
      holds: false,
      value: `${names}: left alone while ${lport.owned.interface.name} is there`,
      source: others.map((vif) => `Interface ${vif.interface._uuid}`).join(", "),
    },
  ];
}

function providerConditions(engine: Engine, graph: PlugGraph, lport: string): readonly Condition[] {
  const answers = engine.data(graph.answer).get(lport);
  if (answers === undefined) return [];
  if (answers.kind === "no-provider") {
    return [
      {
        condition: "an enabled provider answers to the plug type",
        holds: false,
        value: answers.refused === null ? answers.plugType : `${answers.refused.type} failed to start`,
        source: "configuration",
      },
    ];
  }
  return consultationsOf(answers).map(({ question, answer }) => {
    const agrees = answer.kind === "plug" || answer.kind === "unplug";
    const said =
      answer.kind === "plug" ? `interface ${answer.wanted.name}, type ${quote(answer.wanted.type)}` : "yes";
    return {
      condition: `provider ${question.provider.type} is ready to ${question.operation}`,
      holds: agrees,
      value: "reason" in answer ? answer.reason : said,
      source: `provider ${question.provider.type}`,
    };
  });
}

function activityConditions(engine: Engine, graph: PlugGraph): readonly Condition[] {
  const activity = engine.data(graph.inputs.activity).current;
  const local = engine.data(graph.localChassis).current;
  const missing = missingKnowledge(engine.data(graph.inputs.southbound).current, local);
  return [
    {
      condition: "this daemon may write",
      holds: activity.active,
      value: activity.reason ?? "it holds the lock",
      source: "lock in Open_vSwitch",
    },
    {
      condition: "the integration bridge exists",
      holds: local.bridge !== null,
      value: local.bridgeName,
      source: local.bridge === null ? "Bridge" : `Bridge ${local.bridge.uuid}`,
    },
    {
      condition: "enough is known of the Southbound to unplug",
      holds: missing === null,
      value: missing ?? "its answer for this chassis is complete",
      source: "OVN_Southbound",
    },
  ];
}

function remedyOf(
  binding: PortBindingRow | null,
  verdict: Verdict | null,
  conditions: readonly Condition[],
): string | null {
  if (verdict?.state === "plugged") return null;
  if (verdict?.reason) return verdict.reason;
  if (binding === null) return "create the logical port, or request this chassis for it (requested-chassis)";
  const failing = conditions.find(({ holds }) => holds === false);
  return failing === undefined ? null : `it is not so that ${failing.condition}: ${failing.value}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
