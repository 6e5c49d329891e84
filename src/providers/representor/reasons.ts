/** The reasons for which the provider is not ready, for operators: what is missing, what exists, and what to do. */
import { shellWord } from "../../text/shell.ts";
import { nameOfPf } from "./names.ts";
import { CONTROLLER, nameOfFunction, type PciFunction, PF_NUM, PF_PCI, type WantedPf } from "./options.ts";
import { nameWithAddress, type Pf, type SwitchIndex } from "./switch-index.ts";

/** The reason when no PF matches. */
export function whyNoPf(wanted: WantedPf, { ports, pfs }: SwitchIndex): string {
  const head = `no PF ${nameOfWanted(wanted)} is known`;
  if (ports.length === 0)
    return `${head}: the kernel shows no port of a NIC's switch at all (is the NIC in switchdev mode?)`;
  const known = pfs.flatMap(({ address }) => address.mac ?? []).sort();
  const unknown = pfs.flatMap((pf) =>
    pf.address.mac === null ? [`${nameOfPf(pf)} has none (${pf.address.reason})`] : [],
  );
  const there =
    known.length === 0 ? "no PF has an address" : `the known addresses are ${[...new Set(known)].join(", ")}`;
  return `${head}: ${[there, ...unknown.sort()].join("; ")}`;
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
  const names = pfs.map(nameOfPf).sort().join(", ");
  return `several PFs match ${nameOfWanted(wanted)}: ${names}; choose one with ${options.join(" or ")}`;
}

/** The reason when the PF is known, and the function has no representor. */
export function whyNoFunction(pf: Pf, wanted: PciFunction): string {
  const name = `PF ${nameWithAddress(pf)}`;
  if (wanted.kind === "pf") return `${name} has no representor of its own here: give a VF or a sub-function`;
  if (pf.functions.size === 0 && pf.uplink !== null) {
    const { device, uplink } = pf;
    return uplink.switchId === null
      ? `${name} is known by its uplink ${uplink.name}, and is not in switchdev mode: devlink dev eswitch set ${shellWord(device)} mode switchdev`
      : `${name} is known by its uplink ${uplink.name}, and has no VFs yet`;
  }
  const others = [...pf.functions.values()].reduce((sum, ports) => sum + ports.size, 0);
  return `${name} has no ${nameOfFunction(wanted)} among its ${count(others, "representor")} yet`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
