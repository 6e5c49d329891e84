/**
 * Cold starts: a plugger finds so many ports plugged as they are to be, and one that is not. When that one is plugged,
 * the plugger has read both databases and decided every port; and what else it wrote, it wrote for nothing.
 */
import type { Program } from "../../tools/chassis/program.ts";
import { atRest } from "../support/usage.ts";
import type { Plugger } from "./pluggers.ts";
import type { Site } from "./site.ts";
import { Wire } from "./wire.ts";

/** What pluggers write; ovn-controller also puts its own marks on interfaces, which are `external_ids` as well. */
const WRITTEN = {
  Bridge: [{ columns: ["ports"] }],
  Port: [{ columns: ["name", "interfaces"] }],
  Interface: [{ columns: ["name", "type", "options", "other_config", "mtu_request"] }],
};

export interface ColdStart {
  readonly program: Program;
  /** Milliseconds from the start of the process. */
  readonly settled: number;
  /** Transactions beyond the one that plugs the port. */
  readonly writes: number;
}

/** Rejects when the program ends. */
async function endOf(program: Program): Promise<never> {
  const { code, signal } = await program.exited;
  throw new Error(`${program.name} ended with ${signal ?? `exit code ${code}`}\n${program.tail()}`);
}

/** The port is the one called "sample"; it is unplugged again when this settles, and the plugger runs. */
export async function coldStart(plugger: Plugger, site: Site, within: number): Promise<ColdStart> {
  const waiting = site.lport("sample");
  await site.southbound.send(site.request([waiting], "hv1"));
  let transactions = 0;
  const counter = await Wire.open(site.chassis.ovsSock, () => transactions++);
  await counter.request("monitor_cond", ["Open_vSwitch", "counter", WRITTEN]);
  const plugged = site.interfaces.plugged(waiting.name, within);
  const started = performance.now();
  const program = await plugger.start(site);
  const at = await Promise.race([plugged, endOf(program)]);
  await atRest([program.pid], within);
  counter.close();
  await plugger.letUnplug(site);
  await site.southbound.send(site.request([waiting], "hv2"));
  await site.interfaces.unplugged(waiting.name, within);
  return { program, settled: at - started, writes: transactions - 1 };
}
