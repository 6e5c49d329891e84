/**
 * The file in sysfs by which the kernels of older DPUs tell the host's address of the PF behind an uplink:
 * `/sys/class/net/UPLINK/smart_nic/pf/config`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseMac } from "../../netlink/mac.ts";

/** Null where there is no such file, or no address in it. @param root where `sys` is */
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
