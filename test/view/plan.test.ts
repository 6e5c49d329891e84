// A plan as data and as text: every kind of change, and the ports that stay as they are.
import { describe, expect, test } from "bun:test";
import type { Change } from "../../src/plug/change.ts";
import type { LportStatus } from "../../src/plug/lport-status.ts";
import { consult, type Question } from "../../src/plug/question.ts";
import { showPlan, summarizePlan } from "../../src/terminal/show-plan.ts";
import { planOf } from "../../src/view/plan.ts";
import { faultsOf } from "../support/json-output.ts";
import { recordedProvider, registered } from "../support/providers.ts";
import { bridgeRow, interfaceRow, openVSwitchRow, portRow, uuid } from "../support/rows.ts";

const bridge = { uuid: uuid(1), name: "br-int" };

function status(lport: string, change: Change | null, more: Partial<LportStatus> = {}): LportStatus {
  return {
    lport,
    plugType: "dummy",
    state: change === null ? "plugged" : "pending",
    interface: lport,
    reason: null,
    change,
    retry: false,
    setbacks: 0,
    tries: 0,
    ...more,
  };
}

const desired = (lport: string, name = lport) => ({
  lport,
  plugType: "dummy",
  wanted: { name, type: "internal", options: { colour: "red" }, otherConfig: { size: "1" } },
  maintainedOptions: new Set<string>(),
  mtuRequest: 1400,
  ifaceIdVer: null,
});

const remove = (lport: string, name = lport) => ({
  kind: "remove" as const,
  lport,
  plugType: "dummy",
  bridge,
  interface: interfaceRow({ name }),
  port: portRow({ name }),
});

const statuses: readonly LportStatus[] = [
  status("d", remove("d"), { reason: "its port binding is gone" }),
  status("a", { kind: "create", desired: desired("a"), bridge }),
  status("b", {
    kind: "update",
    desired: desired("b"),
    interface: interfaceRow({ name: "b", type: "", mtu_request: 1500, options: new Map([["old", "1"]]) }),
    edit: {
      type: "internal",
      mtuRequest: 1400,
      options: { set: new Map([["colour", "red"]]), remove: ["old"] },
    },
  }),
  status("c", {
    kind: "replug",
    leaves: remove("c", "c0").interface,
    remove: remove("c", "c0"),
    take: { kind: "create", desired: desired("c", "c1"), bridge },
  }),
  status("e", null),
  status("f", null, { state: "foreign", reason: "interface f is somebody else's" }),
];

test("everything is told, in the order of the logical ports' names", () => {
  const plan = planOf("hv1", "br-int", statuses);
  expect(plan.changes.map(({ lport, change }) => [lport, change])).toEqual([
    ["a", "create"],
    ["b", "update"],
    ["c", "replug"],
    ["d", "remove"],
  ]);
  expect(plan.changes[1]).toMatchObject({
    interface: "b",
    from: null,
    edits: [
      { column: "type", key: null, before: "", after: "internal" },
      { column: "mtu_request", key: null, before: 1500, after: 1400 },
      { column: "options", key: "colour", before: null, after: "red" },
      { column: "options", key: "old", before: "1", after: null },
    ],
  });
  expect(plan.changes[2]).toMatchObject({ replaces: "c0", interface: "c1", mtu_request: 1400 });
  expect(plan.ports.map(({ lport }) => lport)).toEqual(["e", "f"]);
  expect(showPlan(plan)).toBe(`+ a: plug interface a (dummy)
      type="internal"
      mtu_request=1400
      options:colour=red
      other_config:size=1
~ b: update interface b
      type: "" -> "internal"
      mtu_request: 1500 -> 1400
      options:colour: (absent) -> "red"
      options:old: "1" -> (absent)
± c: replace interface c0 by c1 (dummy)
      type="internal"
      mtu_request=1400
      options:colour=red
      other_config:size=1
- d: unplug interface d: its port binding is gone

! f: foreign: interface f is somebody else's

chassis hv1, bridge br-int: 4 changes, 1 port in place
`);
});

