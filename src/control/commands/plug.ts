/** `plug/*`: the status of ports, explanations, and the confirmation of unplugs. */

import { showExplanation } from "../../terminal/show-explanation.ts";
import { showMatching, showPorts, showStatus } from "../../terminal/show-status.ts";
import { parseStyle, type Style } from "../../terminal/style.ts";
import type { DaemonView } from "../../view/daemon-view.ts";
import { explainPort } from "../../view/explanation.ts";
import { portStatus, statusOf } from "../../view/status.ts";
import { type Command, type CommandAnswer, refuse, say } from "../command.ts";
import { parseSelection, SELECTION_USAGE } from "../selection.ts";

export function plugCommands(daemon: DaemonView): readonly Command[] {
  const statuses = () => daemon.engine.data(daemon.graph.plug);
  return [
    {
      name: "plug/show",
      usage: "[LPORT]",
      minArgs: 0,
      maxArgs: 1,
      run: ([lport]) => {
        if (lport === undefined) {
          return say(showPorts([...statuses().values()].map(portStatus), daemon.notReady));
        }
        const status = statuses().get(lport);
        if (status === undefined) return refuse(unknownPort(daemon, lport));
        return say(showPorts([portStatus(status)], daemon.notReady));
      },
    },
    {
      name: "plug/explain",
      usage: "LPORT [json|text [WIDTH [colour]]]",
      minArgs: 1,
      maxArgs: 4,
      run: ([lport = "", format = "text", width, colour]) => {
        const explanation = explainPort(daemon, lport);
        if (explanation === null) return refuse(unknownPort(daemon, lport));
        return present(format, [width, colour], explanation, showExplanation);
      },
    },
    {
      name: "plug/confirm-unplug",
      usage: "",
      minArgs: 0,
      maxArgs: 0,
      run: () => {
        const obstacle = daemon.engine.data(daemon.graph.activity).current;
        if (obstacle !== null) return refuse(`this vifplugd unplugs nothing: ${obstacle.reason}`);
        const count = daemon.confirmUnplug();
        return say(
          count === 0
            ? "no port is due to be unplugged"
            : `${count} ${count === 1 ? "port" : "ports"} may be unplugged`,
        );
      },
    },
    {
      name: "plug/status",
      usage: `[json|text [WIDTH [colour]]] ${SELECTION_USAGE}`,
      minArgs: 0,
      maxArgs: 6,
      run: (args) => {
        const parsed = parseSelection(args);
        if (!parsed.ok) return refuse(parsed.error);
        const { selection, rest } = parsed.value;
        const [format = "json", width, colour, surplus] = rest;
        if (surplus !== undefined) return refuse(`unexpected argument ${JSON.stringify(surplus)}`);
        const isWhole = selection.states === null && selection.lport === null;
        return present(
          format,
          [width, colour],
          statusOf(daemon, selection),
          isWhole ? showStatus : showMatching,
        );
      },
    },
  ];
}

/** Answers JSON for programs or text for people, as the arguments say. */
function present<Content>(
  format: string,
  [width, colour]: readonly [string | undefined, string | undefined],
  content: Content,
  toText: (content: Content, style: Style) => string,
): CommandAnswer {
  if (format === "json") return say(JSON.stringify(content));
  if (format !== "text") return refuse(`unknown format ${format}; expected json or text`);
  const style = parseStyle(width, colour);
  return style.ok ? say(toText(content, style.value)) : refuse(style.error);
}

function unknownPort({ notReady }: DaemonView, lport: string): string {
  if (notReady !== null) return `vifplugd knows nothing about ${lport} yet: ${notReady}`;
  return `${lport === "" ? '""' : lport} is neither wanted nor plugged on this chassis: it has no interface here, and no port binding that names this chassis; ovn-nbctl lsp-get-options LPORT says which chassis it is requested on`;
}
