// Which logical ports are asked for by name, and when that becomes another set.
import { describe, expect, test } from "bun:test";
import type { Absence } from "../../../src/plug/absence.ts";
import { type ChassisIdentity, type Lport, makeLport } from "../../../src/plug/lport.ts";
import { MonitorScope } from "../../../src/plug/monitor-scope.ts";
import { unknownChassis } from "../../../src/plug/nodes/local-chassis-node.ts";
import {
  decideMonitorScope,
  type MonitorScopeData,
  monitorNothing,
  monitorScopeAbsenceHandler,
  monitorScopeLportHandler,
} from "../../../src/plug/nodes/monitor-scope-node.ts";
import { classify } from "../../../src/plug/observed-interface.ts";
import type { PortBindingRow } from "../../../src/plug/rows.ts";
import {
  bindingRow,
  bridgeRow,
  chassisRow,
  pluggedRow,
  portRow,
  uuid,
  wantedRow,
} from "../../support/rows.ts";
import { changesOf, holding } from "../support/by-hand.ts";

const here: ChassisIdentity = { name: "hv1", record: chassisRow() };
const plugged = classify(pluggedRow(), portRow(), bridgeRow());
const foreign = classify(
  pluggedRow("lsp1", { external_ids: new Map([["iface-id", "x"]]) }),
  portRow(),
  bridgeRow(),
);

function lport(name: string, binding: PortBindingRow | null, ...interfaces: readonly (typeof plugged)[]) {
  return [name, makeLport(name, binding, interfaces)] as const;
}

const asked: Absence = { kind: "asked", serial: 1, uuid: uuid(1) };

interface Situation {
  readonly lports?: readonly (readonly [string, Lport])[];
  readonly absence?: Readonly<Record<string, Absence>>;
  readonly chassis?: ChassisIdentity | null;
  readonly synced?: boolean;
  readonly acknowledged?: MonitorScope | null;
}

function inputsOf({ lports = [], absence = {}, chassis = here, synced = true, ...rest }: Situation) {
  const { acknowledged = MonitorScope.of(chassis, new Set()) } = rest;
  return {
    localChassis: holding({ ...unknownChassis, chassis }),
    southbound: holding({ synced, acknowledged }),
    lport: { data: { byName: new Map(lports) } },
    absence: { data: new Map(Object.entries(absence)) },
  };
}

const lportsOf = ({ current }: MonitorScopeData) => [...current.lports].sort();

/** `gone` is plugged and not in view, and needs its name; the others do not. */
const lports = [
  lport("gone", null, plugged),
  lport("in view", wantedRow(), plugged),
  lport("elsewhere", bindingRow({ options: new Map([["requested-chassis", "hv9"]]) }), plugged),
  lport("unplugged", null, foreign),
  lport("asked by row", null, plugged),
];
const absence = { "asked by row": asked, gone: { kind: "by-name" } } as const;

describe("what is to be monitored", () => {
  function decided(situation: Situation, data = monitorNothing()) {
    const { kind } = decideMonitorScope({ inputs: inputsOf(situation), data });
    return { kind, data };
  }

  test("is what is for the chassis, and by name what is plugged and would not come into view otherwise", () => {
    const { kind, data } = decided({ lports, absence });
    expect([kind, lportsOf(data)]).toEqual(["updated", ["elsewhere", "gone"]]);
    expect(data.current.sameChassis(MonitorScope.of(here, new Set()))).toBe(true);
  });

  test.each<[string, Situation]>([
    ["the Southbound is not in sync", { synced: false }],
    ["nothing is acknowledged", { acknowledged: null }],
    [
      "what is acknowledged is for another row of the chassis",
      { acknowledged: MonitorScope.of({ ...here, record: null }, new Set()) },
    ],
  ])("asks for nobody by name while %s", (_, situation) => {
    const { data } = decided({ lports, absence, ...situation });
    expect(lportsOf(data)).toEqual([]);
    expect(data.current.sameChassis(MonitorScope.of(here, new Set()))).toBe(true);
  });

  test("is nothing while this chassis has no name", () => {
    const { kind, data } = decided({ lports, absence, chassis: null });
    expect([kind, lportsOf(data)]).toEqual(["unchanged", []]);
  });

  test("stays the very object that it was while nothing of it is another", () => {
    const first = decided({ lports, absence }).data;
    const { current } = first;
    expect(decided({ lports, absence }, first).kind).toBe("unchanged");
    expect(first.current === current).toBe(true);
  });

  test("is another where a name comes, goes, or takes another's place, and where the chassis is another", () => {
    const others: readonly Situation[] = [
      { lports: lports.slice(0, 1) },
      { lports: [...lports, lport("too", null, plugged)] },
      { lports: [lport("gone", null, plugged), lport("too", null, plugged)] },
      { lports, chassis: { ...here, name: "hv2" } },
    ];
    for (const situation of others) {
      const { data } = decided({ lports, absence });
      expect(decided({ absence, ...situation }, data).kind).toBe("updated");
    }
  });
});

describe("a change of a logical port, or of what is known of its absence", () => {
  interface Followed {
    readonly kind: string;
    readonly lports: readonly string[];
    readonly isSame: boolean;
  }
  function followed(situation: Situation, before: readonly string[], ...names: readonly string[]) {
    const results = [monitorScopeLportHandler, monitorScopeAbsenceHandler].map((handler): Followed => {
      const data: MonitorScopeData = { current: MonitorScope.of(here, new Set(before)) };
      const { current } = data;
      const { kind } = handler({ inputs: inputsOf(situation), data, input: changesOf(...names) });
      return { kind, lports: lportsOf(data), isSame: data.current === current };
    });
    expect(results[0]).toEqual(results[1] ?? expect.anything());
    return results[0];
  }
  const all = lports.map(([name]) => name);

  test("is followed for those that changed", () => {
    const known = { lports, absence };
    expect(followed(known, [], ...all)).toEqual({
      kind: "updated",
      lports: ["elsewhere", "gone"],
      isSame: false,
    });
    expect(followed(known, [], "gone")).toEqual({ kind: "updated", lports: ["gone"], isSame: false });
    const toGo = followed(known, ["gone", "in view", "nobody"], "in view", "nobody");
    expect(toGo).toEqual({ kind: "updated", lports: ["gone"], isSame: false });
  });

  test("changes nothing where the same ones are to be asked for", () => {
    const same = { kind: "unchanged", lports: ["elsewhere", "gone"], isSame: true };
    expect(followed({ lports, absence }, ["elsewhere", "gone"], ...all)).toEqual(same);
  });

  test("waits, with what is asked for as it is, while not everything is here that is for the chassis itself", () => {
    const same = { kind: "unchanged", lports: ["old"], isSame: true };
    expect(followed({ lports, absence, synced: false }, ["old"], ...all, "old")).toEqual(same);
  });
});
