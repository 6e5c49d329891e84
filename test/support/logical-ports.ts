/** Logical ports that are wanted on the chassis of a {@link PlugBench}. */
import type { PortBindingRow } from "../../src/plug/rows.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { PlugBench } from "./plug-bench.ts";
import { registryOf } from "./providers.ts";
import { uuid, wantedRow } from "./rows.ts";

export function wanted(
  lport: string,
  index: number,
  options: Readonly<Record<string, string>> = {},
): PortBindingRow {
  return wantedRow(options, { _uuid: uuid(0x100000 + index), logical_port: lport });
}

/** A started chassis with these logical ports plugged, and nothing left to do. */
export function benchWith(
  provider: Provider,
  names: readonly string[],
  ...others: readonly Provider[]
): PlugBench {
  const bench = PlugBench.started(registryOf(provider, ...others));
  for (const [index, lport] of names.entries()) bench.set("portBinding", wanted(lport, index));
  bench.run();
  bench.commit();
  return bench;
}
