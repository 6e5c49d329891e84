/**
 * Copies of the arguments for a provider that somebody else wrote and that runs inside this process. The types forbid changes
 * to the arguments, but JavaScript allows them: without copies, a provider that empties a map of its input would empty the
 * options of the row.
 *
 * Invariant: nobody but the provider has the objects that the provider gets.
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
