/**
 * Every node of the daemon's graph and every edge between them, on one screen. Data enters on top and leaves as two
 * outputs: `plug`, a verdict for every logical port, and `condition`, what is to be monitored of the Southbound. A
 * handler in `handlers` is a change handled as it comes; an input without one leads to a recompute.
 */
import { Engine, type EngineOptions, input, keyedChanges, node } from "../graph/index.ts";
import type { Answers } from "./answers.ts";
import type { Intent } from "./intent.ts";
import { lportMaps } from "./lport-map.ts";
import { type Activity, notConnected } from "./nodes/activity.ts";
import { answering } from "./nodes/answer.ts";
import { claimAnswerHandler, collectClaims, noClaims } from "./nodes/claim.ts";
import { holdIntentHandler, holdLportHandler, nothingHeld, recomputeHold } from "./nodes/hold.ts";
import {
  attemptInput,
  type Current,
  portBindingInput,
  southboundInput,
  tableInputs,
  valueInput,
} from "./nodes/inputs.ts";
import { intentLportsHandler, recomputeIntents } from "./nodes/intent.ts";
import { type LocalChassis, refreshLocalChassis, unknownChassis } from "./nodes/local-chassis.ts";
import { indexLports, lportPortBindingHandler, lportVifHandler, noLports } from "./nodes/lport.ts";
import { conditionLportHandler, decideCondition, monitorNothing } from "./nodes/monitoring.ts";
import * as plugNode from "./nodes/plug.ts";
import { lookingUp, type Providers } from "./nodes/provider-lookup.ts";
import * as vifNode from "./nodes/vif.ts";
import type { PlugSettings } from "./settings.ts";
import type { Verdict } from "./verdict.ts";

export type PlugGraph = ReturnType<typeof plugGraph>;

export function plugGraph(providers: Providers, initialSettings: PlugSettings) {
  const byLport = lportMaps();
  const settings = input({ name: "settings", ...valueInput<PlugSettings>(initialSettings) });
  const activity = input({ name: "activity", ...valueInput<Activity>(notConnected) });
  const confirmed = input({ name: "confirmed", ...valueInput<ReadonlySet<string>>(new Set()) });
  const attempt = input({ name: "attempt", ...attemptInput(byLport) });
  const southbound = input({ name: "southbound", ...southboundInput });
  const tables = tableInputs();
  const { openVSwitch, bridge, port, iface, sbGlobal, chassis } = tables;
  const portBinding = portBindingInput(byLport);

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
    data: noLports(byLport),
    changes: keyedChanges<string>,
    run: indexLports,
    handlers: { portBinding: lportPortBindingHandler, vif: lportVifHandler },
  });
  const intent = node({
    name: "intent",
    kind: "derived",
    inputs: { settings, localChassis, southbound, lport },
    data: byLport<Intent>("intent"),
    changes: keyedChanges<string>,
    run: recomputeIntents,
    handlers: { southbound: intentLportsHandler, lport: intentLportsHandler },
  });
  const asking = answering(providers);
  const answer = node({
    name: "answer",
    kind: "derived",
    inputs: { activity, localChassis, providerLookup, intent, attempt },
    data: byLport<Answers>("answer"),
    changes: keyedChanges<string>,
    run: asking.askEveryone,
    handlers: {
      activity: asking.answerEveryLportHandler,
      localChassis: asking.answerEveryLportHandler,
      providerLookup: asking.answerProviderLookupHandler,
      intent: asking.answerLportsHandler,
      attempt: asking.answerLportsHandler,
    },
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
    inputs: { settings, confirmed, intent, lport },
    data: nothingHeld,
    changes: keyedChanges<string>,
    run: recomputeHold,
    handlers: { intent: holdIntentHandler, lport: holdLportHandler },
  });
  const plug = node({
    name: "plug",
    kind: "output",
    inputs: { settings, localChassis, activity, intent, answer, claim, hold, vif, attempt },
    data: byLport<Verdict>("plug"),
    changes: keyedChanges<string>,
    run: plugNode.decideEveryPort,
    handlers: {
      intent: plugNode.plugLportsHandler,
      answer: plugNode.plugLportsHandler,
      claim: plugNode.plugClaimHandler,
      hold: plugNode.plugLportsHandler,
      vif: plugNode.plugVifHandler,
      attempt: plugNode.plugLportsHandler,
    },
  });
  const condition = node({
    name: "condition",
    kind: "output",
    inputs: { localChassis, lport },
    data: monitorNothing,
    run: decideCondition,
    handlers: { lport: conditionLportHandler },
  });

  return {
    inputs: {
      settings,
      activity,
      confirmed,
      attempt,
      southbound,
      ...tables,
      portBinding,
    },
    providerLookup,
    localChassis,
    lport,
    vif,
    intent,
    answer,
    hold,
    plug,
    condition,
    engine: (options: EngineOptions = {}) => new Engine([plug, condition], options),
  };
}
