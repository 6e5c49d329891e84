/** The plan: the changes that `vifplugd run` would write now, as `vifplugd plan --json` prints them. A pure reading of statuses. */
import type { Change } from "../plug/change.ts";
import type { DesiredInterface, InterfaceEdit, MapEdit } from "../plug/desired.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import type { InterfaceRow } from "../plug/rows.ts";
import { VERSION } from "../version.ts";
import type { Plan, PlannedChange, PlannedEdit, PlannedInterface } from "./plan-shape.ts";
import { portStatus } from "./status.ts";

type Common = Pick<PlannedChange, "lport" | "type" | "reason">;

export function planOf(chassis: string | null, bridge: string, statuses: Iterable<LportStatus>): Plan {
  const sorted = [...statuses].sort((a, b) => (a.lport < b.lport ? -1 : 1));
  return {
    version: VERSION,
    chassis,
    bridge,
    changes: sorted.flatMap((status) => {
      const { lport, plugType: type, reason, change } = status;
      return change === null ? [] : [{ lport, type, reason, ...planned(change) }];
    }),
    ports: sorted.filter(({ change }) => change === null).map(portStatus),
  };
}

type Without<T> = T extends unknown ? Omit<T, keyof Common> : never;

function planned(change: Change): Without<PlannedChange> {
  switch (change.kind) {
    case "create":
      return { change: "create", ...newInterface(change.desired) };
    case "update":
      return {
        change: "update",
        interface: change.interface.name,
        from: change.adoption?.from ?? null,
        edits: editsOf(change.interface, change.edit),
      };
    case "remove":
      return { change: "remove", interface: change.interface.name };
    case "replug":
      return {
        change: "replug",
        replaces: change.leaves.name,
        ...newInterface(change.take.desired),
      };
  }
}

function newInterface({ wanted, mtuRequest }: DesiredInterface): PlannedInterface {
  const { name, type, options, otherConfig = {} } = wanted;
  return {
    interface: name,
    interface_type: type,
    options,
    other_config: otherConfig,
    mtu_request: mtuRequest,
  };
}

function editsOf(row: InterfaceRow, edit: InterfaceEdit): readonly PlannedEdit[] {
  const { type, mtuRequest, externalIds, options, otherConfig } = edit;
  return [
    ...(type === undefined ? [] : [{ column: "type", key: null, before: row.type, after: type }]),
    ...(mtuRequest === undefined
      ? []
      : [{ column: "mtu_request", key: null, before: row.mtu_request, after: mtuRequest }]),
    ...mapEdits("external_ids", row.external_ids, externalIds),
    ...mapEdits("options", row.options, options),
    ...mapEdits("other_config", row.other_config, otherConfig),
  ];
}

function mapEdits(
  column: string,
  current: ReadonlyMap<string, string>,
  edit: MapEdit | undefined,
): readonly PlannedEdit[] {
  if (edit === undefined) return [];
  const before = (key: string) => current.get(key) ?? null;
  return [
    ...Array.from(edit.set, ([key, after]) => ({ column, key, before: before(key), after })),
    ...edit.remove.map((key) => ({ column, key, before: before(key), after: null })),
  ];
}
