/**
 * The file `/sys/class/net/UPLINK/smart_nic/pf/config`, in which older kernels of DPUs tell the MAC address that the host sees of
 * the PF behind an uplink.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseMac } from "../../netlink/mac.ts";

/** Reads the address; null: no such file, or no address in the file. @param root the folder that contains `sys` */
export function readSmartNic(root: string, uplink: string): string | null {
  try {
    return parseSmartNic(readFileSync(join(root, "sys/class/net", uplink, "smart_nic/pf/config"), "utf8"));
  } catch {
    return null;
  }
}

/** The address in the file's text: a line `MAC : 00:53:00:00:00:42` among others. */
export function parseSmartNic(text: string): string | null {
  const mac = parseMac(/^\s*MAC\s*:\s*(\S+)\s*$/im.exec(text)?.[1] ?? "");
  return mac === "00:00:00:00:00:00" ? null : mac;
}
