/** The reasons for which the provider is not ready, for operators: what is missing, what exists, and what to do. */
import { shellWord } from "../../text/shell.ts";
import { nameOfPf } from "./names.ts";
import {
  CONTROLLER,
  nameOfFunction,
  type PciFunction,
  PF_MAC,
  PF_NUM,
  PF_PCI,
  type WantedPf,
} from "./options.ts";
import { nameWithAddress, type Pf, type SwitchIndex } from "./switch-index.ts";

/** How many functions of a PF a reason names. */
const MANY = 8;

/** The reason when no PF matches. */
export function whyNoPf(wanted: WantedPf, { ports, pfs }: SwitchIndex): string {
  const head = `no PF ${nameOfWanted(wanted)} is known`;
  if (ports.length === 0)
    return `${head}: the kernel shows no port of a NIC's switch at all (is the NIC in switchdev mode?)`;
  const { mac } = wanted;
  if (mac === null) return `${head}: the known PFs are ${pfs.map(nameOfPf).sort().join(", ")}`;
  const owners = pfs.filter(({ address }) => address.mac === mac);
  if (owners.length > 0) return `${head}: the address is that of ${owners.map(nameOfPf).sort().join(", ")}`;
  const known = pfs.flatMap(({ address }) => address.mac ?? []).sort();
  const there =
    known.length === 0 ? "no PF has an address" : `the known addresses are ${[...new Set(known)].join(", ")}`;
  return `${head}: ${[there, ...withoutAddress(pfs)].join("; ")}`;
}

/** What to do about each PF whose address nobody tells. */
function withoutAddress(pfs: readonly Pf[]): readonly string[] {
  return pfs
    .flatMap((pf) =>
      pf.address.mac === null ? [`${nameOfPf(pf)} has no address (${pf.address.reason})`] : [],
    )
    .sort();
}

function nameOfWanted({ mac, device, number, controller }: WantedPf): string {
  return [
    ...(mac === null ? [] : [`with MAC address ${mac}`]),
    ...(device === null ? [] : [`on ${device}`]),
    ...(number === null ? [] : [`with number ${number}`]),
    ...(controller === null ? [] : [`of controller ${controller}`]),
  ].join(", ");
}

/** The reason when several PFs match the options. */
export function whySeveral(wanted: WantedPf, pfs: readonly Pf[]): string {
  const differs = (of: (pf: Pf) => unknown) => new Set(pfs.map(of)).size > 1;
  const options = [
    ...(differs(({ device }) => device) ? [PF_PCI] : []),
    ...(differs(({ number }) => number) ? [PF_NUM] : []),
    ...(differs(({ controller }) => controller) ? [CONTROLLER] : []),
  ];
  // A host's PF can have the controller and the number of the NIC's own PF (EF100).
  const how = options.length > 0 ? options : wanted.mac === null ? [PF_MAC] : [];
  const what = how.length > 0 ? `choose one with ${how.join(" or ")}` : "no option tells them apart";
  return `several PFs match ${nameOfWanted(wanted)}: ${pfs.map(nameOfPf).sort().join(", ")}; ${what}`;
}

/** The reason when the only PF on the wanted device may have functions there only. */
export function whyGuess(pf: Pf): string {
  return `the kernel does not tell whether ${nameOfPf(pf)} is the PF of ${pf.device}, or only has functions there: say so with ${PF_NUM}`;
}

/** The reason when the PF is known, and the function has no representor. */
export function whyNoFunction(pf: Pf, wanted: PciFunction, { pfs }: SwitchIndex): string {
  const name = `PF ${nameWithAddress(pf)}`;
  if (wanted.kind === "pf") return `${name} has no representor of its own here: give a VF or a sub-function`;
  const { device, ports, uplink } = pf;
  const there = ports.flatMap(({ role }) => (role.kind === "function" ? [role.function] : []));
  if (there.length > 0 || uplink === null) {
    const { length } = there;
    const among = `${length} representor${length === 1 ? "" : "s"}`;
    return `${name} has no ${nameOfFunction(wanted)} among its ${among} yet${listOf(there)}`;
  }
  const known = `${name} is known by its uplink ${uplink.name}`;
  const { switchId } = uplink;
  if (switchId === null) {
    return `${known}, and is not in switchdev mode: devlink dev eswitch set ${shellWord(device)} mode switchdev`;
  }
  const beside = pfs.filter(({ ports }) => ports.some(({ link }) => link?.switchId === switchId));
  const what = wanted.kind === "vf" ? "VFs" : "sub-functions";
  return [`${known}, and has no ${what} yet`, ...withoutAddress(beside)].join("; ");
}

/** The functions that have representors, in parentheses: drivers number them in more than one way. */
function listOf(functions: readonly PciFunction[]): string {
  if (functions.length === 0) return "";
  const names = functions.toSorted(byNumber).map(nameOfFunction);
  return ` (${names.slice(0, MANY).join(", ")}${names.length > MANY ? ", …" : ""})`;
}

function byNumber(a: PciFunction, b: PciFunction): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return a.kind === "pf" || b.kind === "pf" ? 0 : a.number - b.number;
}
