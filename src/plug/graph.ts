/**
 * Every node of the daemon's graph and every edge between them, on one screen. Data enters on top and leaves as
 * outputs: `plug`, a verdict for every logical port, `condition`, what is to be monitored of the Southbound,
 * `southbound_target`, where that is, and `lock`, what is to be held. A handler in `handlers` is a change handled as it
 * comes; an input without one leads to a recompute.
 */
import { Engine, type EngineOptions, input, keyed, keyedChanges, node } from "../graph/index.ts";
import {
  type Activity,
  decideActivity,
  type LocalSession,
  nameLock,
  notConnected,
  obstacleTo,
} from "./nodes/activity.ts";
import { answerNode } from "./nodes/answer.ts";
import { claimAnswerHandler, collectClaims, noClaims } from "./nodes/claim.ts";
import {
  holdLportHandler,
  holdLportsHandler,
  holdSouthboundHandler,
  nothingHeld,
  recomputeHold,
} from "./nodes/hold.ts";
import {
  attemptInput,
  type Current,
  portBindingInput,
  southboundInput,
  tableInputs,
  valueInput,
} from "./nodes/inputs.ts";
import { intentNode } from "./nodes/intent.ts";
import { type LocalChassis, refreshLocalChassis, unknownChassis } from "./nodes/local-chassis.ts";
import { indexLports, lportPortBindingHandler, lportVifHandler, noLports } from "./nodes/lport.ts";
import { conditionLportHandler, decideCondition, monitorNothing } from "./nodes/monitoring.ts";
import { plugNode } from "./nodes/plug.ts";
import { lookingUp, type Providers } from "./nodes/provider-lookup.ts";
import { findSouthbound, unknownTarget } from "./nodes/southbound-address.ts";
import * as vifNode from "./nodes/vif.ts";
import type { PlugSettings } from "./settings.ts";
import type { SouthboundTarget } from "./southbound-target.ts";

export type PlugGraph = ReturnType<typeof plugGraph>;

export function plugGraph(providers: Providers, initialSettings: PlugSettings) {
  const settings = input({ name: "settings", ...valueInput<PlugSettings>(initialSettings) });
  const localSession = input({ name: "local_session", ...valueInput<LocalSession>(notConnected) });
  const confirmed = input({ name: "confirmed", ...valueInput<ReadonlySet<string>>(new Set()) });
  const attempt = input({ name: "attempt", ...attemptInput });
  const southbound = input({ name: "southbound", ...southboundInput });
  const tables = tableInputs();
  const { openVSwitch, bridge, port, iface, ssl, sbGlobal, chassis } = tables;
  const portBinding = portBindingInput();

  const providerLookup = node({
    name: "provider_lookup",
    kind: "run",
    inputs: {},
    data: () => new Map<string, number>(),
    changes: keyedChanges<string>,
    run: lookingUp(providers),
  });
  const localChassis = node({
    name: "local_chassis",
    kind: "derived",
    inputs: { settings, openVSwitch, bridge, chassis, sbGlobal },
    data: (): Current<LocalChassis> => ({ current: unknownChassis }),
    run: refreshLocalChassis,
    handlers: {
      settings: refreshLocalChassis,
      openVSwitch: refreshLocalChassis,
      bridge: refreshLocalChassis,
      chassis: refreshLocalChassis,
      sbGlobal: refreshLocalChassis,
    },
  });
  const activity = node({
    name: "activity",
    kind: "derived",
    inputs: { localSession, localChassis },
    data: (): Current<Activity> => ({ current: obstacleTo(notConnected, null) }),
    run: decideActivity,
    handlers: { localSession: decideActivity, localChassis: decideActivity },
  });
  const vif = node({
    name: "vif",
    kind: "derived",
    inputs: { localChassis, port, iface, bridge },
    data: vifNode.noVifs,
    changes: vifNode.noVifChanges,
    run: vifNode.indexVifs,
    handlers: {
      localChassis: vifNode.vifLocalChassisHandler,
      port: vifNode.vifPortHandler,
      iface: vifNode.vifIfaceHandler,
      bridge: vifNode.vifBridgeHandler,
    },
  });
  const lport = node({
    name: "lport",
    kind: "derived",
    inputs: { portBinding, vif },
    data: noLports,
    changes: keyedChanges<string>,
    run: indexLports,
    handlers: { portBinding: lportPortBindingHandler, vif: lportVifHandler },
  });
  const intent = keyed({
    name: "intent",
    kind: "derived",
    inputs: { settings, localChassis, southbound, lport },
    ...intentNode,
  });
  const answer = keyed({
    name: "answer",
    kind: "derived",
    inputs: { activity, localChassis, providerLookup, intent, attempt },
    ...answerNode(providers),
  });
  const claim = node({
    name: "claim",
    kind: "derived",
    inputs: { answer },
    data: noClaims,
    changes: keyedChanges<string>,
    run: collectClaims,
    handlers: { answer: claimAnswerHandler },
  });
  const hold = node({
    name: "hold",
    kind: "derived",
    inputs: { settings, southbound, confirmed, intent, answer, lport },
    data: nothingHeld,
    changes: keyedChanges<string>,
    run: recomputeHold,
    handlers: {
      southbound: holdSouthboundHandler,
      intent: holdLportsHandler,
      answer: holdLportsHandler,
      lport: holdLportHandler,
    },
  });
  const plug = keyed({
    name: "plug",
    kind: "output",
    inputs: { settings, localChassis, activity, intent, answer, claim, hold, vif, attempt },
    ...plugNode,
  });
  const condition = node({
    name: "condition",
    kind: "output",
    inputs: { localChassis, lport },
    data: monitorNothing,
    run: decideCondition,
    handlers: { lport: conditionLportHandler },
  });
  const lock = node({
    name: "lock",
    kind: "output",
    inputs: { localChassis },
    data: (): Current<string | null> => ({ current: null }),
    run: nameLock,
    handlers: { localChassis: nameLock },
  });
  const target = node({
    name: "southbound_target",
    kind: "output",
    inputs: { settings, localChassis, ssl },
    data: (): Current<SouthboundTarget> => ({ current: unknownTarget }),
    run: findSouthbound,
  });

  return {
    inputs: {
      settings,
      localSession,
      confirmed,
      attempt,
      southbound,
      ...tables,
      portBinding,
    },
    providerLookup,
    localChassis,
    activity,
    lport,
    vif,
    intent,
    answer,
    hold,
    plug,
    condition,
    lock,
    southboundTarget: target,
    engine: (options: EngineOptions = {}) => new Engine([plug, condition, lock, target], options),
  };
}
