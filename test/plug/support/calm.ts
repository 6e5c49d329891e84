/** A chassis that nothing happens to any more: whatever was broken is mended, and the daemon goes on until it is done. */
import type { Change } from "../../../src/plug/change.ts";
import { LPORTS } from "./history.ts";
import { Inspection } from "./invariants.ts";
import { catchUp } from "./perform.ts";
import type { World } from "./world.ts";

/** More than any chain of changes among a few logical ports takes. */
const ROUNDS = 12;

/** @param refuses whether the server goes on to refuse the change, and what is written with it */
export function calmDown(world: World, refuses?: (change: Change) => boolean): void {
  world.connectLocal(true);
  world.holdLock(true);
  world.local.addBridge("br-int");
  world.southbound.addChassis("hv1", "host1");
  world.southbound.startNorthd();
  world.connectSouthbound(true);
  world.tell();
  world.tryAgain();
  world.run();
  for (let round = 0; round < ROUNDS; round++) {
    world.confirmUnplug();
    catchUp(world, refuses);
    world.tryAgain();
    world.run();
  }
  // What was refused last waits for its back-off, which is not over; what follows from the refusal does not.
  for (let round = 0; round < ROUNDS; round++) catchUp(world, refuses);
  world.run();
}

/** What has not been done although nothing keeps it from being done, or undefined. */
export function faultAtRest(world: World): string | undefined {
  for (const lport of LPORTS) {
    const fault = faultOf(world, lport);
    if (fault !== undefined)
      return `${lport}: ${fault}: ${Bun.inspect(world.statuses.get(lport), { depth: 1 })}`;
  }
  return undefined;
}

/** What is to be written although the server has refused all that it goes on to refuse, or undefined. */
export function faultOfUnrest(world: World): string | undefined {
  const unrest = [...world.statuses].find(([, { change }]) => change !== null);
  return unrest === undefined ? undefined : `no rest: ${Bun.inspect(unrest, { depth: 2 })}`;
}

/** What is held up by the one logical port whose changes the server refuses (rule T3), or undefined. */
export function faultBeside(world: World, refused: string): string | undefined {
  for (const lport of LPORTS) {
    const status = world.statuses.get(lport);
    const port = new Inspection(world, lport);
    if (lport === refused || status === undefined || port.bridge === undefined) continue;
    const [left, ...others] = port.interfaces;
    const isToGo = port.isDue && left !== undefined && others.length === 0 && port.isOwned(left);
    const isAnswered = world.registry.types().includes(left?.external_ids.get("ovn-plugged") ?? "");
    const mayGo = isToGo && isAnswered && world.devices.of(lport).lets && port.chassis.uuid !== undefined;
    if (status.change === null && status.state !== "pending" && !mayGo) continue;
    return `${lport} is held up: ${Bun.inspect(status, { depth: 1 })}`;
  }
  return undefined;
}

/** What is decided otherwise because of what was sent before, although nothing of it is to count any more, or undefined. */
export function faultOfMemory(world: World): string | undefined {
  const before = decisionsOf(world);
  world.forgetAllAttempts();
  world.run();
  const after = decisionsOf(world);
  const other = LPORTS.find((lport) => before.get(lport) !== after.get(lport));
  return other === undefined
    ? undefined
    : `${other}: ${before.get(other)}, and after a restart ${after.get(other)}`;
}

function decisionsOf({ statuses }: World): ReadonlyMap<string, string> {
  return new Map(
    Array.from(statuses, ([lport, { state, interface: name, reason, change, retry }]) => {
      return [lport, JSON.stringify([state, name, reason, change?.kind ?? null, retry])];
    }),
  );
}

function faultOf(world: World, lport: string): string | undefined {
  const port = new Inspection(world, lport);
  const status = world.statuses.get(lport);
  // Without a bridge nothing can be written, and without a chassis name nobody knows for whom.
  if (port.bridge === undefined || port.chassis.uuid === undefined) return undefined;
  if (status?.change) return "a change is left to be made";
  if (status?.state === "pending") return "it is pending still";
  const types = world.registry.types();
  const device = world.devices.of(lport);
  if (port.isWanted && device.mood === "ready") {
    const isAnswered = types.includes(port.binding?.options.get("vif-plug-type") ?? "");
    // A Port row may have the name, too, after its interface was bonded into another one.
    const isTaken = [...world.local.iface.rows, ...world.local.port.rows].some(
      ({ name }) => name === device.name,
    );
    // Of several ports that want one name, the first one gets it, and may have to stay where it is.
    const isClaimed = LPORTS.some((one) => one !== lport && world.devices.of(one).name === device.name);
    const mayLeave = port.interfaces.every((row) => {
      const isLetGo = device.lets && types.includes(row.external_ids.get("ovn-plugged") ?? "");
      return port.isOwned(row) && isLetGo && world.settings.onRename === "replug";
    });
    if (isAnswered && !isTaken && mayLeave && (!isClaimed || port.interfaces.length === 0))
      return `it could get interface ${device.name}`;
  }
  if (port.isWanted || !port.isDue || !device.lets) return undefined;
  // Of several interfaces, the first by name is dealt with first, and may keep the others waiting.
  const [left] = port.interfaces.filter((row) => port.isOwned(row)).sort(byName);
  const isAnswered = types.includes(left?.external_ids.get("ovn-plugged") ?? "");
  return left === undefined || !isAnswered ? undefined : `its interface ${left.name} could be unplugged`;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
