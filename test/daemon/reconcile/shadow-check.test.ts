// The shadow check of a running daemon: a drift is told and healed; and when a check is due.
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { CheckSchedule } from "../../../src/daemon/reconcile/shadow-check.ts";
import type { GraphNode } from "../../../src/graph/index.ts";
import type { Recorder } from "../../../src/record/recorder.ts";
import { Folder, linesOf, recordTo, replayed } from "../../record/support/recording.ts";
import { settings } from "../../support/plug-bench.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { notReady, plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import { map, OTHER_CHASSIS, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

/** A daemon with logical port `a` plugged, and `b` on its way. */
async function started(recorder: Recorder | null = null) {
  const { provider, calls } = recordedProvider("dummy");
  const daemon = new PlugDaemon(registryOf(provider), recorder);
  await daemon.start();
  daemon.setInterface(pluggedRow("a", { _uuid: uuid(0x9001), options: map() }));
  daemon.bind(wantedRow({}, { logical_port: "a", _uuid: uuid(0x8001) }));
  daemon.bind(wantedRow({}, { logical_port: "b", _uuid: uuid(0x8002) }));
  await settle();
  return { daemon, calls };
}

/** What no handler does: takes a key out of a node's data behind the engine's back. */
function damage({ reconciler }: PlugDaemon, node: GraphNode, key: string): void {
  const data: unknown = reconciler.engine.data(node);
  if (!(data instanceof Map) || !data.delete(key)) throw new Error(`${node.name} has no ${key}`);
}

test("nothing differs in a daemon that works, and a check asks for nothing to be written or released twice", async () => {
  const { daemon, calls } = await started();
  const sent = daemon.sent.length;
  calls.length = 0;
  expect(daemon.reconciler.verify(daemon.source)).toEqual({ differences: [], skipped: [], errors: [] });
  await settle();
  expect(daemon.sent.length).toBe(sent);
  // b is in flight, and its answer is kept.
  expect(calls).toEqual(["prepare a create", "release a a"]);
});

test("nothing differs in what the daemon itself knows, and a check ends no removal", async () => {
  const outputs: unknown[] = [];
  const { provider, calls } = recordedProvider("dummy", {
    prepare: (input) => (input.lport.name === "d" ? notReady("no link")() : plugAs()(input)),
    release: (_, output) => outputs.push(output),
  });
  const daemon = new PlugDaemon(registryOf(provider));
  const { reconciler, source } = daemon;
  const { inputs } = reconciler.graph;
  await daemon.start();
  const row = (lport: string, columns = {}) =>
    wantedRow({}, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)), ...columns });
  for (const lport of ["a", "b", "c", "e"]) {
    daemon.setInterface(pluggedRow(lport, { _uuid: uuid(0x9000 + lport.charCodeAt(0)), options: map() }));
  }
  for (const lport of ["a", "b", "d", "e"]) daemon.bind(row(lport));
  daemon.bind(row("c", { chassis: OTHER_CHASSIS }));
  await settle();
  reconciler.otherChassis.replied([
    { uuid: OTHER_CHASSIS, kind: "answered", chassis: { name: "hv2", hostname: "node2" } },
  ]);
  reconciler.push(inputs.settings, { ...settings, maxUnplugPercent: 10 }, "configuration");
  reconciler.push(inputs.formerHostnames, new Map([["hv1", new Set(["before"])]]), "hostname changed");
  for (const lport of ["a", "e"]) {
    daemon.bind(row(lport, { requested_chassis: null, options: map({ "requested-chassis": "hv2" }) }));
  }
  daemon.unbind(row("b"));
  await settle();
  daemon.lock = null;
  expect(reconciler.confirmUnplug()).toBe(2);
  await settle();
  expect(daemon.sent).toHaveLength(0);
  const { engine } = reconciler;
  expect([engine.data(inputs.departure).size, engine.data(inputs.otherChassis).size]).toEqual([1, 1]);
  expect(engine.data(inputs.confirmed).current.size).toBe(2);
  calls.length = 0;
  outputs.length = 0;
  expect(reconciler.verify(source)).toEqual({ differences: [], skipped: [], errors: [] });
  const released = calls.filter((call) => call.startsWith("release"));
  expect(released.toSorted()).toEqual(["release b b", "release c c", "release d none"]);
  expect(outputs).toContain(null);
  expect(outputs).not.toContain(undefined);
});

test("a check releases what was asked to plug a port of several interfaces, as often as that was asked", async () => {
  const { provider, calls } = recordedProvider("dummy", { prepare: plugAs(() => "tap1") });
  const daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  for (const [index, name] of ["tap0", "tap1"].entries()) {
    daemon.setInterface(pluggedRow("a", { _uuid: uuid(0x9000 + index), name, options: map() }));
  }
  daemon.bind(wantedRow({}, { logical_port: "a", _uuid: uuid(0x8001) }));
  await settle();
  // Nothing is in flight while the removal of the leftover is refused.
  daemon.next().reply({ ok: false, error: transactError("timed out") });
  await settle();
  const count = (call: string) => calls.filter((one) => one === call).length;
  calls.length = 0;
  expect(daemon.reconciler.verify(daemon.source).differences).toEqual([]);
  expect(count("prepare a create")).toBe(2);
  expect(count("release a tap1")).toBe(2);
});

test.each(["intent", "advice", "plug"] as const)(
  "a drift of node %s is told with its key, and healed",
  async (name) => {
    const { daemon } = await started();
    const { reconciler, lines } = daemon;
    const before = reconciler.statuses.get("a");
    damage(daemon, reconciler.graph[name], "a");
    const { differences } = reconciler.verify(daemon.source);
    expect(differences.map(({ node, key }) => [node, key])).toEqual([[name, "a"]]);
    expect(
      lines.some((line) => line.endsWith(`error plug: node ${name} differs from a recompute in a`)),
    ).toBe(true);
    expect(reconciler.statuses.get("a")).toEqual(before);
    expect(reconciler.verify(daemon.source).differences).toEqual([]);
  },
);

