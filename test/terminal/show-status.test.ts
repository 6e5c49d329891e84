// What `status` says of the chassis: its row, and whether anybody knows that there is none.
import { expect, test } from "bun:test";
import { showStatus } from "../../src/terminal/show-status.ts";
import { countsOf } from "../../src/view/status.ts";
import type { Status } from "../../src/view/status-shape.ts";

type State = Status["connections"]["southbound"]["state"];

function chassisFact(state: State, chassis: Status["chassis"]): string | undefined {
  const connection = { remote: "unix:/x", state: "connected", error: null } as const;
  const status: Status = {
    ...{ version: "0.1.0", ready: false, reason: "a reason", bridge: "br-int", metrics: null },
    chassis,
    connections: { ovs: connection, southbound: { ...connection, state, leader: null } },
    ...{ providers: [], files: [], ports: [], counts: countsOf([], 0), engine: [], held_unplugs: 0 },
  };
  return showStatus(status)
    .split("\n")
    .find((line) => line.startsWith("chassis"));
}

test.each<[State, string]>([
  ["connected", "(no Chassis row)"],
  ["connecting", "(Chassis row not known)"],
  ["disconnected", "(Chassis row not known)"],
])("while the Southbound is %s, a chassis without a row in view is told of as %s", (state, words) => {
  expect(chassisFact(state, { name: "hv1", uuid: null })).toEndWith(`hv1  ${words}`);
});

test("a row that was in view is told of also while the Southbound is away", () => {
  const chassis = { name: "hv1", uuid: "9de14525-ca10-4121-8d8f-6e878fcababd" };
  for (const state of ["connected", "disconnected"] as const) {
    expect(chassisFact(state, chassis)).toEndWith(`hv1  ${chassis.uuid}`);
  }
});
