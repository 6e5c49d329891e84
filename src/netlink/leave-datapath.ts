/**
 * Takes a renamed network device out of the kernel's Open vSwitch datapath.
 *
 * ovs-vswitchd knows the ports of the datapath by name. After a rename it takes the device for removed, leaves the port in the
 * datapath, and cannot add the device under its new name: "File exists". Nothing in its database makes it remove the old port.
 *
 * The device is found by its index, because it may have another name again when the kernel answers.
 */

import { ok, type Result } from "../result.ts";
import type { NetlinkError } from "./error.ts";
import { findFamily } from "./generic.ts";
import { deleteVportRequest, OVS_VPORT_FAMILY, parseVport, vportDumpRequest } from "./ovs-vport.ts";
import { type NetlinkTransport, PROTOCOL } from "./transport.ts";

/**
 * @param datapath the index of the datapath's own network device
 * @returns whether a port was removed
 */
export async function leaveDatapath(
  netlink: NetlinkTransport,
  datapath: number,
  netdev: { readonly ifindex: number; readonly name: string },
): Promise<Result<boolean, NetlinkError>> {
  const family = await findFamily(netlink, OVS_VPORT_FAMILY);
  if (!family.ok) return family;
  const { id } = family.value;
  const dumped = await netlink.request(PROTOCOL.generic, vportDumpRequest(id, datapath));
  if (!dumped.ok) return dumped;
  for (const message of dumped.value) {
    const vport = parseVport(message);
    if (!vport.ok) return vport;
    const { number, name, ifindex } = vport.value;
    if (ifindex === null ? name !== netdev.name : ifindex !== netdev.ifindex) continue;
    const deleted = await netlink.request(PROTOCOL.generic, deleteVportRequest(id, datapath, number));
    return deleted.ok ? ok(true) : deleted;
  }
  return ok(false);
}
