/** What the provider sees, read once from the kernel: for people who ask, also while no daemon runs. */
import { kernelTransport } from "../../netlink/kernel-transport.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { PfPin } from "./config.ts";
import { KernelPorts } from "./kernel-ports.ts";
import { type PortRow, PortTable } from "./port-table.ts";
import type { Machine } from "./representor.ts";
import { readSmartNic } from "./smart-nic.ts";

/** The error is for people to read. */
export function readPorts(
  pins: readonly PfPin[],
  warn: (message: string) => void,
  { netlink, root }: Machine = { netlink: kernelTransport(), root: "/" },
): Result<readonly PortRow[], string> {
  const table = new PortTable({
    addresses: { pins, smartNic: (uplink) => readSmartNic(root, uplink) },
    onNetdev() {},
    onRename() {},
  });
  const ports = new KernelPorts({ netlink, table, onChange() {}, log: (_, message) => warn(message) });
  const opened = ports.open();
  ports.close();
  return opened.ok ? ok(table.rows()) : fail(opened.error.message);
}
