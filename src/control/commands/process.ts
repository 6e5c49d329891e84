/** Commands about the process: its version, its connections, its end. */
import { VERSION } from "../../version.ts";
import type { DaemonView } from "../../view/daemon-view.ts";
import { type Command, refuse, say } from "../command.ts";

export function processCommands(daemon: DaemonView): readonly Command[] {
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
      usage: "[--restart]",
      minArgs: 0,
      maxArgs: 1,
      run: ([option]) => {
        // For ovn-controller, --restart means to leave everything as it is; vifplugd always does.
        if (option === undefined || option === "--restart") {
          return { ...say(""), afterwards: () => daemon.exit() };
        }
        if (option !== "--cleanup") return refuse(`unknown option ${JSON.stringify(option)}`);
        return refuse(
          "vifplugd does not unplug at exit; to unplug ports, move or delete them in the cloud first",
        );
      },
    },
    {
      name: "sb-cluster-state-reset",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        daemon.resetClusterState();
        return say("");
      },
    },
    {
      name: "connection-status",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        // As in ovn-controller, only the Southbound counts, and the answer is "connected" or "not connected".
        const { southbound } = daemon.connections();
        return say(southbound.state === "connected" ? "connected\n" : "not connected\n");
      },
    },
  ];
}
