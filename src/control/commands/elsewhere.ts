/**
 * Commands of OVS's and OVN's daemons that vifplugd lacks: vifplugd refuses them, and names the right command. `list-commands` does
 * not list them.
 */
import { type Command, refuse, say } from "../command.ts";

const OF_CONTROLLER = (name: string) =>
  `vifplugd does not have the command ${name}; ovn-controller has it: ovs-appctl -t ovn-controller ${name}`;

/** The sentence of each refusal, by name. */
const REFUSALS: ReadonlyMap<string, string> = new Map([
  [
    "debug/pause",
    "vifplugd cannot be paused; to prevent changes, stop vifplugd (systemctl stop vifplugd): plugged ports stay plugged",
  ],
  ["debug/resume", "vifplugd cannot be paused, so there is nothing to resume"],
  [
    "vlog/disable-rate-limit",
    "the log is always bounded, so that no port can fill it; plug/explain LPORT shows the events of a port, coverage/show counts all events",
  ],
  ["vlog/enable-rate-limit", "the log is always bounded: repeated warnings, and the lines of a module"],
  ["vlog/close", "the log is never closed; to rotate its file, move it, and then: vlog/reopen"],
  [
    "inc-engine/compute-log-timeout",
    "vifplugd times every run, long or short; stopwatch/show shows the times",
  ],
  ...[
    ...["ct-zone-list", "group-table-list", "meter-table-list", "inject-pkt"],
    ...["lflow-cache/flush", "lflow-cache/show-stats", "flush-lflow-cache"],
    ...["debug/delay-nb-cfg-report", "debug/ignore-startup-delay", "debug/dump-lflow-conj-ids"],
    ...["debug/dump-local-bindings", "debug/dump-local-datapaths", "debug/dump-local-template-vars"],
    ...["debug/dump-related-ports"],
  ].map((name) => [name, OF_CONTROLLER(name)] as const),
]);

export const elsewhereCommands: readonly Command[] = [
  ...Array.from(REFUSALS, ([name, sentence]) => unlisted(name, () => refuse(sentence))),
  // The answer of ovn-controller.
  unlisted("debug/status", () => say("running\n")),
  // ovs-appctl of OVS 3.4 and newer sends this before a command, for its option --format.
  unlisted("set-options", (options) => {
    const isText = options.join(" ").replace("=", " ") === "--format text";
    return isText || options.length === 0
      ? say("")
      : refuse("answers are text; only plug/status and plug/explain LPORT json give JSON");
  }),
];

function unlisted(name: string, run: Command["run"]): Command {
  return { name, usage: "", isListed: false, minArgs: 0, maxArgs: Number.POSITIVE_INFINITY, run };
}

/** The daemon of each family of commands, by the beginning of their names. */
const FAMILIES: readonly (readonly [beginning: RegExp, whose: string])[] = [
  [/^(bond|bfd|bridge|cfm|dpctl|dpif(-\w+)?|fdb|lacp|mdb|ofproto|rstp|stp|tnl|upcall)\//, "ovs-vswitchd"],
  [/^(cluster|ovsdb-server)\//, "ovsdb-server (-t, with the path of its control socket)"],
  [/^(nb|sb|northd)-/, "ovn-northd"],
  [/^(debug|lflow-cache|mac-cache|route-exchange)\//, "ovn-controller"],
];

/** The daemon that may have an unknown command; null: no known daemon. */
export function whoseCommand(name: string): string | null {
  return FAMILIES.find(([beginning]) => beginning.test(name))?.[1] ?? null;
}
