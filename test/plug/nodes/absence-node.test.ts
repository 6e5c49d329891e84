// What the node brings together before it decides about a port whose port binding is not in view (absence.ts decides).
import { describe, expect, test } from "bun:test";
import type { Absence, Departure } from "../../../src/plug/absence.ts";
import { makeLport } from "../../../src/plug/lport.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { absenceNode } from "../../../src/plug/nodes/absence-node.ts";
import { type LocalChassis, unknownChassis } from "../../../src/plug/nodes/local-chassis-node.ts";
import { classify } from "../../../src/plug/observed-interface.ts";
import { bridgeRow, chassisRow, pluggedRow, portRow, wantedRow } from "../../support/rows.ts";
import { cause, holding } from "../support/by-hand.ts";

const here = { name: "hv1", record: chassisRow() };
const lport = makeLport("lsp1", null, [classify(pluggedRow(), portRow(), bridgeRow())]);
const departed: Departure = { serial: 1, row: wantedRow(), view: 7, reply: null };

interface Situation {
  readonly local?: Partial<LocalChassis>;
  readonly view?: number;
  readonly isActive?: boolean;
  readonly departed?: readonly string[];
}

/** Everything is known, and the port binding of `lsp1` has left the view that there is. */
function inputsOf({ local, isActive = true, departed: names = ["lsp1"], ...southbound }: Situation) {
  const acknowledged = MonitorScope.of(here, new Set());
  return {
    activity: holding(isActive ? null : ({ code: "lock", reason: "another one holds the lock" } as const)),
    localChassis: holding({ ...unknownChassis, chassis: here, northdHasWritten: true, ...local }),
    southbound: holding({ synced: true, acknowledged, view: 7, ...southbound }),
    lport: { data: { byName: new Map([["lsp1", lport]]) } },
    departure: { data: new Map(names.map((name) => [name, departed])) },
  };
}

const decided = (situation: Situation): Absence | undefined =>
  absenceNode.deciding(inputsOf(situation))("lsp1", lport);

describe("a port whose port binding has left the view", () => {
  test("is asked for by the row that left", () => {
    expect(decided({})).toEqual({ kind: "asked", serial: 1, uuid: departed.row._uuid });
  });

  test.each<[string, Situation, Absence["kind"]]>([
    ["it waits while this daemon may not write", { isActive: false }, "waiting"],
    [
      "only its name is certain while something has to be known first (U3)",
      { local: { northdHasWritten: false } },
      "by-name",
    ],
    ["only its name is certain where this chassis has no name", { local: { chassis: null } }, "by-name"],
    ["only its name is certain in another view", { view: 8 }, "by-name"],
    ["only its name is certain where no row of it has left", { departed: ["another"] }, "by-name"],
  ])("%s", (_, situation, kind) => {
    expect(decided(situation)?.kind).toBe(kind);
  });

  test("is not asked for in a view that is just changing", () => {
    const inputs = inputsOf({});
    const acknowledged = MonitorScope.of(here, new Set());
    const changing = { ...inputs, southbound: holding({ synced: true, acknowledged, view: null }) };
    const unknown = { ...inputs, southbound: holding({ synced: true, acknowledged }) };
    for (const one of [changing, unknown])
      expect(absenceNode.deciding(one)("lsp1", lport)?.kind).toBe("by-name");
  });
});

test("what is known of the Southbound, and whether we may write, bears on every port whose row has left", () => {
  const inputs = inputsOf({ departed: ["lsp1", "lsp2"] });
  for (const concerned of [absenceNode.concerned.activity, absenceNode.concerned.southbound]) {
    expect([...concerned({ inputs, cause })]).toEqual([
      ["lsp1", cause],
      ["lsp2", cause],
    ]);
  }
});

test("what is decided as before says the same", () => {
  const [one, other] = [decided({}), decided({})];
  if (one === undefined || other === undefined) throw new Error("nothing is decided");
  expect([one === other, absenceNode.same(one, other)]).toEqual([false, true]);
});

test("every logical port that there is may be absent", () => {
  expect([...absenceNode.over(inputsOf({})).keys()]).toEqual(["lsp1"]);
});
