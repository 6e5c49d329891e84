// Whose Chassis rows have what is plugged here: each asked for once, told of in the status, and forgotten when done with.
import { beforeEach, describe, expect, test } from "bun:test";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { OTHER_CHASSIS, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";

let daemon: PlugDaemon;
beforeEach(async () => {
  const { provider } = recordedProvider("dummy", {
    prepare: ({ lport }) => ({
      ready: true,
      interface: { name: lport.name, type: "internal", options: { "vif-plug-dummy-option": "value" } },
    }),
  });
  daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  for (const [index, lport] of ["lsp1", "lsp2"].entries()) {
    daemon.setInterface(pluggedRow(lport, { _uuid: uuid(0x2000 + index) }));
    daemon.bind(rowOf(lport, index));
  }
  await settle();
});

function rowOf(lport: string, index: number, chassis: typeof OTHER_CHASSIS | null = OTHER_CHASSIS) {
  const columns = { _uuid: uuid(0x1000 + index), logical_port: lport };
  return wantedRow({}, chassis === null ? columns : { ...columns, chassis });
}

const reasonOf = (lport: string) => daemon.reconciler.statuses.get(lport)?.reason;
const known = () => daemon.reconciler.engine.data(daemon.reconciler.graph.inputs.otherChassis);

async function replied(): Promise<void> {
  const chassis = { name: "hv2", hostname: "node2" };
  daemon.reconciler.otherChassis.replied([{ uuid: OTHER_CHASSIS, kind: "answered", chassis }]);
  await settle();
}

async function anotherView(view = 7): Promise<void> {
  const { southbound } = daemon.reconciler.graph.inputs;
  const state = daemon.reconciler.engine.data(southbound).current;
  daemon.reconciler.push(southbound, { ...state, view }, "synced");
  await settle();
}

test("a daemon that has asked, and one that was answered, are at rest", async () => {
  expect(daemon.reconciler.engine.needsRun).toBe(false);
  await replied();
  expect(daemon.reconciler.engine.needsRun).toBe(false);
});

describe("a Chassis row that has ports that are plugged here", () => {
  test("is asked for once, whatever the number of its ports, and named in their reasons", async () => {
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS]);
    expect(reasonOf("lsp1")).toContain(`chassis row ${OTHER_CHASSIS} has it`);
    await replied();
    for (const lport of ["lsp1", "lsp2"]) expect(reasonOf(lport)).toContain("chassis hv2 (node2) has it");
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS]);
  });

  test("is forgotten with the last of them, and asked for again when there is another", async () => {
    await replied();
    daemon.bind(rowOf("lsp1", 0, null));
    await settle();
    expect(known().size).toBe(1);
    daemon.bind(rowOf("lsp2", 1, null));
    await settle();
    expect([known().size, reasonOf("lsp2")]).toEqual([0, null]);
    daemon.bind(rowOf("lsp2", 1));
    await settle();
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS, OTHER_CHASSIS]);
  });

  test("is asked for once also when its ports were gone for a while before it was answered for", async () => {
    for (const bound of [null, OTHER_CHASSIS]) {
      for (const [index, lport] of ["lsp1", "lsp2"].entries()) daemon.bind(rowOf(lport, index, bound));
      await settle();
    }
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS]);
    await replied();
    expect(reasonOf("lsp1")).toContain("chassis hv2 (node2) has it");
  });

  test("that is answered for when nobody needs to know any more is no news", async () => {
    for (const [index, lport] of ["lsp1", "lsp2"].entries()) daemon.bind(rowOf(lport, index, null));
    await settle();
    const before = daemon.runs;
    await replied();
    expect([daemon.runs - before, known().size]).toEqual([0, 0]);
  });

  test("is not asked for again when it is known, and is forgotten also after the view was another one", async () => {
    await replied();
    await anotherView();
    expect([daemon.chassisAsked.length, known().size]).toEqual([1, 1]);
    for (const [index, lport] of ["lsp1", "lsp2"].entries()) daemon.bind(rowOf(lport, index, null));
    await settle();
    expect(known().size).toBe(0);
  });

  test("is asked for again when the Southbound gave no answer, and what it knows may be another", async () => {
    const before = daemon.runs;
    daemon.reconciler.otherChassis.replied([{ uuid: OTHER_CHASSIS, kind: "unknown" }]);
    await settle();
    expect([daemon.chassisAsked, daemon.runs - before]).toEqual([[OTHER_CHASSIS], 0]);
    await anotherView();
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS, OTHER_CHASSIS]);
  });
});

test("a Southbound that does not answer collects no questions, however often its view changes", async () => {
  for (let view = 1; view < 4; view++) {
    await anotherView(view);
    expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS]);
  }
  daemon.reconciler.otherChassis.replied([{ uuid: OTHER_CHASSIS, kind: "unknown" }]);
  await anotherView(4);
  expect(daemon.chassisAsked).toEqual([OTHER_CHASSIS, OTHER_CHASSIS]);
});

test("asks nobody a question for that: neither providers nor, of what is bound here, the Southbound", async () => {
  const before = daemon.chassisAsked.length;
  const advice = () => daemon.reconciler.engine.data(daemon.reconciler.graph.advice).get("lsp1");
  const answered = advice();
  daemon.bind({ ...rowOf("lsp1", 0, null), options: daemonOptions() });
  await settle();
  expect(daemon.chassisAsked).toHaveLength(before);
  expect(advice()).toBe(answered);
});

/** As a replica does: a column that did not change keeps its value. */
function daemonOptions() {
  const row = daemon.reconciler.engine.data(daemon.reconciler.graph.inputs.portBinding).get("lsp1");
  if (row === undefined) throw new Error("there is no lsp1");
  return row.options;
}
