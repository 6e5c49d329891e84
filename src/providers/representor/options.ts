/** What a logical port's options ask of this provider: a PF by its MAC address, and one of its functions. */
import { parseMac } from "../../netlink/mac.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { ReadOption } from "../provider.ts";

export const PF_MAC = "vif-plug:representor:pf-mac";
export const VF_NUM = "vif-plug:representor:vf-num";
export const SF_NUM = "vif-plug:representor:sf-num";

export const READ_OPTIONS: readonly ReadOption[] = [
  { name: PF_MAC, meaning: "the MAC address of the function's PF; required" },
  { name: VF_NUM, meaning: "the number of the VF" },
  { name: SF_NUM, meaning: "the number of the sub-function; without this and the VF's, it is the PF" },
];

/** The kernel's own bounds: a VF's number has 16 bits, a sub-function's 32. */
const MAX_VF = 0xffff;
const MAX_SF = 0xffff_ffff;

export type PciFunction =
  | { readonly kind: "pf" }
  | { readonly kind: "vf"; readonly number: number }
  | { readonly kind: "sf"; readonly number: number };

export interface WantedFunction {
  readonly pfMac: string;
  readonly function: PciFunction;
}

/** The error is the reason that operators read. A number that is empty is one that is absent. */
export function parseOptions(options: ReadonlyMap<string, string>): Result<WantedFunction, string> {
  const mac = options.get(PF_MAC) ?? "";
  if (mac === "") return fail(`option ${PF_MAC} is missing: expected the MAC address of the PF`);
  const pfMac = parseMac(mac);
  if (pfMac === null) {
    return fail(`option ${PF_MAC} is ${JSON.stringify(mac)}: expected a MAC address like 00:53:00:00:00:42`);
  }
  const vf = parseNumber(options, VF_NUM, MAX_VF);
  if (!vf.ok) return vf;
  const sf = parseNumber(options, SF_NUM, MAX_SF);
  if (!sf.ok) return sf;
  if (vf.value !== null && sf.value !== null) {
    return fail(
      `options ${VF_NUM} and ${SF_NUM} are both given: expected one of them, or neither for the PF`,
    );
  }
  if (vf.value !== null) return ok({ pfMac, function: { kind: "vf", number: vf.value } });
  if (sf.value !== null) return ok({ pfMac, function: { kind: "sf", number: sf.value } });
  return ok({ pfMac, function: { kind: "pf" } });
}

function parseNumber(
  options: ReadonlyMap<string, string>,
  key: string,
  max: number,
): Result<number | null, string> {
  const text = options.get(key) ?? "";
  if (text === "") return ok(null);
  if (/^\d{1,10}$/.test(text) && Number(text) <= max) return ok(Number(text));
  return fail(`option ${key} is ${JSON.stringify(text)}: expected a whole number from 0 to ${max}`);
}

/** "VF 3". */
export function nameOfFunction(wanted: PciFunction): string {
  return wanted.kind === "pf" ? "the PF itself" : `${wanted.kind.toUpperCase()} ${wanted.number}`;
}
