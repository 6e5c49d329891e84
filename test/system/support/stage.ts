/** Who plugs, on a chassis of its own: vifplugd beside ovn-controller, or ovn-controller by itself. */
import type { Chassis } from "../../../tools/chassis/chassis.ts";
import type { Program } from "../../../tools/chassis/program.ts";
import { PATIENCE, startController, startHypervisor, startVifplugd } from "./hypervisor.ts";

export interface Stage {
  readonly chassis: Chassis;
  /** The plug type that the plugger answers to. */
  readonly plugType: string;
  /** Milliseconds in which a logical port must come up. */
  readonly within: number;
  /** Starts the plugger (again). */
  start(): Promise<Program>;
  /** Returns when the plugger, since it was started last, has logged a line that matches. */
  logs(pattern: RegExp): Promise<void>;
  /** What the plugger has logged since it was started last. */
  log(): string;
  /** Ends the plugger and leaves what it plugged. */
  stop(): Promise<void>;
}

/** A plug type that the provider linked into ovn-controller does not answer to. */
export const OUR_PLUG_TYPE = "vifplugd";

export async function stageVifplugd(): Promise<Stage> {
  const chassis = await startHypervisor();
  await startController(chassis);
  let daemon: Program | null = null;
  return {
    chassis,
    plugType: OUR_PLUG_TYPE,
    within: PATIENCE,
    async start() {
      daemon = await startVifplugd(chassis);
      await daemon.waitLog(/OVN_Southbound: in sync/, PATIENCE);
      return daemon;
    },
    logs: (pattern) => waitForLog(daemon, pattern),
    log: () => logOf(daemon),
    async stop() {
      await daemon?.stop();
    },
  };
}

export async function stageController(): Promise<Stage> {
  const chassis = await startHypervisor();
  let controller: Program | null = null;
  return {
    chassis,
    plugType: "representor",
    within: 4_000,
    async start() {
      controller = await startController(chassis);
      return controller;
    },
    logs: (pattern) => waitForLog(controller, pattern),
    log: () => logOf(controller),
    async stop() {
      await controller?.stop();
    },
  };
}

async function waitForLog(program: Program | null, pattern: RegExp): Promise<void> {
  await program?.waitLog(pattern, PATIENCE);
}

function logOf(program: Program | null): string {
  return program?.lines.join("\n") ?? "";
}
