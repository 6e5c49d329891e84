// A record of any history leads to the decisions that were made when it was recorded, byte for byte, each time.
import { expect, test } from "bun:test";
import { messageOf } from "../../src/result.ts";
import { type History, histories } from "../plug/support/check.ts";
import { checkProperty } from "../support/random.ts";
import { recordHistory, replayed } from "./support/recording.ts";

test("what was recorded is decided again, twice, without any database", () => {
  checkProperty(histories(200, 60, faultOfReplay));
});

test("a provider that goes takes no answer of another one with it", () => {
  const wanted = { plugType: "dummy", requested: "hv1", mtu: null, mode: null, kind: "vif" } as const;
  const history: History = [
    { do: "set lport", lport: "b", to: wanted, run: true },
    { do: "unregister", type: "nic", run: true },
    { do: "catch up", run: true },
  ];
  expect(faultOfReplay(history)).toBeUndefined();
});

test("a set that comes again in another order is in that order on replay", () => {
  const ours = { "iface-id": "a", "ovn-plugged": "nic" };
  const history: History = [
    { do: "delete port", at: 2, run: true },
    { do: "add interface", name: "a", ids: { "iface-id": "a" }, to: "integration bridge", run: true },
    { do: "delete port", at: 6, run: true },
    {
      do: "edit interface",
      at: 2,
      edit: { column: "external_ids", key: "ovn-plugged", value: "dummy" },
      run: true,
    },
    { do: "add interface", name: "eth2", ids: ours, to: "integration bridge", run: true },
    {
      do: "add interface",
      name: "eth1",
      ids: { ...ours, "iface-id": "d" },
      to: "integration bridge",
      run: true,
    },
    { do: "bond", at: 0, run: true },
    { do: "bond", at: 1, run: true },
    { do: "bond", at: 4, run: true },
  ];
  expect(faultOfReplay(history)).toBeUndefined();
});

function faultOfReplay(history: History): string | undefined {
  const { record, decided } = recordHistory(history);
  try {
    for (const again of [replayed(record), replayed(record)]) {
      const at = again.findIndex((line, index) => line !== decided[index]);
      if (at !== -1) return `decided ${decided[at]}, and on replay ${again[at]}`;
      if (again.length < decided.length) return `${decided[again.length]} is missing on replay`;
    }
    return undefined;
  } catch (thrown) {
    return `the replay fails at line ${messageOf(thrown)}`;
  }
}
