/** The provider over a kernel made of tables, as the daemon runs it. */

import type { NetlinkTransport } from "../../../../src/netlink/transport.ts";
import type { InterfaceView, PrepareInput, Provider } from "../../../../src/providers/provider.ts";
import type { RepresentorOptions } from "../../../../src/providers/representor/config.ts";
import { representorProvider } from "../../../../src/providers/representor/representor.ts";

const nothingThere = { smartNic: () => null, permanentAddress: () => null, parentOf: () => null };

/** Returns when it has read what the kernel knows. */
export async function startProvider(
  netlink: NetlinkTransport,
  options: Partial<RepresentorOptions> = {},
  log: (line: string) => void = () => {},
): Promise<Provider> {
  const machine = { netlink, lookUps: nothingThere, root: "/nonexistent" };
  const provider = representorProvider(options, machine);
  provider.init?.({ wake() {}, log: (level, text) => log(`${level}: ${text}`) }, {});
  await turn();
  provider.run?.();
  return provider;
}

/** Lets everything happen that waits for no timer. */
export async function turn(): Promise<void> {
  for (let times = 0; times < 40; times++) await Promise.resolve();
}

/** A question about a logical port. @param options without their prefix */
export function questionOf(
  lport: string,
  options: Readonly<Record<string, string>>,
  rest: { operation?: PrepareInput["operation"]; inPlace?: string | null; datapath?: string } = {},
): PrepareInput {
  const { operation = "create", inPlace = null, datapath = "" } = rest;
  const prefixed = Object.entries(options).map(
    ([key, value]) => [`vif-plug:representor:${key}`, value] as const,
  );
  return {
    operation,
    openVSwitch: { external_ids: new Map(), other_config: new Map() },
    bridge: { name: "br-int", datapath_type: datapath, other_config: new Map() },
    lport: { name: lport, options: new Map(prefixed) },
    interface: inPlace === null ? null : viewOf(inPlace),
  };
}

export function viewOf(name: string): InterfaceView {
  return { name, type: "", options: new Map() };
}
