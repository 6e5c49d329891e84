/** The conditions that are the same for every logical port of the chassis, and the conditions of an unplug. */

import type { Activity } from "../nodes/activity-node.ts";
import { CONFIRM, type Holding, heldReason, isDueToGo, otherSouthbound } from "../nodes/hold-node.ts";
import { missingKnowledge } from "../nodes/intent-node.ts";
import type { LocalChassis } from "../nodes/local-chassis-node.ts";
import type { Obstacle } from "../obstacle.ts";
import type { PlugSettings } from "../settings.ts";
import { type Condition, type Listed, listed, quote } from "./condition.ts";
import type { PortView } from "./port-view.ts";

interface HoldFacts {
  readonly hold: Holding & { readonly ownedCount: number };
  readonly lport: string;
  readonly settings: PlugSettings;
}

const mayGo: Condition<HoldFacts> = {
  id: "max-unplug",
  statement: "safety.max_unplug lets it go",
  otherwise: "the interface stays: `held` (U6)",
  holds: ({ hold, lport, settings }) => heldReason(hold, settings, lport) === null,
  value: ({ hold: { due, ownedCount, stranger }, settings }) =>
    stranger === null
      ? `${due.size} of ${ownedCount} plugged ports are due and not confirmed, ${settings.maxUnplugPercent}% may go at once`
      : otherSouthbound(stranger),
  source: () => "configuration, and rule U6",
  remedy: () => CONFIRM,
};

const mayWrite: Condition<{ readonly activity: Activity }> = {
  id: "may-write",
  statement: "this daemon may write",
  otherwise: "no provider is asked and nothing is written",
  holds: ({ activity }) => activity === null,
  value: ({ activity }) => activity?.reason ?? "this daemon holds the lock",
  source: () => "lock in Open_vSwitch",
  remedy: () => "make sure that ovsdb-server runs, and that no other vifplugd holds the lock of this chassis",
};

const bridge: Condition<LocalChassis> = {
  id: "bridge",
  statement: "the integration bridge exists",
  otherwise: "nothing is written",
  holds: ({ bridge: found }) => found !== null,
  value: ({ bridgeName }) => bridgeName,
  source: ({ bridge: found }) => (found === null ? "Bridge" : `Bridge ${found.uuid}`),
  remedy: ({ bridgeName }) =>
    `add bridge ${bridgeName}, or name an existing bridge (external_ids:ovn-bridge)`,
};

const chassisRow: Condition<LocalChassis> = {
  id: "chassis-row",
  statement: "this chassis has a row in the Southbound",
  otherwise: "nothing is wanted here, and nothing goes (U3)",
  holds: ({ chassis }) => chassis !== null && chassis.record !== null,
  value: ({ chassis }) => (chassis === null ? "no chassis name is known" : `name ${chassis.name}`),
  source: ({ chassis }) =>
    chassis === null || chassis.record === null ? "Chassis" : `Chassis ${chassis.record._uuid}`,
  remedy: ({ chassis }) =>
    chassis === null
      ? "set external_ids:system-id in Open_vSwitch"
      : `start ovn-controller, which adds the Chassis row ${quote(chassis.name)}`,
};

const knowledge: Condition<{ readonly missing: Obstacle | null }> = {
  id: "knowledge",
  statement: "enough is known of the Southbound to unplug",
  otherwise: "what is due to go stays (U3)",
  holds: ({ missing }) => missing === null,
  value: ({ missing }) => missing?.reason ?? "its answer for this chassis is complete",
  source: () => "OVN_Southbound",
  remedy: () => "make sure that the Southbound is reachable, and that ovn-northd and ovn-controller run",
};

const local = ({ engine, graph }: PortView) => engine.data(graph.localChassis).current;

export const CHASSIS_ROW: Listed<PortView> = listed(chassisRow, (view) => [local(view)]);

export const CHASSIS: readonly Listed<PortView>[] = [
  listed(mayGo, ({ engine, graph, lport, advice, settings }) => {
    if (!isDueToGo(engine.data(graph.intent).get(lport), advice)) return [];
    return [{ hold: engine.data(graph.hold), lport, settings }];
  }),
  listed(mayWrite, ({ engine, graph }) => [{ activity: engine.data(graph.activity).current }]),
  listed(bridge, (view) => [local(view)]),
  listed(knowledge, (view) => [
    {
      missing: missingKnowledge(view.engine.data(view.graph.inputs.southbound).current, local(view)),
    },
  ]),
];
