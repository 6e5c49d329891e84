/** The costs of a start for the server, beside the one monitor request that every start needs. */
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
/** The line of the log after all rows have arrived. */
export const IN_SYNC = /OVN_Southbound: in sync/;

export interface StartCosts {
  /** The costs until a process is in sync. All of its plugged ports are in view. */
  readonly start: Costs;
  /** The costs of the monitor request alone, with the conditions of the chassis. */
  readonly request: Costs;
  /** The costs of a start with one port that left meanwhile, and so has to be asked for by its name. */
  readonly startByName: Costs;
}

/** Measures the kinds of start in turns. */
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
      // The process has read everything when it has unplugged the port that left meanwhile.
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

/** @returns the milliseconds until the reply has arrived */
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
