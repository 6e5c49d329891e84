/**
 * The provider `representor`: plugs the network device that represents a function of a NIC, which it finds by the MAC
 * address of the function's PF and the function's number. README.md, beside this file, is for operators.
 *
 * Invariants: what it answers depends on the logical port's options, the interface in place and its tables only, and
 * answering changes nothing; it changes nothing of a network device that is not plugged for one of our logical ports.
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
