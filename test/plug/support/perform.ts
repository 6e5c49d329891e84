/** Lets one step of a history happen to a world. */
import type { Change } from "../../../src/plug/change.ts";
import type { InterfaceRow } from "../../../src/plug/rows.ts";
import { interfaceRow, map } from "../../support/rows.ts";
import type { InterfaceEdit, Step } from "./history.ts";
import { OUTSIDE, type World } from "./world.ts";

const OTHER = { "br-int": "br-other", "br-other": "br-int" } as const;

export function perform(world: World, step: Step): void {
  change(world, step);
  world.tell();
  if (step.run) world.run();
}

function change(world: World, step: Step): void {
  const { local, southbound, registry, devices } = world;
  switch (step.do) {
    case "set lport":
      southbound.setLport(step.lport, step.to);
      break;
    case "move lport":
      southbound.moveLport(step.lport, step.requested);
      break;
    case "bind lport":
      southbound.bind(step.lport, step.to);
      break;
    case "delete lport":
      southbound.deleteLport(step.lport);
      break;
    case "add interface":
      local.addInterface(
        step.to === "other bridge" ? "br-other" : "br-int",
        interfaceRow({ _uuid: world.nextUuid(), name: step.name, external_ids: map(step.ids) }),
      );
      break;
    case "delete port": {
      const port = nth(local.port.rows, step.at);
      if (port !== undefined) local.deletePort(port._uuid);
      break;
    }
    case "edit interface": {
      const row = nth(local.iface.rows, step.at);
      if (row !== undefined) local.iface.edit(row._uuid, columnsOf(row, step.edit));
      break;
    }
    case "bond": {
      const [iface, into] = [nth(local.iface.rows, step.at), nth(local.port.rows, step.at + 1)];
      if (iface !== undefined && into !== undefined) local.bond(iface, into);
      break;
    }
    case "hold twice": {
      const [iface, bridge] = [nth(local.iface.rows, step.at), nth(local.bridge.rows, step.at)];
      if (iface !== undefined && bridge !== undefined) local.holdTwice(iface, bridge);
      break;
    }
    case "move port": {
      const port = nth(local.port.rows, step.at);
      const on = local.bridge.find(({ ports }) => port !== undefined && ports.has(port._uuid));
      const to = local.bridge.find(
        ({ name }) => name === (on?.name === "br-int" ? OTHER["br-int"] : OTHER["br-other"]),
      );
      if (port !== undefined && to !== undefined) local.movePort(port._uuid, to);
      break;
    }
    case "device":
      devices.set(step.lport, step.to, registry.types());
      break;
    case "exchange": {
      const [a, b] = [devices.of(step.lports[0]), devices.of(step.lports[1])];
      devices.set(step.lports[0], { ...a, name: b.name }, registry.types());
      devices.set(step.lports[1], { ...b, name: a.name }, registry.types());
      break;
    }
    case "register":
      registry.register(devices.provider(step.type), [step.type], step.type !== OUTSIDE);
      break;
    case "unregister":
      registry.unregister(step.type);
      break;
    case "settings":
      world.set(step.to);
      break;
    case "open_vswitch": {
      const [row] = local.openVSwitch.rows;
      if (row !== undefined)
        local.openVSwitch.set({ ...row, external_ids: withKey(row.external_ids, step.key, step.value) });
      break;
    }
    case "finish": {
      const inFlight = [...world.attempts].flatMap(([lport, attempt]) => {
        return attempt.phase === "in-flight" ? [{ lport, attempt }] : [];
      });
      const sent = nth(inFlight, step.at);
      if (sent !== undefined) world.finish(sent.attempt.change, step.how);
      break;
    }
    case "undo":
      devices.set(step.lport, step.to, registry.types());
      for (let time = 0; time < step.times; time++) {
        const before = local.snapshot();
        catchUp(world);
        world.tell();
        world.run();
        local.restore(before);
        world.tell();
        world.run();
      }
      break;
    case "send":
      // Only what a run has decided is sent.
      if (world.engine.needsRun) world.run();
      world.send();
      break;
    case "catch up":
      catchUp(world);
      break;
    case "try again":
      world.tryAgain();
      break;
    case "forget attempts":
      world.forgetAttempts();
      break;
    case "acknowledge":
      world.acknowledge();
      break;
    case "answer":
      world.answer();
      break;
    case "lose lock":
    case "get lock":
      world.holdLock(step.do === "get lock");
      break;
    case "lose local":
    case "find local":
      world.connectLocal(step.do === "find local");
      break;
    case "lose southbound":
    case "find southbound":
      world.connectSouthbound(step.do === "find southbound");
      break;
    case "meet cluster":
    case "know cluster":
      world.meetStranger(step.do === "meet cluster");
      break;
    case "delete chassis":
      southbound.deleteChassis("hv1");
      break;
    case "add chassis":
      southbound.addChassis("hv1", "host1");
      break;
    case "rename host":
      southbound.renameHost();
      break;
    case "wipe southbound":
      southbound.wipe();
      break;
    case "change options":
      southbound.changeOptions();
      break;
    case "stop northd":
      southbound.stopNorthd();
      break;
    case "start northd":
      southbound.startNorthd();
      break;
    case "delete bridge":
      local.deleteBridge("br-int");
      break;
    case "add bridge":
      local.addBridge("br-int");
      break;
    case "change datapath": {
      const bridge = local.bridge.find(({ name }) => name === "br-int");
      const other = bridge?.datapath_type === "" ? "netdev" : "";
      if (bridge !== undefined) local.bridge.edit(bridge._uuid, { datapath_type: other });
      break;
    }
    case "confirm unplug":
      world.confirmUnplug();
      break;
    case "recompute":
      world.recompute();
  }
}

/**
 * The daemon goes on undisturbed: what is asked is answered, what is decided is sent and committed.
 * @param refuses whether the server refuses the change, and what is written with it
 */
export function catchUp(world: World, refuses: (change: Change) => boolean = () => false): void {
  world.acknowledge();
  world.tell();
  world.run();
  world.answer();
  world.send();
  world.run();
  for (const lport of [...world.attempts.keys()]) {
    const attempt = world.attempts.get(lport);
    if (attempt?.phase !== "in-flight") continue;
    world.finish(attempt.change, refuses(attempt.change) ? "refuse" : "commit");
  }
}

function nth<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(1, items.length)];
}

function columnsOf(row: InterfaceRow, edit: InterfaceEdit): Partial<InterfaceRow> {
  switch (edit.column) {
    case "type":
      return { type: edit.value };
    case "error":
      return { error: edit.value };
    case "mtu_request":
      return { mtu_request: edit.value };
    case "ofport":
      return { ofport: edit.value };
    default:
      return { [edit.column]: withKey(row[edit.column], edit.key, edit.value) };
  }
}

function withKey(
  column: ReadonlyMap<string, string>,
  key: string,
  value: string | null,
): ReadonlyMap<string, string> {
  const result = new Map(column);
  if (value === null) result.delete(key);
  else result.set(key, value);
  return result;
}
