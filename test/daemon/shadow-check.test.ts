// The shadow check of a running daemon: a drift is told and healed; and when a check is due.
import { expect, test } from "bun:test";
import { CheckSchedule, type Source } from "../../src/daemon/shadow-check.ts";
import type { GraphNode } from "../../src/graph/index.ts";
import { asInserts } from "../../src/plug/rows.ts";
import { PlugDaemon, settle } from "../support/plug-daemon.ts";
import { type Calls, recordedProvider, registryOf } from "../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../support/rows.ts";

/** A daemon with logical port `a` plugged, and `b` on its way. */
async function started(): Promise<{ readonly daemon: PlugDaemon; readonly calls: Calls }> {
  const { provider, calls } = recordedProvider("dummy");
  const daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  daemon.setInterface(pluggedRow("a", { _uuid: uuid(0x9001), options: map() }));
  daemon.bind(wantedRow({}, { logical_port: "a", _uuid: uuid(0x8001) }));
  daemon.bind(wantedRow({}, { logical_port: "b", _uuid: uuid(0x8002) }));
  await settle();
  return { daemon, calls };
}

/** The databases hold what the daemon has been told. */
function sourcesOf({ reconciler }: PlugDaemon): readonly Source[] {
  const { engine } = reconciler;
  return [
    (scratch, { inputs }) => {
      scratch.push(inputs.openVSwitch, asInserts(engine.data(inputs.openVSwitch)));
      scratch.push(inputs.bridge, asInserts(engine.data(inputs.bridge)));
      scratch.push(inputs.port, asInserts(engine.data(inputs.port)));
      scratch.push(inputs.iface, asInserts(engine.data(inputs.iface)));
    },
    (scratch, { inputs }) => {
      scratch.push(inputs.sbGlobal, asInserts(engine.data(inputs.sbGlobal)));
      scratch.push(inputs.chassis, asInserts(engine.data(inputs.chassis)));
      scratch.push(inputs.portBinding, asInserts(engine.data(inputs.portBinding)));
    },
  ];
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
  expect(daemon.reconciler.verify(sourcesOf(daemon))).toEqual({ differences: [], skipped: [], errors: [] });
  await settle();
  expect(daemon.sent.length).toBe(sent);
  // b is in flight, and its answer is kept.
  expect(calls).toEqual(["prepare a create", "release a a"]);
});

test.each(["intent", "answer", "plug"] as const)(
  "a drift of node %s is told with its key, and healed",
  async (name) => {
    const { daemon } = await started();
    const { reconciler, lines } = daemon;
    const before = reconciler.verdicts.get("a");
    damage(daemon, reconciler.graph[name], "a");
    const { differences } = reconciler.verify(sourcesOf(daemon));
    expect(differences.map(({ node, key }) => [node, key])).toEqual([[name, "a"]]);
    expect(
      lines.some((line) => line.endsWith(`error plug: node ${name} differs from a recompute in a`)),
    ).toBe(true);
    expect(reconciler.verdicts.get("a")).toEqual(before);
    expect(reconciler.verify(sourcesOf(daemon)).differences).toEqual([]);
  },
);

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
    const main = new URL("../../src/main.ts", import.meta.url).pathname;
    const args = ["run", "--config", "/nowhere", `--verify-every=${value}`];
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, main, ...args], { stderr: "pipe" });
    expect(exitCode).toBe(64);
    expect(stderr.toString()).toMatch(/^vifplugd: run: --verify-every expects a number of runs.*\n$/);
  },
);
