/**
 * The ports that devlink does not have: network devices of a switch, by the names that their drivers give (phys_port_name).
 * Pure.
 *
 * Invariant: the result depends on the kernel's messages, not on their order.
 */
import type { Link } from "../../netlink/link.ts";
import type { KernelFacts } from "./facts.ts";
import { only } from "./multimap.ts";
import { type DriverName, parseDriverName, UNKNOWN_DEVICE } from "./names.ts";
import type { PortSources, SwitchPort } from "./switch-port.ts";

/** A network device of a switch, without a devlink port. */
interface Untold {
  readonly link: Link;
  readonly switchId: string;
  /** The driver's name, parsed; null: no name, or a name that names no port. */
  readonly said: DriverName | null;
  /** The parent of the network device; null: unknown. */
  readonly parent: string | null;
}

/** @param taken the network devices of devlink's ports @param told devlink's ports */
export function portsByName(
  { links }: KernelFacts,
  taken: ReadonlySet<number>,
  told: readonly SwitchPort[],
  { parentOf, vfBase }: PortSources,
): readonly SwitchPort[] {
  const untold = Array.from(links.values(), ({ link }) => link).flatMap((link): Untold[] => {
    const { ifindex, kind, devlinkPort, switchId, portName } = link;
    if (switchId === null || kind !== null || devlinkPort !== null || taken.has(ifindex)) return [];
    const said = parseDriverName(portName);
    if (said === null && portName !== null) return [];
    return [{ link, switchId, said, parent: link.parent ?? parentOf(link) }];
  });
  const toldUplinks = told.filter(isUplink);
  const physical = untold.flatMap((one): SwitchPort[] => {
    const { said } = one;
    if (said?.kind !== "physical") return [];
    const device = deviceOf(one, said, toldUplinks);
    return [vfBase(device) > 0 ? pfItself(one, said.number, device) : uplink(one, said.number, device)];
  });
  const uplinks = physical.filter(isUplink);
  const functions = untold.flatMap((one): SwitchPort[] => {
    const { said } = one;
    if (said?.kind !== "function") return [];
    const { controller, pf } = said;
    const role = { kind: "function", function: said.function } as const;
    const device = deviceOf(one, said, [...toldUplinks, ...uplinks]);
    return [{ ...common(one, device), controller: controller ?? 0, external: said.external, pf, role }];
  });
  const named = [...physical, ...functions];
  return [...named, ...namelessUplinks(untold, [...told, ...named])];
}

/**
 * Finds uplinks without a name, because some drivers name representors only. When functions have no uplink, the only nameless
 * hardware device on their device and their switch is the uplink.
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

/** The port of a PF on a device that counts its VFs from 1, and shows the PF as its number 0. */
function pfItself(one: Untold, pf: number, device: string): SwitchPort {
  const role = { kind: "function", function: { kind: "pf" } } as const;
  return { ...common(one, device), controller: 0, external: null, pf, role };
}

function common({ link, parent }: Untold, device: string) {
  const name = `${link.name} (${link.portName ?? "no name"})`;
  const place = parent === null ? ({ device, isPlaced: true } as const) : { device };
  return { name, devlink: null, ...place, link, fault: null };
}

/**
 * The device of a network device: its parent, else the device of the uplink of its switch. Of several uplinks, the uplink counts
 * whose device is the PCI function with the PF's number (from there the drivers take the number), else the uplink of that number.
 */
function deviceOf({ parent, switchId }: Untold, said: DriverName, uplinks: readonly SwitchPort[]): string {
  if (parent !== null) return parent;
  const near = uplinks.filter(({ link }) => link?.switchId === switchId);
  const devices = (of: readonly SwitchPort[]) => only(new Set(of.map(({ device }) => device)));
  const nowhere = `${UNKNOWN_DEVICE}${switchId}`;
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
