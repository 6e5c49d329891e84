// Rule U3: what has to be known before anything is unplugged, and the first of it that is missing.
import { expect, test } from "bun:test";
import type { ChassisIdentity } from "../../src/plug/lport.ts";
import { MonitorScope } from "../../src/plug/monitor-scope.ts";
import type { SouthboundState } from "../../src/plug/nodes/input-nodes.ts";
import { missingKnowledge } from "../../src/plug/nodes/intent-node.ts";
import { type LocalChassis, unknownChassis } from "../../src/plug/nodes/local-chassis-node.ts";
import { chassisRow, uuid } from "../support/rows.ts";

const here: ChassisIdentity = { name: "hv1", record: chassisRow() };

/** What is asked for and here, when this was the chassis. */
function scopeOf(chassis: ChassisIdentity | null): MonitorScope {
  return MonitorScope.of(chassis, new Set());
}

interface Known {
  readonly southbound?: Partial<SouthboundState>;
  readonly local?: Partial<LocalChassis>;
}

function missing({ southbound, local }: Known = {}): string | undefined {
  return missingKnowledge(
    { synced: true, acknowledged: scopeOf(here), ...southbound },
    { ...unknownChassis, chassis: here, northdHasWritten: true, ...local },
  )?.code;
}

test("nothing is missing when the answer for this very chassis row and name is complete", () => {
  expect(missing()).toBeUndefined();
});

test.each<[string, Known, string]>([
  ["the Southbound is not in sync", { southbound: { synced: false } }, "southbound"],
  ["no chassis name is known", { local: { chassis: null } }, "chassis-row"],
  ["the chassis has no row", { local: { chassis: { name: "hv1", record: null } } }, "chassis-row"],
  ["nothing is acknowledged", { southbound: { acknowledged: null } }, "incomplete"],
  [
    "the answer is for the row before, of the same name",
    { southbound: { acknowledged: scopeOf({ ...here, record: chassisRow({ _uuid: uuid(7) }) }) } },
    "incomplete",
  ],
  [
    "the answer is for the name alone",
    { southbound: { acknowledged: scopeOf({ ...here, record: null }) } },
    "incomplete",
  ],
  [
    "the answer is for another name",
    { southbound: { acknowledged: scopeOf({ ...here, name: "hv2" }) } },
    "incomplete",
  ],
  ["ovn-northd has not written", { local: { northdHasWritten: false } }, "northd"],
])("something is missing: %s", (_, known, code) => {
  expect(missing(known)).toBe(code);
});

test("what is missing is told in the order in which it comes back", () => {
  const nothing = { acknowledged: null };
  const unnamed = { chassis: null, northdHasWritten: false };
  const rest = { northdHasWritten: false };
  expect(missing({ southbound: { synced: false, ...nothing }, local: unnamed })).toBe("southbound");
  expect(missing({ southbound: nothing, local: unnamed })).toBe("chassis-row");
  expect(missing({ southbound: nothing, local: rest })).toBe("incomplete");
});
