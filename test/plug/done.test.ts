// Whether a change has come true, from the interfaces as they are.
import { expect, test } from "bun:test";
import type { Uuid } from "ovsdb-jsonrpc";
import type { Change, Remove } from "../../src/plug/change.ts";
import type { DesiredInterface } from "../../src/plug/desired.ts";
import { isDone, type Present } from "../../src/plug/done.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import type { InterfaceRow } from "../../src/plug/rows.ts";
import { BRIDGE, map, pluggedRow, portRow, uuid } from "../support/rows.ts";

const bridge = { uuid: BRIDGE, name: "br-int" };
const desired: DesiredInterface = {
  lport: "a",
  plugType: "dummy",
  wanted: { name: "a", type: "internal", options: { x: "1" } },
  maintainedOptions: new Set(["y"]),
  mtuRequest: null,
  ifaceIdVer: null,
};
const wanted = (columns: Partial<InterfaceRow> = {}) =>
  pluggedRow("a", { options: map({ x: "1" }), ...columns });

interface Place {
  /** Its name; the integration bridge unless given. */
  readonly integration?: string;
  /** On which the ports are. */
  readonly on?: Uuid;
}

/** The interfaces, each in a port of its own on the bridge. */
function interfaces(...rows: readonly InterfaceRow[]): Present {
  return placed({}, ...rows);
}

function placed({ integration = "br-int", on = BRIDGE }: Place, ...rows: readonly InterfaceRow[]): Present {
  const ports = rows.map((row, index) =>
    portRow({ _uuid: uuid(0x7000 + index), interfaces: new Set([row._uuid]) }),
  );
  const uuids = new Set(ports.map(({ _uuid }) => _uuid));
  // Only ports of the integration bridge are ours.
  const own = { name: "br-int", ports: integration === "br-int" && on === BRIDGE ? uuids : new Set<Uuid>() };
  return {
    interfaces: new Map(rows.map((row, index) => [row.name, classify(row, ports[index], own)])),
    bridges: new Map([[on, { ports: uuids }]]),
  };
}

function removalOf(row: InterfaceRow): Remove {
  return { kind: "remove", lport: "a", plugType: "dummy", bridge, interface: row, port: portRow() };
}

const old = pluggedRow("a", { _uuid: uuid(1), name: "old" });
const create: Change = { kind: "create", desired, bridge };
const update: Change = {
  kind: "update",
  desired,
  interface: wanted({ type: "tap" }),
  edit: { type: "internal" },
};
const replug: Change = {
  kind: "replug",
  leaves: old,
  remove: removalOf(old),
  take: { kind: "create", desired, bridge },
};

test.each<[string, Change, Present, boolean]>([
  ["a creation whose interface is there", create, interfaces(wanted()), true],
  ["a creation whose interface is not there", create, interfaces(), false],
  [
    "a creation of which somebody else has the name",
    create,
    interfaces(wanted({ external_ids: map() })),
    false,
  ],
  [
    "a creation whose interface has another option",
    create,
    interfaces(wanted({ options: map({ x: "2" }) })),
    false,
  ],
  [
    "a creation on a bridge that is the integration bridge no more",
    create,
    placed({ integration: "br-other" }, wanted()),
    true,
  ],
  ["a creation of which another bridge has the like", create, placed({ on: uuid(0x99) }, wanted()), false],
  ["an update that is there", update, interfaces(wanted()), true],
  [
    "an update whose maintained option is still there",
    update,
    interfaces(wanted({ options: map({ x: "1", y: "2" }) })),
    false,
  ],
  ["an update whose interface was made anew", update, interfaces(wanted({ _uuid: uuid(2) })), false],
  ["an update whose interface is gone", update, interfaces(), false],
  ["a removal whose interface is gone", removalOf(old), interfaces(), true],
  ["a removal whose interface is there", removalOf(old), interfaces(old), false],
  [
    "a removal after which another bears the name",
    removalOf(old),
    interfaces({ ...old, _uuid: uuid(2) }),
    true,
  ],
  ["a replug of which both halves are there", replug, interfaces(wanted()), true],
  ["a replug whose old interface is still there", replug, interfaces(wanted(), old), false],
  ["a replug whose new interface is not there", replug, interfaces(), false],
  [
    "a replug that leaves its old interface to another port",
    { ...replug, remove: null },
    interfaces(wanted(), old),
    true,
  ],
])("%s", (_, change, there, expected) => {
  expect(isDone(change, there)).toBe(expected);
});
