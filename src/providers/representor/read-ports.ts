/** What the provider sees, read once from the kernel: for people who ask, also while no daemon runs. */
import { fail, ok, type Result } from "../../result.ts";
import type { RepresentorOptions } from "./config.ts";
import type { Machine } from "./machine.ts";
import { Nics } from "./nics.ts";
import type { SwitchPort } from "./switch-port.ts";
import type { SwitchTable } from "./switch-table.ts";

/** A port with everything that is known of it: a row for people to read. */
export interface PortRow {
  /** The devlink port, or the network device with its driver's name for it where devlink says nothing. */
  readonly port: string;
  readonly flavour: "physical" | "pcipf" | "pcivf" | "pcisf";
  readonly controller: number;
  /** Null: the kernel does not tell. */
  readonly external: boolean | null;
  readonly pf: number | null;
  /** Which VF or sub-function of the PF; null of other ports. */
  readonly number: number | null;
  /** The name of its network device now; null while there is none. */
  readonly netdev: string | null;
  /** Of the PF that it belongs to, or is. */
  readonly pfMac: string | null;
}

export interface ReadPortsOptions {
  readonly options: Partial<RepresentorOptions>;
  readonly machine: Machine;
  readonly warn: (message: string) => void;
  /** Told, once, what is waited for when it takes long. */
  readonly waits: (message: string) => void;
}

/** After so long a person wants to know what is waited for. */
const LONG_MS = 1000;

/** In the order of devices and ports. The error is for people to read. */
export async function readPorts(asked: ReadPortsOptions): Promise<Result<readonly PortRow[], string>> {
  const { options, machine, warn, waits } = asked;
  const { ports, table } = new Nics({
    options,
    machine,
    onChange() {},
    log: (level, message) => level === "warn" && warn(message),
  });
  const long = setTimeout(() => waits(ports.fault ?? ""), LONG_MS);
  await ports.open();
  clearTimeout(long);
  const { fault } = ports;
  ports.close();
  return fault === null ? ok(rowsOf(table)) : fail(fault);
}

function rowsOf({ index }: SwitchTable): readonly PortRow[] {
  return [...index.ports].sort(byPlace).map((port): PortRow => {
    const { name, controller, external, pf, role, link } = port;
    const represented = role.kind === "function" ? role.function : null;
    return {
      port: name,
      flavour: represented === null ? "physical" : `pci${represented.kind}`,
      controller,
      external,
      pf,
      number: represented === null || represented.kind === "pf" ? null : represented.number,
      netdev: link?.name ?? null,
      pfMac: index.pfOf.get(port)?.address.mac ?? null,
    };
  });
}

function byPlace(a: SwitchPort, b: SwitchPort): number {
  if (a.device !== b.device) return a.device < b.device ? -1 : 1;
  const last = Number.MAX_SAFE_INTEGER;
  const order = (a.devlink?.index ?? last) - (b.devlink?.index ?? last);
  return order !== 0 ? order : a.name < b.name ? -1 : 1;
}
