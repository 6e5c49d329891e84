/** What a start costs the server, beside the one monitor request that nobody can do without. */
import { ZERO_UUID } from "ovsdb-jsonrpc";
import { keysOf, tables } from "../../src/plug/tables.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { vifplugd } from "../plug/pluggers.ts";
import { CHASSIS, uuidOf } from "../plug/site.ts";
import { Wire } from "../plug/wire.ts";
import { type Costs, measure, noCosts } from "./costs.ts";
import type { CloudPlan } from "./plan.ts";
import type { Server } from "./servers.ts";

const WITHIN_MS = 120_000;
/** How the log says that everything is here. */
export const IN_SYNC = /OVN_Southbound: in sync/;

export interface StartCosts {
  /** Of a process, until it is in sync; every port that it has plugged is in view. */
  readonly start: Costs;
  /** Of the monitor request alone, with the conditions of that chassis. */
  readonly request: Costs;
  /** With one port that has to be asked for by its name, because it went meanwhile. */
  readonly startByName: Costs;
}

/** In turns. */
export async function measureStarts(plan: CloudPlan, { pid, socket, site }: Server): Promise<StartCosts> {
  const costs = { start: noCosts(), request: noCosts(), startByName: noCosts() };
  const sample = site.lport("sample");
  for (let round = 0; round < plan.starts; round++) {
    await measure(pid, costs.request, nobody, () => requestMonitor(socket, site.chassisUuid(CHASSIS)));
    let program: Program | null = null;
    const others = () => (program === null ? [] : [program.pid]);
    await measure(pid, costs.start, others, async () => {
      program = await vifplugd.start(site);
      await program.waitLog(IN_SYNC, WITHIN_MS);
      return undefined;
    });
    await site.southbound.send(site.request([sample], "hv1"));
    await site.interfaces.plugged("sample", WITHIN_MS);
    await stop(program);
    program = null;
    await site.southbound.send(site.request([sample], "hv2"));
    await measure(pid, costs.startByName, others, async () => {
      // It has read everything when it has unplugged what went meanwhile.
      program = await vifplugd.start(site);
      await site.interfaces.unplugged("sample", WITHIN_MS);
      return undefined;
    });
    await stop(program);
  }
  return costs;
}

function nobody(): readonly number[] {
  return [];
}

async function stop(program: Program | null): Promise<void> {
  await program?.stop();
}

/** @returns milliseconds until the reply is here */
async function requestMonitor(socket: string, chassisUuid: string): Promise<number> {
  const here = uuidOf(chassisUuid);
  const where: Readonly<Record<string, unknown>> = {
    Port_Binding: [
      ["requested_chassis", "==", here],
      ["requested_additional_chassis", "includes", here],
      ["options", "includes", ["map", [["requested-chassis", CHASSIS]]]],
    ],
    Chassis: [["name", "==", CHASSIS]],
  };
  const requests = keysOf("OVN_Southbound").map((key) => {
    const { table, columns } = tables[key];
    return [table, [{ columns, where: where[table] ?? [true] }]] as const;
  });
  const wire = await Wire.open(socket);
  const started = performance.now();
  const params = ["OVN_Southbound", "bench", Object.fromEntries(requests), ZERO_UUID];
  const { at } = await wire.request("monitor_cond_since", params);
  wire.close();
  return at - started;
}
