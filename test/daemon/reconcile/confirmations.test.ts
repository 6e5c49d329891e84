// Rule U6: what somebody lets go, and for how long that holds.
import { expect, test } from "bun:test";
import { settings } from "../../support/plug-bench.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";

const LPORTS = ["a", "b"] as const;

function binding(lport: string, at = "hv1") {
  const columns = { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) };
  return wantedRow(
    { "requested-chassis": at },
    at === "hv1" ? columns : { ...columns, requested_chassis: null },
  );
}

/** Both ports are plugged, have moved away, and are held because they are too many. */
async function holding(): Promise<PlugDaemon> {
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy").provider));
  const { inputs } = daemon.reconciler.graph;
  daemon.reconciler.push(inputs.settings, { ...settings, maxUnplugPercent: 25 }, "configuration");
  await daemon.start();
  for (const lport of LPORTS) {
    daemon.setInterface(
      pluggedRow(lport, { _uuid: uuid(0x9000 + lport.charCodeAt(0)), options: map(), ofport: 1 }),
    );
    daemon.bind(binding(lport));
  }
  await settle();
  for (const lport of LPORTS) daemon.bind(binding(lport, "hv2"));
  await settle();
  return daemon;
}

function confirmed({ reconciler: { engine, graph } }: PlugDaemon): readonly string[] {
  return [...engine.data(graph.inputs.confirmed).current].sort();
}

test("ports that are held stay until a confirmation, which says how many it covers", async () => {
  const daemon = await holding();
  expect(LPORTS.map((lport) => daemon.reconciler.statuses.get(lport)?.state)).toEqual(["held", "held"]);
  expect(daemon.sent).toEqual([]);
  expect(daemon.reconciler.confirmUnplug()).toBe(2);
  await settle();
  expect(daemon.sent).toHaveLength(1);
  expect(confirmed(daemon)).toEqual(["a", "b"]);
});

test("a confirmation ends for a port that is not due any more", async () => {
  const daemon = await holding();
  daemon.reconciler.confirmUnplug();
  await settle();
  daemon.bind(binding("a"));
  await settle();
  expect(confirmed(daemon)).toEqual(["b"]);
});

test("a second confirmation covers what is due since, and what the first one did", async () => {
  const daemon = await holding();
  daemon.bind(binding("b"));
  await settle();
  daemon.reconciler.push(
    daemon.reconciler.graph.inputs.settings,
    { ...settings, maxUnplugPercent: 0 },
    "configuration",
  );
  expect(daemon.reconciler.confirmUnplug()).toBe(1);
  await settle();
  daemon.bind(binding("b", "hv2"));
  await settle();
  expect(confirmed(daemon)).toEqual(["a"]);
  expect(daemon.reconciler.confirmUnplug()).toBe(1);
  await settle();
  expect(confirmed(daemon)).toEqual(["a", "b"]);
});

test("a confirmation that stands leaves the daemon at rest", async () => {
  const daemon = await holding();
  daemon.reconciler.confirmUnplug();
  await settle();
  expect([confirmed(daemon).length, daemon.reconciler.engine.needsRun]).toEqual([2, false]);
});

test("where nothing is due there is nothing to confirm, and nothing to run for", async () => {
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy").provider));
  await daemon.start();
  const before = daemon.runs;
  expect(daemon.reconciler.confirmUnplug()).toBe(0);
  await settle();
  expect([confirmed(daemon), daemon.runs - before]).toEqual([[], 0]);
});
