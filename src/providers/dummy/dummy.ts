/**
 * The `dummy` provider: plugs an internal interface named after the logical port. The provider is always ready, because it needs
 * no device. It exists to try OVN's plugging, and vifplugd, on a machine without any special NIC.
 */
import { defineProvider } from "../module.ts";
import type { Provider } from "../provider.ts";

const OPTION = "vif-plug-dummy-option";
const NAME_BYTES = 15;

export const dummy = defineProvider({
  type: "dummy",
  summary: "an internal interface named after the logical port, to try plugging without any device",
  reads: [],
  keys: {},
  create: dummyProvider,
});

export function dummyProvider(): Provider {
  return {
    type: dummy.type,
    maintainedOptions: [OPTION],
    prepare({ operation, lport }) {
      if (operation === "remove") return { ready: true };
      return {
        ready: true,
        interface: {
          name: cut(lport.name),
          type: "internal",
          options: { [OPTION]: "value" },
        },
      };
    },
  };
}

/** The whole characters that fit into the kernel's limit, in bytes. */
function cut(name: string): string {
  if (Buffer.byteLength(name) <= NAME_BYTES) return name;
  let cut = "";
  for (const character of name) {
    if (Buffer.byteLength(cut + character) > NAME_BYTES) break;
    cut += character;
  }
  return cut;
}
