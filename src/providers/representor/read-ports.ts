/** The ports of NICs as the provider sees them, read once from the kernel, also while no daemon runs. */
import { fail, ok, type Result } from "../../result.ts";
import type { RepresentorOptions } from "./config.ts";
import type { Machine } from "./machine.ts";
import { Nics } from "./nics.ts";
import type { SwitchPort } from "./switch-port.ts";
import type { SwitchTable } from "./switch-table.ts";

/** A port with everything that is known about the port: a row for people. */
export interface PortRow {
  /** The devlink port, or the network device and the driver's name for the port where devlink has no port. */
  readonly port: string;
  readonly flavour: "physical" | "pcipf" | "pcivf" | "pcisf";
  readonly controller: number;
  /** Null: the kernel does not tell. */
  readonly external: boolean | null;
  readonly pf: number | null;
  /** The number of the VF or sub-function; null for other ports. */
  readonly number: number | null;
  /** The present name of its network device; null: no network device. */
  readonly netdev: string | null;
  /** The MAC address of its PF. */
  readonly pfMac: string | null;
}

export interface ReadPortsOptions {
  readonly options: Partial<RepresentorOptions>;
  readonly machine: Machine;
  readonly warn: (message: string) => void;
  /** Called once when the kernel takes long, with the reason for the wait. */
  readonly waits: (message: string) => void;
}

/** The time after which `waits` is called, in milliseconds. */
const LONG_MS = 1000;

/** Reads the ports, in the order of devices and ports. The error is a sentence for people. */
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
