/**
 * Whether a change has come true: what a transaction of which the database did not say what became of it has left behind
 * (rule T5). Pure: the interfaces as they are now are all that is asked.
 */
import type { Change } from "./change.ts";
import { satisfies } from "./desired.ts";
import type { ObservedInterface } from "./observed-interface.ts";

/** @param interfaces every interface there is, by its name */
export function isDone(change: Change, interfaces: ReadonlyMap<string, ObservedInterface>): boolean {
  switch (change.kind) {
    case "create": {
      const observed = interfaces.get(change.desired.wanted.name);
      return observed?.isOwned === true && satisfies(observed.interface, change.desired);
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
      return (change.remove === null || isDone(change.remove, interfaces)) && isDone(change.take, interfaces);
  }
}
