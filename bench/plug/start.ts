/**
 * Cold starts: a plugger finds all ports plugged as desired but one. When this port is plugged, the plugger has read both
 * databases and decided every port. Every other write of the plugger was needless.
 */
import type { Program } from "../../tools/chassis/program.ts";
import { atRest } from "../support/usage.ts";
import type { Plugger } from "./pluggers.ts";
import type { Site } from "./site.ts";
import { Wire } from "./wire.ts";

/** The columns that pluggers write, without `external_ids`, where ovn-controller also puts its own marks. */
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

/** Starts a plugger, with the port "sample" to plug. In the end the port is unplugged again, and the plugger runs. */
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
