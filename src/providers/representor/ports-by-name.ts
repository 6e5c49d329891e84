/**
 * The ports of which devlink says nothing: network devices of a switch, by what their drivers call them (phys_port_name).
 * Pure.
 *
 * Invariant: the result depends on what is told, not on the order in which it was told.
 */
import type { Link } from "../../netlink/link.ts";
import type { KernelFacts } from "./facts.ts";
import { only } from "./multimap.ts";
import { type DriverName, parseDriverName } from "./names.ts";
import type { PortSources, SwitchPort } from "./switch-port.ts";

/** A network device of a switch, of which no devlink port is known. */
interface Untold {
  readonly link: Link;
  readonly switchId: string;
  /** Null: it has no name, or one that says nothing. */
  readonly said: DriverName | null;
  /** The device that it belongs to; null where nobody tells. */
  readonly parent: string | null;
}

/** @param taken the network devices of devlink's ports @param told devlink's ports */
export function portsByName(
  { links }: KernelFacts,
  taken: ReadonlySet<number>,
  told: readonly SwitchPort[],
  { parentOf }: PortSources,
): readonly SwitchPort[] {
  const untold = Array.from(links.values(), ({ link }) => link).flatMap((link): Untold[] => {
    const { ifindex, kind, devlinkPort, switchId, portName } = link;
    if (switchId === null || kind !== null || devlinkPort !== null || taken.has(ifindex)) return [];
    const said = parseDriverName(portName);
    if (said === null && portName !== null) return [];
    return [{ link, switchId, said, parent: link.parent ?? parentOf(link) }];
  });
  const toldUplinks = told.filter(isUplink);
  const uplinks = untold.flatMap((one) => {
    const { said } = one;
    return said?.kind === "physical" ? [uplink(one, said.number, deviceOf(one, said, toldUplinks))] : [];
  });
  const functions = untold.flatMap((one): SwitchPort[] => {
    const { said } = one;
    if (said?.kind !== "function") return [];
    const { controller, pf } = said;
    const role = { kind: "function", function: said.function } as const;
    const external = said.external ?? (controller === null ? null : controller !== 0);
    const device = deviceOf(one, said, [...toldUplinks, ...uplinks]);
    return [{ ...common(one, device), controller: controller ?? 0, external, pf, role }];
  });
  const named = [...uplinks, ...functions];
  return [...named, ...namelessUplinks(untold, [...told, ...named])];
}

/**
 * Some drivers name representors only. Where functions have no uplink, the one nameless device of hardware on their device
 * and their switch is the way out.
 */
function namelessUplinks(untold: readonly Untold[], known: readonly SwitchPort[]): readonly SwitchPort[] {
  const candidates = Map.groupBy(
    untold.filter(({ said, link }) => said === null && link.permanentAddress !== null),
    ({ parent, switchId }) => `${parent} ${switchId}`,
  );
  return [...candidates.values()].flatMap((near): SwitchPort[] => {
    const one = only(near);
    if (one === null || one.parent === null) return [];
    const { parent, switchId } = one;
    const there = known.filter(({ device }) => device === parent);
    const isWayOut = !there.some(isUplink) && there.some(({ link }) => link?.switchId === switchId);
    return isWayOut ? [uplink(one, null, parent)] : [];
  });
}

function uplink(one: Untold, number: number | null, device: string): SwitchPort {
  return {
    ...common(one, device),
    controller: 0,
    external: null,
    pf: null,
    role: { kind: "uplink", number },
  };
}

function common({ link }: Untold, device: string) {
  return { name: `${link.name} (${link.portName ?? "no name"})`, devlink: null, device, link, fault: null };
}

/**
 * Where a network device belongs: to its parent, else to the uplink of its switch. Of several uplinks it is the one whose
 * device is the PCI function with the PF's number (drivers that name devices so take the number from there), else the one
 * with that number itself.
 */
function deviceOf({ parent, switchId }: Untold, said: DriverName, uplinks: readonly SwitchPort[]): string {
  if (parent !== null) return parent;
  const near = uplinks.filter(({ link }) => link?.switchId === switchId);
  const devices = (of: readonly SwitchPort[]) => only(new Set(of.map(({ device }) => device)));
  const nowhere = `switch/${switchId}`;
  const one = devices(near);
  if (one !== null || said.kind === "physical") return one ?? nowhere;
  const isFunction = new RegExp(`^pci/.*\\.${said.pf}$`);
  return (
    devices(near.filter(({ device }) => isFunction.test(device))) ??
    devices(near.filter(({ role }) => role.kind === "uplink" && role.number === said.pf)) ??
    nowhere
  );
}

function isUplink({ role }: SwitchPort): boolean {
  return role.kind === "uplink";
}
