/** The options of a logical port for this provider: a PF, and one of its functions. */
import { parseMac } from "../../netlink/mac.ts";
import { parseDevlinkDevice, parsePciAddress } from "../../netlink/pci-address.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { ReadOption } from "../provider.ts";

export const PF_MAC = "vif-plug:representor:pf-mac";
export const PF_PCI = "vif-plug:representor:pf-pci";
export const PF_NUM = "vif-plug:representor:pf-num";
export const CONTROLLER = "vif-plug:representor:controller";
export const VF_NUM = "vif-plug:representor:vf-num";
export const SF_NUM = "vif-plug:representor:sf-num";
export const HW_ADDR = "vif-plug:representor:hw-addr";

export const READ_OPTIONS: readonly ReadOption[] = [
  { name: PF_MAC, meaning: "the MAC address of the function's PF; this or pf-pci is required" },
  {
    name: PF_PCI,
    meaning: "the devlink device or the PCI address of the PF, instead of pf-mac or beside it",
  },
  { name: PF_NUM, meaning: "the number of the PF, where several PFs have the address" },
  { name: CONTROLLER, meaning: "the number of the controller, where PFs of several hosts have the address" },
  { name: VF_NUM, meaning: "the number of the VF" },
  {
    name: SF_NUM,
    meaning: "the number of the sub-function; without vf-num and sf-num, the function is the PF",
  },
  { name: HW_ADDR, meaning: "the MAC address for a sub-function that vifplugd makes (sf_range)" },
];

/** The bounds of the kernel: the number of a VF has 16 bits, that of a sub-function 32. */
const MAX_16 = 0xffff;
const MAX_32 = 0xffff_ffff;

export type PciFunction =
  | { readonly kind: "pf" }
  | { readonly kind: "vf"; readonly number: number }
  | { readonly kind: "sf"; readonly number: number };

/** The wanted PF; null: the options do not give the value. `mac` or `device` is given. */
export interface WantedPf {
  readonly mac: string | null;
  /** The devlink device, as `pci/0000:03:00.0`. */
  readonly device: string | null;
  readonly number: number | null;
  readonly controller: number | null;
}

export interface WantedFunction {
  readonly pf: WantedPf;
  readonly function: PciFunction;
  /** The MAC address for a sub-function that vifplugd makes. */
  readonly hardwareAddress: string | null;
}

type Options = ReadonlyMap<string, string>;

/** An empty option counts as absent. The error is the reason that operators read. */
export function parseOptions(options: Options): Result<WantedFunction, string> {
  const mac = parseAddress(options, PF_MAC);
  const device = parseDevice(options);
  const number = parseNumber(options, PF_NUM, MAX_16);
  const controller = parseNumber(options, CONTROLLER, MAX_32);
  const vf = parseNumber(options, VF_NUM, MAX_16);
  const sf = parseNumber(options, SF_NUM, MAX_32);
  const hardwareAddress = parseAddress(options, HW_ADDR);
  if (!mac.ok) return mac;
  if (!device.ok) return device;
  if (mac.value === null && device.value === null) {
    return fail(`option ${PF_MAC} is missing: expected the MAC address of the PF, or ${PF_PCI}`);
  }
  if (!number.ok) return number;
  if (!controller.ok) return controller;
  if (!vf.ok) return vf;
  if (!sf.ok) return sf;
  if (!hardwareAddress.ok) return hardwareAddress;
  if (vf.value !== null && sf.value !== null) {
    return fail(
      `options ${VF_NUM} and ${SF_NUM} are both given: expected one of them, or neither for the PF`,
    );
  }
  const pf = { mac: mac.value, device: device.value, number: number.value, controller: controller.value };
  const wanted = functionOf(vf.value, sf.value);
  return ok({ pf, function: wanted, hardwareAddress: hardwareAddress.value });
}

function functionOf(vf: number | null, sf: number | null): PciFunction {
  if (vf !== null) return { kind: "vf", number: vf };
  return sf === null ? { kind: "pf" } : { kind: "sf", number: sf };
}

function parseNumber(options: Options, key: string, max: number): Result<number | null, string> {
  const text = options.get(key) ?? "";
  if (text === "") return ok(null);
  if (/^\d{1,10}$/.test(text) && Number(text) <= max) return ok(Number(text));
  return fail(`option ${key} is ${JSON.stringify(text)}: expected a whole number from 0 to ${max}`);
}

function parseAddress(options: Options, key: string): Result<string | null, string> {
  const text = options.get(key) ?? "";
  if (text === "") return ok(null);
  const mac = parseMac(text);
  if (mac !== null) return ok(mac);
  return fail(`option ${key} is ${JSON.stringify(text)}: expected a MAC address like 00:53:00:00:00:42`);
}

function parseDevice(options: Options): Result<string | null, string> {
  const text = options.get(PF_PCI) ?? "";
  if (text === "") return ok(null);
  const address = parsePciAddress(text);
  const device = address === null ? parseDevlinkDevice(text) : `pci/${address}`;
  if (device !== null) return ok(device);
  return fail(
    `option ${PF_PCI} is ${JSON.stringify(text)}: expected a devlink device like pci/0000:03:00.0, or its PCI address`,
  );
}

/** The name of a function for people, as "VF 3". */
export function nameOfFunction(wanted: PciFunction): string {
  return wanted.kind === "pf" ? "the PF itself" : `${wanted.kind.toUpperCase()} ${wanted.number}`;
}
