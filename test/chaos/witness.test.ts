/** The witness itself: what it would report of a run, from journals and logs made up for it. */
import { describe, expect, test } from "bun:test";
import type { Columns, RowEvent, StoredTransaction } from "./journal.ts";
import { misdeeds, Reasons, refusals } from "./witness.ts";

function inserted(table: string, uuid: string, after: Columns): RowEvent {
  return { table, uuid, changed: after, before: null, after };
}

function deleted(table: string, uuid: string, before: Columns): RowEvent {
  return { table, uuid, changed: null, before, after: null };
}

function at(time: number, event: RowEvent, comment: string | null = null): StoredTransaction {
  return { time, comment, events: [event] };
}

const map = (entries: Readonly<Record<string, string>>) => ["map", Object.entries(entries)];
const owned = { name: "lsp1", external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "dummy" }) };
const wanted = {
  logical_port: "lsp1",
  type: "",
  options: map({ "requested-chassis": "hv1", "vif-plug-type": "dummy" }),
};
const southbound = [
  at(1, inserted("Port_Binding", "b", wanted)),
  at(50, deleted("Port_Binding", "b", wanted)),
];
const reasons = new Reasons([southbound], "hv1");

describe("misdeeds", () => {
  const plugged = at(10, inserted("Interface", "i", owned));

  test("the removal of an interface that was wanted all the time", () => {
    expect(misdeeds([plugged, at(40, deleted("Interface", "i", owned))], reasons)).toHaveLength(1);
  });

  test("are none when the logical port was gone, or somebody else removed it", () => {
    expect(misdeeds([plugged, at(60, deleted("Interface", "i", owned))], reasons)).toEqual([]);
    expect(misdeeds([plugged, at(40, deleted("Interface", "i", owned), "ovs-vsctl")], reasons)).toEqual([]);
  });

  test("a change of somebody else's interface, but not of what ovs-vswitchd says of it", () => {
    const tap = { name: "tap", external_ids: map({ "iface-id": "lsp1" }) };
    const change = (changed: Columns) => [
      at(40, { table: "Interface", uuid: "t", changed, before: tap, after: tap }),
    ];
    expect(misdeeds(change({ mtu_request: 1400 }), reasons)).toHaveLength(1);
    expect(misdeeds(change({ ofport: 3 }), reasons)).toEqual([]);
  });
});

describe("refusals", () => {
  const request =
    'x|1|jsonrpc|DBG|unix#1: received request, method="transact", params=["Open_vSwitch",{"lock":"vifplugd_hv1","op":"assert"}], id=3';
  const reply = (error: string, details = "") =>
    `x|2|jsonrpc|DBG|unix#1: send reply, result=[{},{"details":"${details}","error":"${error}"}], id=3`;
  const others = new Set(["70f84b9b-0000-4000-8000-000000000001"]);

  test("a transaction of ours that could not be right", () => {
    expect(refusals([request, reply("constraint violation")], others)).toHaveLength(1);
  });

  test("are none when something else came first, or it was not ours", () => {
    const taken = "Transaction causes multiple rows in, UUID 70f84b9b-0000-4000-8000-000000000001, existed";
    expect(refusals([request, reply("timed out")], others)).toEqual([]);
    expect(refusals([request, reply("constraint violation", taken)], others)).toEqual([]);
    expect(refusals([reply("constraint violation")], others)).toEqual([]);
  });
});

describe("a Southbound that was built anew", () => {
  const filled = at(70, inserted("SB_Global", "g", { options: map({ northd_internal_version: "1" }) }));
  const before = [at(1, inserted("Port_Binding", "b", wanted))];

  test("is no reason to remove anything before ovn-northd has filled it", () => {
    const all = new Reasons([before, [at(60, inserted("Chassis", "c", { name: "hv1" }))]], "hv1");
    expect(all.stayed("lsp1", 10, 65)).toBe(true);
  });

  test("is the reason for what has no port binding in it then, and for nothing else", () => {
    expect(new Reasons([before, [filled]], "hv1").stayed("lsp1", 10, 80)).toBe(false);
    const again = at(69, inserted("Port_Binding", "b2", wanted));
    expect(new Reasons([before, [again, filled]], "hv1").stayed("lsp1", 10, 80)).toBe(true);
  });
});
