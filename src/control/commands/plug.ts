/** `plug/*`: what is plugged, what is not, and why. */
import { type Command, refuse, say } from "../command.ts";
import type { DaemonView } from "../daemon-view.ts";
import { explainPort, formatExplanation } from "../explanation.ts";
import { portStatus, statusOf } from "../status.ts";
import { formatStatus, showPorts } from "../summary.ts";

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
        if (verdict === undefined) return refuse(unknownPort(lport));
        return say(showPorts([portStatus(verdict)]));
      },
    },
    {
      name: "plug/explain",
      usage: "LPORT [json]",
      minArgs: 1,
      maxArgs: 2,
      run: ([lport = "", format = "text"]) => {
        if (format !== "text" && format !== "json")
          return refuse(`unknown format ${format}; expected text or json`);
        const explanation = explainPort(daemon, lport);
        if (explanation === null) return refuse(unknownPort(lport));
        return say(format === "json" ? JSON.stringify(explanation) : formatExplanation(explanation));
      },
    },
    {
      name: "plug/confirm-unplug",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        const count = daemon.confirmUnplug();
        return say(count === 0 ? "no port is due to be unplugged" : `${count} ports may be unplugged`);
      },
    },
    {
      name: "plug/status",
      usage: "[json|text]",
      minArgs: 0,
      maxArgs: 1,
      run: ([format = "json"]) => {
        if (format === "json") return say(JSON.stringify(statusOf(daemon)));
        return format === "text"
          ? say(formatStatus(statusOf(daemon)))
          : refuse(`unknown format ${format}; expected json or text`);
      },
    },
  ];
}

function unknownPort(lport: string): string {
  return `${lport} is neither wanted nor plugged on this chassis: it has no interface here, and no port binding that names this chassis`;
}
