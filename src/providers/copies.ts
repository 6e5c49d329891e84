/**
 * What is handed to a provider that is not vifplugd's and runs inside this process: copies. The types say that nothing of it
 * may be changed, and JavaScript lets everybody do it: a provider that empties a map of its own input would otherwise take
 * the options away from the rows themselves.
 *
 * Invariant: whatever a provider does to what it was given, nobody else has it.
 */
import type { PrepareInput, TidyInput, WantedInterface } from "./provider.ts";

export function copyOfInput({
  operation,
  openVSwitch: { external_ids, other_config },
  bridge,
  lport,
  interface: current,
}: PrepareInput): PrepareInput {
  return {
    operation,
    openVSwitch: { external_ids: new Map(external_ids), other_config: new Map(other_config) },
    bridge: {
      name: bridge.name,
      datapath_type: bridge.datapath_type,
      other_config: new Map(bridge.other_config),
    },
    lport: { name: lport.name, options: new Map(lport.options) },
    interface:
      current === null ? null : { name: current.name, type: current.type, options: new Map(current.options) },
  };
}

export function copyOfOutput(output: WantedInterface | null): WantedInterface | null {
  if (output === null) return null;
  const { otherConfig } = output;
  return {
    ...output,
    options: { ...output.options },
    ...(otherConfig === undefined ? {} : { otherConfig: { ...otherConfig } }),
  };
}

export function copyOfAround({ asked, owned }: TidyInput): TidyInput {
  return { asked: asked.map(copyOfInput), owned: new Set(owned) };
}