describe("an interface that is taken over", () => {
  const question: Question = {
    lport: "old",
    plugType: "dummy",
    operation: "remove",
    provider: registered(recordedProvider("dummy").provider),
    options: null,
    interface: interfaceRow({ name: "eth7" }),
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    lookup: 0,
  };
  const adopted = status(
    "new",
    {
      kind: "update",
      desired: desired("new", "eth7"),
      interface: interfaceRow({ name: "eth7" }),
      edit: { externalIds: { set: new Map([["iface-id", "new"]]), remove: [] } },
      adoption: { from: "old", leaving: consult(question) },
    },
    { reason: "taken over from logical port old" },
  );

  test("says from whom", () => {
    const plan = planOf("hv1", "br-int", [adopted]);
    expect(plan.changes[0]).toMatchObject({ change: "update", from: "old" });
    expect(showPlan(plan)).toStartWith(
      "~ new: adopt interface eth7: taken over from logical port old\n      external_ids:iface-id: ",
    );
    expect(summarizePlan(plan)).toBe("hv1: 1 change (1 to update), 0 ports in place");
  });
});

test("with nothing to do it is one line", () => {
  expect(showPlan(planOf("hv1", "br-int", [status("e", null)]))).toBe(
    "chassis hv1, bridge br-int: 0 changes, 1 port in place\n",
  );
  expect(showPlan(planOf(null, "br-int", []))).toStartWith("chassis (no name), ");
});

test("in one line it counts what is in place and what is in trouble", () => {
  const waiting = status("w", null, { state: "waiting", reason: "no device" });
  expect(summarizePlan(planOf("hv1", "br-int", [status("e", null), waiting]))).toBe(
    "hv1: 0 changes, 1 port in place, 1 port in trouble",
  );
});

test("in one line a port in place that does not work is in trouble, as status says; one that hands over is not", () => {
  const down = (lport: string) => status(lport, null, { reason: `network device ${lport} is down` });
  const handsOver = status("h", null, {
    state: "pending",
    reason: "logical port n takes its interface over",
  });
  expect(summarizePlan(planOf("hv1", "br-int", [down("d"), down("f"), handsOver, status("e", null)]))).toBe(
    "hv1: 0 changes, 3 ports in place, 2 ports in trouble",
  );
});

test("in colours the state of a port is painted, and not the same word in its name", () => {
  const named = status("error-1", null, { state: "error", reason: "no such device" });
  const shown = showPlan(planOf("hv1", "br-int", [named]), { width: 80, colour: true });
  expect(shown).toStartWith("! error-1: \x1b[31merror\x1b[0m: no such device\n");
});

test("what is said of a port with a long name keeps to the width of the terminal", () => {
  const lport = `namespace_${"pod".repeat(40)}`;
  const reason =
    "interface eth0 is plugged for logical port other, and stays there as long as that port is wanted";
  const plan = planOf("hv1", "br-int", [
    status(lport, { kind: "create", desired: desired(lport, "eth0"), bridge }, { reason }),
    status(`${lport}2`, null, { state: "conflict", reason }),
  ]);
  for (const colour of [false, true]) {
    const lines = showPlan(plan, { width: 80, colour }).split("\n");
    expect(lines.filter((line) => Bun.stringWidth(line) > 80)).toEqual([
      expect.stringContaining(`${lport}:`),
      expect.stringContaining(`${lport}2:`),
    ]);
    expect(lines.some((line) => line.includes(colour ? "  \x1b[31mconflict\x1b[0m: " : "  conflict: "))).toBe(
      true,
    );
  }
});

test("every kind of change is as the JSON Schema says", () => {
  const plan = planOf("hv1", "br-int", statuses);
  expect(new Set(plan.changes.map(({ change }) => change)).size).toBe(4);
  expect(faultsOf("plan", JSON.parse(JSON.stringify(plan)))).toEqual([]);
});
