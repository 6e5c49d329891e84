/**
 * Whether a change was committed whose outcome the database did not tell (rule T5). Pure functions of the interfaces and
 * bridges as they are now.
 */
import type { Uuid } from "ovsdb-jsonrpc";
import type { Change } from "./change.ts";
import { satisfies } from "./desired.ts";
import type { ObservedInterface } from "./observed-interface.ts";
import type { BridgeRow } from "./rows.ts";

/** The rows of the local database. */
export interface Present {
  /** By name. */
  readonly interfaces: ReadonlyMap<string, ObservedInterface>;
  readonly bridges: ReadonlyMap<Uuid, Pick<BridgeRow, "ports">>;
}

export function isDone(change: Change, present: Present): boolean {
  const { interfaces, bridges } = present;
  switch (change.kind) {
    case "create": {
      const observed = interfaces.get(change.desired.wanted.name);
      // On the bridge that the change was for: the integration bridge may be another one by now.
      const port = observed?.port;
      const isThere = port?.interfaces.size === 1 && bridges.get(change.bridge.uuid)?.ports.has(port._uuid);
      return observed !== undefined && isThere === true && satisfies(observed.interface, change.desired);
    }
    case "update": {
      const observed = interfaces.get(change.interface.name);
      return (
        observed?.interface._uuid === change.interface._uuid && satisfies(observed.interface, change.desired)
      );
    }
    case "remove":
      return interfaces.get(change.interface.name)?.interface._uuid !== change.interface._uuid;
    case "replug":
      return (change.remove === null || isDone(change.remove, present)) && isDone(change.take, present);
  }
}
