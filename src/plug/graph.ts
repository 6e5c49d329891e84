/**
 * Every node of the daemon's graph and every edge between nodes, on one screen. Data enters on top and leaves by the outputs:
 * `plug`, the status of every logical port; `absence`, the ports whose absence the Southbound is asked about; `monitor_scope`,
 * the rows to monitor in the Southbound; `southbound_target`, the address of the Southbound; and `lock`, the lock to hold. A
 * handler in `handlers` takes in one change; an input without a handler leads to a recompute.
 */
import { Engine, type EngineOptions, input, keyed, keyedChanges, node } from "../graph/index.ts";
import type { FormerHostnames } from "./former-hostnames.ts";
import { absenceNode } from "./nodes/absence-node.ts";
import {
  type Activity,
  activityLocalChassisHandler,
  activityLocalSessionHandler,
  decideActivity,
  type LocalSession,
  lockLocalChassisHandler,
  nameLock,
  notConnected,
  obstacleTo,
} from "./nodes/activity-node.ts";
import { adviceNode } from "./nodes/advice-node.ts";
import { claimAdviceHandler, collectClaims, noClaims } from "./nodes/claim-node.ts";
import {
  holdAdviceHandler,
  holdIntentHandler,
  holdLportHandler,
  holdSouthboundHandler,
  nothingHeld,
  recomputeHold,
} from "./nodes/hold-node.ts";
import {
  attemptInput,
  type Current,
  departureInput,
  otherChassisInput,
  portBindingInput,
  southboundInput,
  tableInputs,
  valueInput,
} from "./nodes/input-nodes.ts";
import { intentNode } from "./nodes/intent-node.ts";
import type { LocalChassis } from "./nodes/local-chassis-node.ts";
import * as localChassisNode from "./nodes/local-chassis-node.ts";
import { indexLports, lportObservedHandler, lportPortBindingHandler, noLports } from "./nodes/lport-node.ts";
import {
  decideMonitorScope,
  monitorNothing,
  monitorScopeAbsenceHandler,
  monitorScopeLportHandler,
} from "./nodes/monitor-scope-node.ts";
import * as observedNode from "./nodes/observed-node.ts";
import { plugNode } from "./nodes/plug-node.ts";
import { lookingUp, type Providers } from "./nodes/provider-lookup-node.ts";
import { findSouthbound, unknownTarget } from "./nodes/southbound-address.ts";
import type { PlugSettings } from "./settings.ts";
import type { SouthboundTarget } from "./southbound-target.ts";

export type PlugGraph = ReturnType<typeof plugGraph>;

export function plugGraph(providers: Providers, initialSettings: PlugSettings) {
  const settings = input({ name: "settings", ...valueInput<PlugSettings>(initialSettings) });
  const localSession = input({ name: "local_session", ...valueInput<LocalSession>(notConnected) });
  const formerHostnames = input({
    name: "former_hostnames",
    ...valueInput<FormerHostnames>(new Map()),
  });
  const confirmed = input({ name: "confirmed", ...valueInput<ReadonlySet<string>>(new Set()) });
  const attempt = input({ name: "attempt", ...attemptInput });
  const departure = input({ name: "departure", ...departureInput });
  const southbound = input({ name: "southbound", ...southboundInput });
  const otherChassis = input({ name: "other_chassis", ...otherChassisInput });
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
    inputs: { settings, openVSwitch, bridge, chassis, sbGlobal, formerHostnames },
    data: (): Current<LocalChassis> => ({ current: localChassisNode.unknownChassis }),
    run: localChassisNode.refreshLocalChassis,
    handlers: {
      settings: localChassisNode.localChassisSettingsHandler,
      openVSwitch: localChassisNode.localChassisOpenVSwitchHandler,
      bridge: localChassisNode.localChassisBridgeHandler,
      chassis: localChassisNode.localChassisChassisHandler,
      sbGlobal: localChassisNode.localChassisSbGlobalHandler,
    },
  });
  const activity = node({
    name: "activity",
    kind: "derived",
    inputs: { localSession, localChassis },
    data: (): Current<Activity> => ({ current: obstacleTo(notConnected, null) }),
    run: decideActivity,
    handlers: { localSession: activityLocalSessionHandler, localChassis: activityLocalChassisHandler },
  });
  const observed = node({
    name: "observed",
    kind: "derived",
    inputs: { localChassis, port, iface, bridge },
    data: observedNode.nothingObserved,
    changes: observedNode.noObservedChanges,
    run: observedNode.indexInterfaces,
    handlers: {
      localChassis: observedNode.observedLocalChassisHandler,
      port: observedNode.observedPortHandler,
      iface: observedNode.observedIfaceHandler,
      bridge: observedNode.observedBridgeHandler,
    },
  });
  const lport = node({
    name: "lport",
    kind: "derived",
    inputs: { portBinding, observed },
    data: noLports,
    changes: keyedChanges<string>,
    run: indexLports,
    handlers: { portBinding: lportPortBindingHandler, observed: lportObservedHandler },
  });
  const absence = keyed({
    name: "absence",
    kind: "output",
    inputs: { activity, localChassis, southbound, lport, departure },
    ...absenceNode,
  });
  const intent = keyed({
    name: "intent",
    kind: "derived",
    inputs: { settings, localChassis, southbound, lport, absence, departure },
    ...intentNode,
  });
  const advice = keyed({
    name: "advice",
    kind: "derived",
    inputs: { activity, localChassis, providerLookup, intent, attempt },
    ...adviceNode(providers),
  });
  const claim = node({
    name: "claim",
    kind: "derived",
    inputs: { advice },
    data: noClaims,
    changes: keyedChanges<string>,
    run: collectClaims,
    handlers: { advice: claimAdviceHandler },
  });
  const hold = node({
    name: "hold",
    kind: "derived",
    inputs: { settings, southbound, confirmed, intent, advice, lport },
    data: nothingHeld,
    changes: keyedChanges<string>,
    run: recomputeHold,
    handlers: {
      southbound: holdSouthboundHandler,
      intent: holdIntentHandler,
      advice: holdAdviceHandler,
      lport: holdLportHandler,
    },
  });
  const plug = keyed({
    name: "plug",
    kind: "output",
    inputs: {
      settings,
      localChassis,
      activity,
      intent,
      advice,
      claim,
      hold,
      observed,
      attempt,
      otherChassis,
    },
    ...plugNode,
  });
  const monitorScope = node({
    name: "monitor_scope",
    kind: "output",
    inputs: { localChassis, southbound, lport, absence },
    data: monitorNothing,
    run: decideMonitorScope,
    handlers: { lport: monitorScopeLportHandler, absence: monitorScopeAbsenceHandler },
  });
  const lock = node({
    name: "lock",
    kind: "output",
    inputs: { localChassis },
    data: (): Current<string | null> => ({ current: null }),
    run: nameLock,
    handlers: { localChassis: lockLocalChassisHandler },
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
      formerHostnames,
      confirmed,
      attempt,
      departure,
      southbound,
      otherChassis,
      ...tables,
      portBinding,
    },
    providerLookup,
    localChassis,
    activity,
    lport,
    observed,
    absence,
    intent,
    advice,
    claim,
    hold,
    plug,
    monitorScope,
    lock,
    southboundTarget: target,
    engine: (options: EngineOptions = {}) => new Engine([plug, absence, monitorScope, lock, target], options),
  };
}