describe("a drift of an input", () => {
  const key = { port_binding: "a", iface: uuid(0x9001) } as const;

  test.each(["port_binding", "iface"] as const)("that lost a row of %s is told, and healed", async (name) => {
    const { daemon } = await started();
    const { reconciler } = daemon;
    const before = new Map(reconciler.statuses);
    const input = name === "iface" ? reconciler.graph.inputs.iface : reconciler.graph.inputs.portBinding;
    damage(daemon, input, key[name]);
    const { differences } = reconciler.verify(daemon.source);
    expect(differences[0]).toMatchObject({ node: name, key: key[name] });
    expect(reconciler.verify(daemon.source).differences).toEqual([]);
    expect(new Map(reconciler.statuses)).toEqual(before);
    expect(reconciler.engine.slots.get(input)?.context.cause.label).toBe("verify found a difference");
  });

  test("that keeps a row which is gone is healed, and what follows from the row is undone", async () => {
    const { daemon } = await started();
    const { reconciler } = daemon;
    const gone = wantedRow({}, { logical_port: "gone", _uuid: uuid(0x8003) });
    const batch = [{ uuid: gone._uuid, old: null, new: gone }];
    reconciler.pushRows(reconciler.graph.inputs.portBinding, batch, "behind the daemon's back");
    await settle();
    expect(reconciler.statuses.has("gone")).toBe(true);
    expect(reconciler.verify(daemon.source).differences[0]).toMatchObject({ node: "port_binding" });
    daemon.next().reply({ ok: true });
    await settle();
    expect(reconciler.verify(daemon.source).differences).toEqual([]);
  });

  test("leaves the other inputs as they are", async () => {
    const { daemon } = await started();
    const { engine, graph } = daemon.reconciler;
    damage(daemon, graph.inputs.iface, uuid(0x9001));
    const [bindings, attempts] = [engine.data(graph.inputs.portBinding), engine.data(graph.inputs.attempt)];
    daemon.reconciler.verify(daemon.source);
    expect(engine.data(graph.inputs.portBinding)).toBe(bindings);
    expect(engine.data(graph.inputs.attempt)).toBe(attempts);
  });

  test("that was healed is in the record, which leads to the same decisions, byte for byte", async () => {
    using folder = new Folder();
    const file = folder.file("record");
    const recorder = recordTo(file, settings);
    const { daemon } = await started(recorder);
    const { reconciler } = daemon;
    daemon.setInterface(pluggedRow("c", { _uuid: uuid(0x9003), name: "c", options: map() }));
    daemon.bind(wantedRow({}, { logical_port: "c", _uuid: uuid(0x8003) }));
    await settle();
    damage(daemon, reconciler.graph.inputs.portBinding, "a");
    damage(daemon, reconciler.graph.intent, "a");
    reconciler.verify(daemon.source);
    daemon.bind(wantedRow({ "vif-plug-mtu-request": "1400" }, { logical_port: "a", _uuid: uuid(0x8001) }));
    await settle();
    recorder.close();
    const record = linesOf(readFileSync(file, "utf8"));
    expect(record.some((line) => line.includes('"reset":true'))).toBe(true);
    const decided = replayed(record);
    expect(replayed(record)).toEqual(decided);
    expect(replayed(record.map(withAnswersReversed))).toEqual(decided);
    const [proposed = "", sent = ""] = decided.slice(-2);
    expect(JSON.parse(proposed)).toMatchObject({ lport: "a", change: "update" });
    expect(JSON.parse(sent)).toMatchObject({ lport: "a", reason: "sent to the database" });
  });
});

/** What was asked in one run may be asked in another order when it is replayed, as after a drift. */
function withAnswersReversed(line: string): string {
  const { advice, ...rest } = JSON.parse(line);
  return JSON.stringify(advice === undefined ? rest : { ...rest, advice: advice.toReversed() });
}

test("a check is due after so many runs, as soon as the graph is at rest", () => {
  let checks = 0;
  const schedule = new CheckSchedule(3, () => checks++);
  const checksAfter = (...runs: readonly ("rests" | "goes on")[]) => {
    for (const run of runs) schedule.ran(run === "rests");
    return checks;
  };
  expect(checksAfter("rests", "rests")).toBe(0);
  expect(checksAfter("rests")).toBe(1);
  expect(checksAfter("rests", "rests", "goes on", "goes on")).toBe(1);
  expect(checksAfter("rests")).toBe(2);
});

test("a check that makes the graph run again does not lead to another one", () => {
  let checks = 0;
  const schedule = new CheckSchedule(1, () => {
    checks++;
    schedule.ran(true);
  });
  schedule.ran(true);
  expect(checks).toBe(1);
  schedule.ran(true);
  expect(checks).toBe(2);
});

test("without being asked for, no check is ever due", () => {
  const schedule = new CheckSchedule(null, () => {
    throw new Error("checked");
  });
  for (let run = 0; run < 1000; run++) schedule.ran(true);
});

test.each(["0", "-1", "often", "1.5", ""])(
  "--verify-every %p is refused in one line, before anything is read",
  (value) => {
    const main = new URL("../../../src/main.ts", import.meta.url).pathname;
    const args = ["run", "--config", "/nowhere", `--verify-every=${value}`];
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, main, ...args], { stderr: "pipe" });
    expect(exitCode).toBe(64);
    expect(stderr.toString()).toMatch(/^vifplugd: run: --verify-every expects a number of runs.*\n$/);
  },
);
