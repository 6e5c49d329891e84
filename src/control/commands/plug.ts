/** `plug/*`: what is plugged, what is not, and why. */
import { type Command, refuse, say } from "../command.ts";
import type { DaemonView } from "../daemon-view.ts";
import { type PortStatus, portStatus, statusOf } from "../status.ts";
import { table } from "../table.ts";

export function plugCommands(daemon: DaemonView): readonly Command[] {
  const verdicts = () => daemon.engine.data(daemon.graph.plug);
  return [
    {
      name: "plug/show",
      usage: "[LPORT]",
      minArgs: 0,
      maxArgs: 1,
      run: ([lport]) => {
        if (lport === undefined) return say(showPorts([...verdicts().values()].map(portStatus)));
        const verdict = verdicts().get(lport);
        if (verdict === undefined) return refuse(`${lport} is neither wanted nor plugged on this chassis`);
        return say(showPorts([portStatus(verdict)]));
      },
    },
    {
      name: "plug/status",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => say(`${JSON.stringify(statusOf(daemon))}\n`),
    },
  ];
}

export function showPorts(ports: readonly PortStatus[]): string {
  if (ports.length === 0) return "no port is wanted or plugged on this chassis\n";
  const rows = ports
    .toSorted((a, b) => (a.lport < b.lport ? -1 : 1))
    .map(({ lport, type, state, interface: name, reason }) => [
      lport,
      state,
      type,
      name ?? "-",
      reason ?? "",
    ]);
  return table([["LPORT", "STATE", "TYPE", "INTERFACE", "REASON"], ...rows]);
}
