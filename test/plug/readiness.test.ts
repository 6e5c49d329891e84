// What keeps every port of the chassis from being decided: the first of it, in the order in which it comes to be known.
import { expect, test } from "bun:test";
import { isDecided, obstacleOf } from "../../src/plug/readiness.ts";
import type { Answer } from "../../src/providers/answer.ts";
import type { HostedProvider } from "../../src/providers/hosted.ts";
import { holder, PlugBench } from "../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, chassisRow, map, openVSwitchRow, sbGlobalRow, uuid, wantedRow } from "../support/rows.ts";

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

/** A provider that answers once it has been told to, and asks for new questions by then. */
function slowProvider() {
  let isKnown = false;
  let isNews = false;
  const awaited: Answer = { kind: "not-ready", reason: "asked", awaited: true };
  const provider: HostedProvider = {
    type: "dummy",
    attend() {},
    state: () => ({ state: "ready" }),
    describe: () => null,
    run: () => isNews,
    answer: ({ lport: { name } }) =>
      isKnown || name === "quick"
        ? { kind: "plug", wanted: { name, type: "internal", options: {} } }
        : awaited,
  };
  return {
    provider,
    answers() {
      [isKnown, isNews] = [true, true];
    },
  };
}

test("all is decided when nothing is missing, everything has run, and everybody has answered", () => {
  const { provider, answers } = slowProvider();
  const bench = PlugBench.started(registryOf(provider));
  const decided = () => isDecided(bench.engine, bench.graph);
  expect(decided()).toBe(true);
  bench.set("portBinding", wantedRow({}, { logical_port: "quick" }));
  expect(decided()).toBe(false);
  bench.run();
  expect(decided()).toBe(true);
  bench.set("portBinding", wantedRow({}, { logical_port: "slow", _uuid: uuid(0x8001) }));
  bench.run();
  expect(decided()).toBe(false);
  answers();
  bench.run();
  expect(decided()).toBe(true);
});

test("nothing is decided for good while the Southbound is away, or what it has said is in doubt", () => {
  const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider));
  const { graph, engine } = bench;
  const southbound = engine.data(graph.inputs.southbound).current;
  for (const worse of [{ isInDoubt: true }, { synced: false }]) {
    bench.setSouthbound({ ...southbound, ...worse });
    bench.run();
    expect(isDecided(engine, graph)).toBe(false);
    bench.setSouthbound(southbound);
    bench.run();
    expect(isDecided(engine, graph)).toBe(true);
  }
});
