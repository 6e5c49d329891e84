// Why a logical port is plugged or not, in conditions: what only a reading of the graph's data shows.
import { expect, test } from "bun:test";
import { explain } from "../../src/plug/explain.ts";
import { benchWith } from "../support/logical-ports.ts";
import type { PlugBench } from "../support/plug-bench.ts";
import { recordedProvider } from "../support/providers.ts";
import { map, pluggedRow, uuid } from "../support/rows.ts";

const DUPLICATES = "no other interface that was plugged on OVN's direction has its iface-id";

function duplicates(bench: PlugBench) {
  const { conditions = [] } = explain(bench.engine, bench.graph, "lsp1") ?? {};
  return conditions.filter(({ condition }) => condition === DUPLICATES);
}

test("a port with one interface has no others to tell of", () => {
  const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
  expect(duplicates(bench)).toEqual([]);
  expect(bench.verdict("lsp1").reason).toBeNull();
});

test("several interfaces of ours with one iface-id are named, and which of them is dealt with", () => {
  const bench = benchWith(recordedProvider("dummy").provider, ["lsp1"]);
  const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": "dummy" });
  for (const [name, index] of [
    ["tap1", 1],
    ["tap2", 2],
  ] as const)
    bench.addInterface(pluggedRow("lsp1", { _uuid: uuid(0x9000 + index), name, external_ids }));
  bench.run();
  expect(duplicates(bench)).toMatchObject([
    { holds: false, value: "tap1, tap2: left alone while lsp1 is there" },
  ]);
  expect(bench.verdict("lsp1")).toMatchObject({
    state: "plugged",
    reason:
      "interfaces tap1, tap2 have its iface-id as well: remove what is not used with ovs-vsctl del-port",
  });
});
