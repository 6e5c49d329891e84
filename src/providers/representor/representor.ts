/**
 * The provider `representor`: plugs the network device that represents a function of a NIC. The provider finds the device by the
 * MAC address of the PF and the number of the function. README.md, beside this file, is for operators.
 *
 * Invariants: an answer depends only on the options of the logical port, the interface in place and the provider's tables, and
 * `prepare` changes nothing. The provider changes only network devices that are plugged for our logical ports.
 */
import { defineProvider } from "../module.ts";
import type { Provider } from "../provider.ts";
import { type RepresentorOptions, representorKeys } from "./config.ts";
import { DPDK_DEVARGS } from "./dpdk.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { READ_OPTIONS } from "./options.ts";
import { Running } from "./running.ts";

export const representor = defineProvider({
  type: "representor",
  summary: "the network device that represents a function of a NIC",
  reads: READ_OPTIONS,
  keys: representorKeys,
  create: (options) => representorProvider(options, thisMachine()),
});

export function representorProvider(options: Partial<RepresentorOptions>, machine: Machine): Provider {
  let running: Running | null = null;
  return {
    type: representor.type,
    maintainedOptions: [DPDK_DEVARGS],
    init(host) {
      running = new Running(options, machine, host);
      running.start();
    },
    destroy() {
      running?.stop();
      running = null;
    },
    run: () => running?.takeChange() ?? false,
    prepare: (input) => running?.prepare(input) ?? { ready: false, reason: "the provider is not running" },
    arrange: (input) => running?.arrange(input),
    tidy: (around) => running?.tidy(around) ?? true,
    finish: (input, output) => running?.finish(input, output),
    release: (input, output) => running?.release(input, output),
  };
}
