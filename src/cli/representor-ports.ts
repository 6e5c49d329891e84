/**
 * `vifplugd providers representor ports`: lists every port that the provider `representor` sees in the kernel, and, if a daemon
 * answers, the logical port that uses it.
 */
import { formatConfigError } from "../config/error.ts";
import { loadConfig } from "../config/load.ts";
import { thisMachine } from "../providers/representor/machine.ts";
import { type PortRow, readPorts } from "../providers/representor/read-ports.ts";
import { type Row, table } from "../terminal/table.ts";
import type { SwitchPorts } from "../view/program-shapes.ts";
import { portsOf } from "./answered-ports.ts";
import { ask } from "./ask.ts";
import { type Arguments, EXIT, printError, printLine } from "./command.ts";
import { terminalStyle } from "./terminal.ts";

const TITLES = ["PORT", "FLAVOUR", "CONTROLLER", "PF", "FUNCTION", "NETDEV", "PF-MAC", "LPORT"];
const HEAD: Row = { cells: TITLES.map((text) => ({ text, colour: "bold" })) };

/** @returns the exit code */
export async function representorPorts(args: Arguments): Promise<number> {
  const config = loadConfig(args.text("config"));
  if (!config.ok) {
    for (const error of config.error) printError(formatConfigError(error));
    return EXIT.config;
  }
  const entry = config.value.providers.find(
    (each) => each.source === "built in" && each.type === "representor",
  );
  const say = (message: string) => printError(`vifplugd: ${message}`);
  const read = await readPorts({
    options: entry?.options ?? {},
    machine: thisMachine(),
    warn: say,
    waits: say,
  });
  if (!read.ok) {
    printError(`vifplugd: ${read.error}`);
    return EXIT.failed;
  }
  const lports = await lportsByInterface(args);
  const rows: SwitchPorts = read.value.map((row) => ({
    ...row,
    lport: lports.get(row.netdev ?? "") ?? null,
  }));
  if (args.flag("json")) printLine(JSON.stringify(rows));
  else if (rows.length === 0) printLine("the kernel shows no port of a NIC's switch");
  else printLine(table([HEAD, ...rows.map(cellsOf)], terminalStyle()).trimEnd());
  return EXIT.ok;
}

function cellsOf(row: PortRow & { readonly lport: string | null }): Row {
  const { port, flavour, controller, external, pf, number, netdev, pfMac, lport } = row;
  const cells = [
    port,
    flavour,
    external === true ? `${controller} (external)` : String(controller),
    pf === null ? "-" : String(pf),
    number === null ? "-" : `${flavour.slice("pci".length)} ${number}`,
    netdev ?? "-",
    pfMac ?? "-",
    lport ?? "-",
  ];
  return { cells };
}

/** The logical port of each interface; empty, with a line on standard error: no daemon answers. */
async function lportsByInterface(args: Arguments): Promise<ReadonlyMap<string, string>> {
  const answer = await ask(args, "plug/status", ["json"]);
  if (!answer.ok || !answer.value.ok) {
    printError(`vifplugd: logical ports are not shown: ${answer.ok ? answer.value.text : answer.error}`);
    return new Map();
  }
  return new Map(
    portsOf(answer.value.text).flatMap(({ lport, name }) => (name === null ? [] : [[name, lport] as const])),
  );
}
