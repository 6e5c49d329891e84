/** The options of a logical port for this provider: exactly one property of the wanted network device. */
import { parseMac } from "../../netlink/mac.ts";
import { parsePciAddress } from "../../netlink/pci-address.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { ReadOption } from "../provider.ts";

export type Property = "name" | "altname" | "mac" | "pci";

const PREFIX = "vif-plug:netdev:";

const MEANINGS: Readonly<Record<Property, string>> = {
  name: "the name of the network device; exactly one of the four is required",
  altname: "an alternative name of the network device (ip link property)",
  mac: "the MAC address of the network device",
  pci: "the PCI address of the network device, as 0000:03:00.0",
};

const PROPERTIES = ["name", "altname", "mac", "pci"] as const;

export const READ_OPTIONS: readonly ReadOption[] = PROPERTIES.map((property) => ({
  name: `${PREFIX}${property}`,
  meaning: MEANINGS[property],
}));

export interface WantedDevice {
  readonly by: Property;
  /** The value in the kernel's notation. */
  readonly value: string;
}

/** An empty option counts as absent. The error is the reason that operators read. */
export function parseOptions(options: ReadonlyMap<string, string>): Result<WantedDevice, string> {
  const given = PROPERTIES.filter((property) => (options.get(`${PREFIX}${property}`) ?? "") !== "");
  const [by] = given;
  if (by === undefined || given.length > 1) {
    const names = PROPERTIES.map((property) => `${PREFIX}${property}`).join(", ");
    const found = given.length === 0 ? "none" : given.map((each) => `${PREFIX}${each}`).join(" and ");
    return fail(`expected exactly one of the options ${names}; there is ${found}`);
  }
  const text = options.get(`${PREFIX}${by}`) ?? "";
  const value = normal(by, text);
  if (value !== null) return ok({ by, value });
  const expected = by === "mac" ? "a MAC address like 00:53:00:00:00:42" : "a PCI address like 0000:03:00.0";
  return fail(`option ${PREFIX}${by} is ${JSON.stringify(text)}: expected ${expected}`);
}

function normal(by: Property, text: string): string | null {
  if (by === "mac") return parseMac(text);
  return by === "pci" ? parsePciAddress(text.replace(/^pci\//i, "")) : text;
}

/** "the network device with MAC address X". */
export function nameOfWanted({ by, value }: WantedDevice): string {
  const quoted = JSON.stringify(value);
  if (by === "name") return `network device ${quoted}`;
  if (by === "altname") return `network device with the alternative name ${quoted}`;
  return `network device with ${by === "mac" ? "MAC" : "PCI"} address ${value}`;
}
