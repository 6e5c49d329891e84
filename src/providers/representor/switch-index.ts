/**
 * An index over the kernel's facts: the PFs, their addresses and functions, and the owner of each network device. Pure, except
 * for the look-ups of the sources.
 */
import type { Link } from "../../netlink/link.ts";
import type { KernelFacts } from "./facts.ts";
import { add } from "./multimap.ts";
import { functionKey, nameOfPf, pfNameOf } from "./names.ts";
import {
  type AddressSources,
  isOfThisMachine,
  type PfAddress,
  type PfFacts,
  pfAddress,
  uplinkOf,
  uplinksOf,
} from "./pf-address.ts";
import type { PortSources, SwitchPort } from "./switch-port.ts";
import { composePorts } from "./switch-ports.ts";

/** A PF with everything that is known about the PF. */
export interface Pf extends PfFacts {
  readonly address: PfAddress;
  /** The network device of its uplink; null: unknown. */
  readonly uplink: Link | null;
  /** The representors of each function. More than one for a function is a fault of the driver, and makes it ambiguous. */
  readonly functions: ReadonlyMap<string, ReadonlySet<SwitchPort>>;
}

export interface SwitchIndex {
  readonly ports: readonly SwitchPort[];
  readonly pfs: readonly Pf[];
  readonly uplinks: readonly SwitchPort[];
  readonly doubts: readonly string[];
  readonly pfOf: ReadonlyMap<SwitchPort, Pf>;
  readonly byNetdev: ReadonlyMap<string, SwitchPort>;
  readonly linkByName: ReadonlyMap<string, Link>;
}

export interface IndexSources extends PortSources, AddressSources {}

export function nameWithAddress(pf: Pf): string {
  return pf.address.mac === null ? nameOfPf(pf) : `${pf.address.mac} (${nameOfPf(pf)})`;
}

export function indexOf(facts: KernelFacts, sources: IndexSources): SwitchIndex {
  const { ports, doubts } = composePorts(facts, sources);
  const uplinks = ports.filter(({ role }) => role.kind === "uplink");
  const groups = Map.groupBy(
    ports.filter(({ pf }) => pf !== null),
    (port) => nameOfPf(pfNameOf(port)),
  );
  const bare = [...groups.values()].flatMap((members): PfFacts[] => {
    const [first] = members;
    if (first === undefined || first.pf === null) return [];
    return [{ ...pfNameOf(first), ports: members }];
  });
  // A PF of this machine of which only the uplink is known: functions may still appear, or be made.
  for (const { device, role } of uplinks) {
    const around = { pfs: bare, uplinks };
    const isKnown = bare.some(
      (pf) =>
        pf.device === device &&
        pf.ports.length > 0 &&
        isOfThisMachine(pf, bare) &&
        uplinksOf(pf, around).length > 0,
    );
    if (isKnown) continue;
    const number = (role.kind === "uplink" ? role.number : null) ?? 0;
    const other = { device, controller: 0, number, isForeign: false, ports: [] };
    if (!bare.some((pf) => nameOfPf(pf) === nameOfPf(other))) bare.push(other);
  }
  const pfOf = new Map<SwitchPort, Pf>();
  const pfs = bare.map((facts): Pf => {
    const functions = new Map<string, Set<SwitchPort>>();
    for (const port of facts.ports) {
      if (port.role.kind === "function") add(functions, functionKey(port.role.function), port);
    }
    const around = { pfs: bare, uplinks };
    const address = pfAddress(facts, around, sources);
    return { ...facts, functions, address, uplink: uplinkOf(facts, around).link };
  });
  for (const pf of pfs) for (const port of pf.ports) pfOf.set(port, pf);
  const byNetdev = new Map(
    ports.flatMap((port) => (port.link === null ? [] : [[port.link.name, port] as const])),
  );
  const linkByName = new Map(Array.from(facts.links.values(), ({ link }) => [link.name, link]));
  return { ports, pfs, uplinks, doubts, pfOf, byNetdev, linkByName };
}
