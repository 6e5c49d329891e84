/**
 * Makes the operations of one transaction from changes (rule T1): plain data in, plain data out.
 *
 * Invariants: the transaction asserts the lock. `wait` operations check the basis of each change, and their cost does not grow
 * with the bridge. The ports of the bridge are edited, never compared or replaced. Every operation belongs to one logical
 * port, or to all.
 */
import { type NamedUuid, named, type Operation, operations, type Uuid } from "ovsdb-jsonrpc";
import { openVSwitch } from "../schemas/open_vswitch.gen.ts";
import type { Change, Create, Remove, Update } from "./change.ts";
import { lportOfChange } from "./change.ts";
import { idsOf, type MapEdit } from "./desired.ts";
import { IFACE_ID, OVN_PLUGGED } from "./observed-interface.ts";
import type { BridgeRef, InterfaceRow } from "./rows.ts";

export interface Transaction {
  readonly operations: readonly Operation[];
  /** The logical port of each operation; null: the operation is for the whole transaction. */
  readonly lports: readonly (string | null)[];
}

const build = operations(openVSwitch);

export function transactionOf(changes: readonly Change[], lock: string): Transaction {
  const draft = new Draft(lock);
  for (const change of changes) draft.add(change);
  return draft.finish();
}

interface BridgeEdit {
  readonly bridge: BridgeRef;
  readonly inserted: NamedUuid[];
  readonly deleted: Uuid[];
}

class Draft {
  readonly #operations: Operation[] = [];
  readonly #lports: (string | null)[] = [];
  readonly #bridges = new Map<Uuid, BridgeEdit>();
  #names = 0;

  constructor(lock: string) {
    this.#push(null, build.assert(lock));
  }

  add(change: Change): void {
    const lport = lportOfChange(change);
    switch (change.kind) {
      case "create":
        this.#create(lport, change);
        break;
      case "update":
        this.#update(lport, change);
        break;
      case "remove":
        this.#remove(lport, change);
        break;
      case "replug":
        if (change.remove !== null) this.#remove(lport, change.remove);
        this.add(change.take);
        break;
    }
  }

  finish(): Transaction {
    for (const { bridge, inserted, deleted } of this.#bridges.values()) {
      const where = [["_uuid", "==", bridge.uuid]] as const;
      // A deleted Bridge matches no row, and an edit of no row succeeds: so the Bridge is checked first.
      if (inserted.length > 0) {
        this.#push(null, build.wait("Bridge", where, ["name"], "==", [{ name: bridge.name }], 0));
      }
      if (deleted.length > 0) this.#push(null, build.mutate("Bridge", where, [["ports", "delete", deleted]]));
      if (inserted.length > 0)
        this.#push(null, build.mutate("Bridge", where, [["ports", "insert", inserted]]));
    }
    return { operations: this.#operations, lports: this.#lports };
  }

  #create(lport: string, { desired, bridge }: Create): void {
    const { name, type, options, otherConfig } = desired.wanted;
    const [port, iface] = [`port${++this.#names}`, `iface${this.#names}`];
    const row = {
      name,
      type,
      options: new Map(Object.entries(options)),
      external_ids: new Map(Object.entries(idsOf(desired))),
      ...(desired.mtuRequest === null ? {} : { mtu_request: desired.mtuRequest }),
      ...(otherConfig === undefined ? {} : { other_config: new Map(Object.entries(otherConfig)) }),
    };
    this.#push(lport, build.insert("Interface", row, iface));
    this.#push(lport, build.insert("Port", { name, interfaces: [named(iface)] }, port));
    this.#bridge(bridge).inserted.push(named(port));
  }

  #update(lport: string, { interface: current, edit }: Update): void {
    const where = [["_uuid", "==", current._uuid]] as const;
    this.#expect(lport, current);
    const { type, mtuRequest } = edit;
    if (type !== undefined || mtuRequest !== undefined) {
      const row = {
        ...(type === undefined ? {} : { type }),
        ...(mtuRequest === undefined ? {} : { mtu_request: mtuRequest }),
      };
      this.#push(lport, build.update("Interface", where, row));
    }
    const mutations = [
      ...mapMutations("external_ids", edit.externalIds),
      ...mapMutations("options", edit.options),
      ...mapMutations("other_config", edit.otherConfig),
    ];
    if (mutations.length > 0) this.#push(lport, build.mutate("Interface", where, mutations));
  }

  #remove(lport: string, { interface: current, port, bridge }: Remove): void {
    this.#expect(lport, current);
    const interfaces = [current._uuid];
    this.#push(
      lport,
      build.wait("Port", [["_uuid", "==", port._uuid]], ["interfaces"], "==", [{ interfaces }], 0),
    );
    this.#bridge(bridge).deleted.push(port._uuid);
  }

  /** Adds the check that the interface is still ours and unchanged. */
  #expect(lport: string, current: InterfaceRow): void {
    const { _uuid, name, type, options, other_config, mtu_request, external_ids } = current;
    const ours = new Map(
      [IFACE_ID, OVN_PLUGGED].flatMap((key): [string, string][] => {
        const value = external_ids.get(key);
        return value === undefined ? [] : [[key, value]];
      }),
    );
    this.#push(
      lport,
      build.wait(
        "Interface",
        [
          ["_uuid", "==", _uuid],
          ["external_ids", "includes", ours],
        ],
        ["name", "type", "options", "other_config", "mtu_request"],
        "==",
        [{ name, type, options, other_config, mtu_request }],
        0,
      ),
    );
  }

  #bridge(bridge: BridgeRef): BridgeEdit {
    const known = this.#bridges.get(bridge.uuid);
    if (known !== undefined) return known;
    const edit: BridgeEdit = { bridge, inserted: [], deleted: [] };
    this.#bridges.set(bridge.uuid, edit);
    return edit;
  }

  #push(lport: string | null, operation: Operation): void {
    this.#operations.push(operation);
    this.#lports.push(lport);
  }
}

/** `insert` does not change an existing key (RFC 7047 section 5.1), so a key to set is deleted first. */
function mapMutations<Column extends "external_ids" | "options" | "other_config">(
  column: Column,
  edit: MapEdit | undefined,
) {
  if (edit === undefined) return [];
  const stale = [...edit.remove, ...edit.set.keys()];
  const deletion = [column, "delete", stale] as const;
  return edit.set.size === 0 ? [deletion] : [deletion, [column, "insert", edit.set] as const];
}
