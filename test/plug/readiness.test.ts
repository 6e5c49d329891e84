// What keeps every port of the chassis from being decided: the first of it, in the order in which it comes to be known.
import { expect, test } from "bun:test";
import { obstacleOf } from "../../src/plug/readiness.ts";
import { holder, PlugBench } from "../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, chassisRow, map, openVSwitchRow, sbGlobalRow } from "../support/rows.ts";

test("each thing that is missing is told in its turn, and nothing once everything is there", () => {
  const bench = new PlugBench(registryOf(recordedProvider("dummy").provider));
  const missing = () => {
    bench.run();
    return obstacleOf(bench.engine, bench.graph);
  };
  expect(missing()?.code).toBe("local-database");
  const ids = { "system-id": "hv1", "ovn-bridge": "br-int" };
  bench.set("openVSwitch", openVSwitchRow({ external_ids: map(ids) }));
  bench.setLocalSession(holder);
  expect(missing()).toEqual({
    code: "bridge",
    reason:
      "there is no integration bridge br-int: add it (ovs-vsctl add-br br-int), or name an existing bridge (external_ids:ovn-bridge)",
  });
  bench.set("bridge", bridgeRow({ ports: new Set() }));
  expect(missing()).toEqual({
    code: "southbound",
    reason: "no Southbound remote: set southbound.remote, or external_ids:ovn-remote in Open_vSwitch",
  });
  bench.set("openVSwitch", openVSwitchRow({ external_ids: map({ ...ids, "ovn-remote": "unix:/sb" }) }));
  expect(missing()).toEqual({
    code: "southbound",
    reason: "the Southbound is not connected or not up to date",
  });
  bench.acknowledge();
  expect(missing()?.code).toBe("chassis-row");
  bench.set("chassis", chassisRow());
  bench.run();
  bench.acknowledge();
  expect(missing()?.code).toBe("northd");
  bench.set("sbGlobal", sbGlobalRow());
  expect(missing()).toBeNull();
});
