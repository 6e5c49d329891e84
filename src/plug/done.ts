/**
 * Whether a change has come true: what a transaction of which the database did not say what became of it has left behind
 * (rule T5). Pure: the interfaces as they are now are all that is asked.
 */
import { type Change, isInPlace } from "./change.ts";
import type { Vif } from "./vif.ts";

/** @param vifs every interface there is, by its name */
export function isDone(change: Change, vifs: ReadonlyMap<string, Vif>): boolean {
  switch (change.kind) {
    case "create": {
      const vif = vifs.get(change.target.wanted.name);
      return vif?.owned === true && isInPlace(vif.interface, change.target);
    }
    case "update": {
      const vif = vifs.get(change.interface.name);
      return vif?.interface._uuid === change.interface._uuid && isInPlace(vif.interface, change.target);
    }
    case "remove":
      return vifs.get(change.interface.name)?.interface._uuid !== change.interface._uuid;
    case "replug":
      return isDone(change.remove, vifs) && isDone(change.create, vifs);
  }
}
