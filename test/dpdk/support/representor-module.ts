/**
 * The provider `representor` with `userspace: dpdk` as a module of one's own, over a kernel that shows the NIC of a file
 * (test/providers/representor/nics has such files), which may change: so the daemon and Open vSwitch are what they are, and
 * only the NIC is not there.
 */
import { readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import type { Provider } from "../../../src/providers/provider.ts";
import { representorProvider } from "../../../src/providers/representor/representor.ts";
import { machineWith } from "../../providers/representor/support/ask-nic.ts";
import { parseTable } from "../../providers/representor/support/nic-table.ts";

let inner: Provider | null = null;
let stopWatching = () => {};

const nic: Provider = {
  type: "nic",
  maintainedOptions: ["dpdk-devargs"],
  init(host, options) {
    const file = String(options.file);
    const read = () => parseTable(readFileSync(file, "utf8"));
    const machine = machineWith(read());
    const watcher = watch(dirname(file), () => {
      const { netlink } = machineWith(read());
      for (const [name, port] of machine.netlink.ports)
        if (!netlink.ports.has(name)) machine.netlink.removePort(port);
      for (const ifindex of machine.netlink.links.keys()) {
        if (!netlink.links.has(ifindex)) machine.netlink.removeLink(ifindex);
      }
      for (const link of netlink.links.values()) machine.netlink.setLink(link);
      for (const port of netlink.ports.values()) machine.netlink.setPort(port);
    });
    stopWatching = () => watcher.close();
    inner = representorProvider({ userspace: "dpdk" }, machine);
    inner.init?.(host, {});
  },
  destroy() {
    stopWatching();
    inner?.destroy?.();
  },
  run: () => inner?.run?.() ?? false,
  prepare: (input) => inner?.prepare(input) ?? { ready: false, reason: "it has not begun" },
  arrange: (input) => inner?.arrange?.(input),
  finish: (input, output) => inner?.finish?.(input, output),
  release: (input, output) => inner?.release?.(input, output),
};

export default nic;
