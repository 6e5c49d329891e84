/** Commands about the process itself: its version, its connections, its log, its end. */
import { LEVELS, type Level, type Log } from "../../log/log.ts";
import { VERSION } from "../../version.ts";
import { type Command, refuse, say } from "../command.ts";
import type { DaemonView } from "../daemon-view.ts";

export function processCommands(daemon: DaemonView, log: Log): readonly Command[] {
  return [
    {
      name: "version",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => say(`vifplugd ${VERSION}\n`),
    },
    {
      name: "exit",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => ({ ...say(""), afterwards: () => daemon.exit() }),
    },
    {
      name: "connection-status",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        // ovn-controller answers this for the Southbound alone, with "connected" or "not connected".
        const { southbound } = daemon.connections();
        return say(southbound.state === "connected" ? "connected\n" : "not connected\n");
      },
    },
    {
      name: "vlog/set",
      usage: "LEVEL",
      minArgs: 1,
      maxArgs: 1,
      run: ([text = ""]) => {
        const level = LEVELS.find((known): known is Level => known === levelOf(text));
        if (level === undefined) return refuse(`unknown level ${text}; expected one of ${LEVELS.join(", ")}`);
        log.level = level;
        return say("");
      },
    },
  ];
}

/** OVS spells some levels otherwise (ovs-appctl(8)). */
function levelOf(text: string): string {
  const level = text.toLowerCase();
  if (level === "dbg") return "debug";
  return level === "err" ? "error" : level;
}
