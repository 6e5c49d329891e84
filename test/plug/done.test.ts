// Whether a change has come true, from the interfaces as they are.
import { expect, test } from "bun:test";
import type { Change, Remove, Target } from "../../src/plug/change.ts";
import { isDone } from "../../src/plug/done.ts";
import type { InterfaceRow } from "../../src/plug/rows.ts";
import { classify } from "../../src/plug/vif.ts";
import { BRIDGE, map, pluggedRow, portRow, uuid } from "../support/rows.ts";

const bridge = { uuid: BRIDGE, name: "br-int" };
const target: Target = {
  lport: "a",
  plugType: "dummy",
  wanted: { name: "a", type: "internal", options: { x: "1" } },
  maintainedOptions: new Set(["y"]),
  mtuRequest: null,
};
const wanted = (columns: Partial<InterfaceRow> = {}) =>
  pluggedRow("a", { options: map({ x: "1" }), ...columns });

/** The interfaces, each in a port of its own on the bridge. */
function vifs(...rows: readonly InterfaceRow[]) {
  return new Map(
    rows.map((row, index) => {
      const port = portRow({ _uuid: uuid(0x7000 + index), interfaces: new Set([row._uuid]) });
      return [row.name, classify(row, port, { name: "br-int", ports: new Set([port._uuid]) })];
    }),
  );
}

function removalOf(row: InterfaceRow): Remove {
  return { kind: "remove", lport: "a", plugType: "dummy", bridge, interface: row, port: portRow() };
}

const old = pluggedRow("a", { _uuid: uuid(1), name: "old" });
const create: Change = { kind: "create", target, bridge };
const update: Change = {
  kind: "update",
  target,
  interface: wanted({ type: "tap" }),
  edit: { type: "internal" },
};
const replug: Change = { kind: "replug", remove: removalOf(old), create: { kind: "create", target, bridge } };

test.each<[string, Change, ReturnType<typeof vifs>, boolean]>([
  ["a creation whose interface is there", create, vifs(wanted()), true],
  ["a creation whose interface is not there", create, vifs(), false],
  ["a creation of which somebody else has the name", create, vifs(wanted({ external_ids: map() })), false],
  [
    "a creation whose interface has another option",
    create,
    vifs(wanted({ options: map({ x: "2" }) })),
    false,
  ],
  ["an update that is there", update, vifs(wanted()), true],
  [
    "an update whose maintained option is still there",
    update,
    vifs(wanted({ options: map({ x: "1", y: "2" }) })),
    false,
  ],
  ["an update whose interface was made anew", update, vifs(wanted({ _uuid: uuid(2) })), false],
  ["an update whose interface is gone", update, vifs(), false],
  ["a removal whose interface is gone", removalOf(old), vifs(), true],
  ["a removal whose interface is there", removalOf(old), vifs(old), false],
  ["a removal after which another bears the name", removalOf(old), vifs({ ...old, _uuid: uuid(2) }), true],
  ["a replug of which both halves are there", replug, vifs(wanted()), true],
  ["a replug whose old interface is still there", replug, vifs(wanted(), old), false],
  ["a replug whose new interface is not there", replug, vifs(), false],
])("%s", (_, change, there, expected) => {
  expect(isDone(change, there)).toBe(expected);
});
