/**
 * What is in place of a logical port, what its provider says, and who else has or wants the interface's name: condition
 * by condition, for `explain`.
 */
import type { Engine } from "../graph/index.ts";
import { consultationsOf } from "./answers.ts";
import { type Condition, quote } from "./explain-binding.ts";
import type { PlugGraph } from "./graph.ts";
import { duplicatesOf, type Lport } from "./lport.ts";
import { heldReason } from "./nodes/hold.ts";
import type { Verdict } from "./verdict.ts";
import { IFACE_ID, OVN_PLUGGED, type Vif } from "./vif.ts";

export function vifCondition({ interface: row, owned, port }: Vif): Condition {
  const plugged = row.external_ids.get(OVN_PLUGGED);
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
export function duplicateConditions(lport: Lport): readonly Condition[] {
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

export function providerConditions(engine: Engine, graph: PlugGraph, lport: string): readonly Condition[] {
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

/** Rule P6: of a port whose provider has said which name it wants. */
export function nameConditions(engine: Engine, graph: PlugGraph, verdict: Verdict): readonly Condition[] {
  const answers = engine.data(graph.answer).get(verdict.lport);
  const name = answers?.kind === "asked" ? (answers.main.target?.wanted.name ?? null) : null;
  if (name === null) return [];
  const condition = "its interface's name is free";
  const holds = verdict.state !== "conflict";
  const holder = engine.data(graph.vif).byName.get(name);
  if (holder === undefined) {
    const value = holds ? `no interface is called ${name}` : (verdict.reason ?? name);
    return [{ condition, holds, value, source: "rule P6" }];
  }
  const source = `Interface ${holder.interface._uuid}`;
  if (holder.lport === verdict.lport) return [{ condition, holds, value: `${name} is its own`, source }];
  return [{ condition, holds, value: `${name} ${whose(holder)} ${where(engine, graph, holder)}`, source }];
}

function whose({ interface: { external_ids }, owned, lport }: Vif): string {
  if (owned) return `is plugged for logical port ${lport}`;
  const ifaceId = external_ids.get(IFACE_ID) ?? "(absent)";
  const plugged = external_ids.get(OVN_PLUGGED) ?? "(absent)";
  return `is somebody's with iface-id ${ifaceId}, ovn-plugged ${plugged}`;
}

function where(engine: Engine, graph: PlugGraph, { port }: Vif): string {
  for (const { name, ports } of engine.data(graph.inputs.bridge).values()) {
    if (port !== null && ports.has(port._uuid)) return `on bridge ${name}`;
  }
  return "on no bridge";
}

/** Rule U6: of a port that is due to be unplugged. */
export function holdConditions(engine: Engine, graph: PlugGraph, lport: string): readonly Condition[] {
  if (engine.data(graph.intent).get(lport)?.kind !== "unplug") return [];
  const hold = engine.data(graph.hold);
  const settings = engine.data(graph.inputs.settings).current;
  return [
    {
      condition: "safety.max_unplug lets it go",
      holds: heldReason(hold, settings, lport) === null,
      value: `${hold.due.size} of ${hold.owned} plugged ports are due and not confirmed, ${settings.maxUnplugPercent}% may go at once`,
      source: "configuration, and rule U6",
    },
  ];
}
