// What keeps this daemon from asking providers and writing, and which lock it is to hold.
import { describe, expect, test } from "bun:test";
import {
  type Activity,
  decideActivity,
  type LocalSession,
  nameLock,
  notConnected,
  obstacleTo,
} from "../../../src/plug/nodes/activity-node.ts";
import { unknownChassis } from "../../../src/plug/nodes/local-chassis-node.ts";
import { holder, standby } from "../../support/plug-bench.ts";
import { holding } from "../support/by-hand.ts";

const disconnected = { code: "local-database", reason: "the local Open_vSwitch database is not connected" };
const renamed = (name: string) => ({
  code: "incomplete",
  reason: `the chassis is ${name} now, whose lock has not been asked for yet`,
});

describe("what keeps this daemon from writing", () => {
  test.each<[string, LocalSession, string | null, ReturnType<typeof obstacleTo> | object]>([
    ["nothing, while it holds the lock", holder, "hv1", null],
    ["nothing, where no lock is needed", { synced: true, lock: { kind: "not-needed" } }, "hv1", null],
    ["the local database, before anything is known", notConnected, "hv1", disconnected],
    ["the local database, although the lock is held", { ...holder, synced: false }, "hv1", disconnected],
    [
      "the local database, where no lock is needed",
      { synced: false, lock: { kind: "not-needed" } },
      "hv1",
      disconnected,
    ],
    [
      "its name, which nobody has given",
      holder,
      null,
      {
        code: "chassis-name",
        reason: "no chassis name is known: set external_ids:system-id in Open_vSwitch",
      },
    ],
    ["the lock, which nobody has asked for", { synced: true, lock: { kind: "none" } }, "hv1", renamed("hv1")],
    ["the lock, which is that of the name before", holder, "hv2", renamed("hv2")],
    [
      "another daemon, which holds the lock",
      standby,
      "hv1",
      { code: "lock", reason: "another vifplugd holds the lock vifplugd_hv1" },
    ],
  ])("is %s", (_, session, chassis, obstacle) => {
    expect(obstacleTo(session, chassis)).toEqual(obstacle as ReturnType<typeof obstacleTo>);
  });
});

const inputsOf = (session: LocalSession, name: string | null) => ({
  localSession: holding(session),
  localChassis: holding({ ...unknownChassis, chassis: name === null ? null : { name, record: null } }),
});

describe("the node", () => {
  function decided(session: LocalSession, name: string | null, before: Activity) {
    const data = { current: before };
    const { kind } = decideActivity({ inputs: inputsOf(session, name), data });
    return { kind, current: data.current };
  }

  test("is unchanged while the same keeps it from writing, or nothing does", () => {
    expect(decided(holder, "hv1", null)).toEqual({ kind: "unchanged", current: null });
    const before = obstacleTo(standby, "hv1");
    const { kind, current } = decided(standby, "hv1", before);
    expect([kind, current === before]).toEqual(["unchanged", true]);
  });

  test("is another one where something else does, be it only in other words", () => {
    expect(decided(standby, "hv1", null)).toEqual({ kind: "updated", current: obstacleTo(standby, "hv1") });
    expect(decided(holder, "hv1", obstacleTo(standby, "hv1"))).toEqual({ kind: "updated", current: null });
    expect(decided(holder, "hv2", obstacleTo(holder, "hv3")).kind).toBe("updated");
    const { reason } = disconnected;
    expect(decided(notConnected, null, { code: "lock", reason }).current?.code).toBe("local-database");
  });
});

test("the lock that is to be held is that of the chassis, and none while it has no name", () => {
  const named = (name: string | null, before: string | null) => {
    const data = { current: before };
    const { kind } = nameLock({ inputs: inputsOf(holder, name), data });
    return [kind, data.current];
  };
  expect(named("hv1", null)).toEqual(["updated", "vifplugd_hv1"]);
  expect(named("hv1", "vifplugd_hv1")).toEqual(["unchanged", "vifplugd_hv1"]);
  expect(named(null, "vifplugd_hv1")).toEqual(["updated", null]);
  expect(named(null, null)).toEqual(["unchanged", null]);
});
