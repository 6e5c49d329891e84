/** Output `southbound_target`: the address of the Southbound, from the configuration and the local database. */
import { isDeepStrictEqual } from "node:util";
import type { Uuid } from "ovsdb-jsonrpc";
import { unchanged, updated } from "../../graph/index.ts";
import type { SslRow } from "../rows.ts";
import type { PlugSettings } from "../settings.ts";
import { type SouthboundTarget, southboundTarget } from "../southbound-target.ts";
import type { Current } from "./input-nodes.ts";
import type { LocalChassis } from "./local-chassis-node.ts";

export const unknownTarget: SouthboundTarget = { kind: "unknown" };

export function findSouthbound({
  inputs,
  data,
}: {
  readonly inputs: {
    readonly settings: { readonly data: { readonly current: PlugSettings } };
    readonly localChassis: { readonly data: { readonly current: LocalChassis } };
    /** There is at most one row (ovs-vswitchd.conf.db(5)). */
    readonly ssl: { readonly data: ReadonlyMap<Uuid, SslRow> };
  };
  readonly data: Current<SouthboundTarget>;
}) {
  const { openVSwitch, chassis } = inputs.localChassis.data.current;
  const [ssl = null] = inputs.ssl.data.values();
  const settings = inputs.settings.data.current.southbound;
  const found =
    openVSwitch === null
      ? unknownTarget
      : southboundTarget(settings, openVSwitch.external_ids, chassis?.name ?? null, ssl);
  if (isDeepStrictEqual(found, data.current)) return unchanged;
  data.current = found;
  return updated;
}
