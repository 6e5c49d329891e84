/** The daemon's parts on a chassis of the simulation, started, without any socket: everything is in virtual time. */
import { takeLock } from "../../../src/daemon/databases/chassis-lock.ts";
import { makeParts, startParts, stopParts } from "../../../src/daemon/parts.ts";
import { whyNotReady } from "../../../src/daemon/view.ts";
import { Log } from "../../../src/log/log.ts";
import type { HostedProvider } from "../../../src/providers/hosted.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import type { Process } from "../../simulation/world/process.ts";
import type { SimulatedChassis } from "./simulated-chassis.ts";

interface Circumstances {
  /** Of the configuration. */
  readonly yaml?: string;
  readonly provider?: Provider | HostedProvider;
  /** The chassis's own unless given. */
  readonly process?: Process;
}

export function joinedParts(chassis: SimulatedChassis, circumstances: Circumstances = {}) {
  const { yaml, provider, process = chassis.process } = circumstances;
  const { environment } = process;
  const lines: string[] = [];
  const log = new Log({ level: "info", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  const config = chassis.config(yaml, provider);
  let runs = 0;
  const parts = makeParts({
    ...{ environment, config, systemIdOverride: null, log, recorder: null },
    lock: takeLock,
    onRun: () => runs++,
  });
  // ovs-vswitchd and ovn-controller follow what is written.
  chassis.chassis.server.onCommit = () => chassis.chassis.changed();
  startParts(parts, config);
  return {
    ...parts,
    lines,
    runs: () => runs,
    isReady: () => whyNotReady(parts) === null,
    statusOf: (lport: string) => parts.reconciler.statuses.get(lport),
    stop: () => chassis.settled(stopParts(parts, environment)),
  };
}
