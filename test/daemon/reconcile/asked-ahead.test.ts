// What a provider says of a removal is there before the Southbound is asked whether the port is gone (rules U1, U7).
import { expect, test } from "bun:test";
import type { PortBindingRow } from "../../../src/plug/rows.ts";
import type { Answer } from "../../../src/providers/answer.ts";
import type { HostedProvider } from "../../../src/providers/hosted.ts";
import type { PrepareInput } from "../../../src/providers/provider.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { registryOf } from "../../support/providers.ts";
import { map, OTHER_CHASSIS, pluggedRow, wantedRow } from "../../support/rows.ts";

const AWAITED: Answer = { kind: "not-ready", reason: "asked", awaited: true };
const row = wantedRow();

/** A provider whose word about removals comes when the test says so, and a port of its own that is plugged. */
async function started() {
  const asked: PrepareInput[] = [];
  let word: Answer = AWAITED;
  const provider: HostedProvider = {
    type: "dummy",
    attend() {},
    state: () => ({ state: "ready" }),
    describe: () => null,
    answer(input) {
      asked.push(input);
      if (input.operation === "remove") return word;
      return { kind: "plug", wanted: { name: input.lport.name, type: "internal", options: {} } };
    },
  };
  const daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  const { inputs } = daemon.reconciler.graph;
  daemon.bind(row);
  daemon.setInterface(pluggedRow("lsp1", { options: map() }));
  daemon.reconciler.push(
    inputs.southbound,
    { synced: true, acknowledged: daemon.conditions.at(-1) ?? null, view: 1 },
    "synced",
  );
  await settle();
  expect(daemon.reconciler.statuses.get("lsp1")?.state).toBe("plugged");
  asked.length = 0;
  return {
    daemon,
    /** The operations that were asked about, and a word of the options that were shown. */
    asked: () => asked.map(({ operation, lport }) => [operation, lport.options.get("requested-chassis")]),
    async says(answer: Answer): Promise<void> {
      word = answer;
      daemon.reconciler.answersChanged(["lsp1"]);
      await settle();
    },
    async leaves(): Promise<void> {
      daemon.reconciler.pushRows(inputs.portBinding, [{ uuid: row._uuid, old: row, new: null }], "update");
      daemon.reconciler.departures.left([{ uuid: row._uuid, old: row, new: null }], 1);
      await settle();
    },
    /** @param found the row that is there; null: there is none */
    async southboundSays(found: PortBindingRow | null): Promise<void> {
      const outcome = found === null ? ({ kind: "none" } as const) : ({ kind: "row", row: found } as const);
      const inquiries = daemon.inquiries.splice(0);
      daemon.reconciler.departures.replied(inquiries.map((inquiry) => ({ ...inquiry, outcome })));
      await settle();
    },
    unplugs: () => daemon.sent.length,
    isAskedByName: () => daemon.conditions.at(-1)?.lports.has("lsp1") === true,
  };
}

const requested = row.options.get("requested-chassis");

test("the Southbound is asked when the answer is there, once, and both lead to the unplug in one run", async () => {
  const port = await started();
  await port.leaves();
  expect(port.asked()).toEqual([["remove", requested]]);
  expect(port.daemon.inquiries).toEqual([]);
  await port.says({ kind: "unplug" });
  expect(port.daemon.inquiries).toHaveLength(1);
  expect(port.unplugs()).toBe(0);
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(1);
  expect(port.asked()).toEqual([
    ["remove", requested],
    ["remove", requested],
  ]);
  expect(port.isAskedByName()).toBe(false);
});

test("a port that has moved is asked about once, with the options that it was plugged with", async () => {
  const port = await started();
  await port.says({ kind: "unplug" });
  await port.leaves();
  await port.southboundSays(
    wantedRow(
      { "requested-chassis": "hv2", "vif-plug:x": "of the other" },
      { requested_chassis: OTHER_CHASSIS },
    ),
  );
  expect(port.unplugs()).toBe(1);
  expect(port.asked().slice(1)).toEqual([["remove", requested]]);
});

test("of a port that stays after all nothing follows from the answer, and it is not asked about again", async () => {
  const port = await started();
  await port.leaves();
  await port.says({ kind: "unplug" });
  port.daemon.bind(row);
  await settle();
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(0);
  expect(port.daemon.reconciler.statuses.get("lsp1")).toMatchObject({ state: "plugged", reason: null });
  expect(port.asked().map(([operation]) => operation)).toEqual(["remove", "remove", "create"]);
});

test("that the interface is another's by now counts when the Southbound has answered", async () => {
  const port = await started();
  await port.leaves();
  await port.says({ kind: "unplug", misplaced: "VF 3" });
  expect(port.unplugs()).toBe(0);
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(1);
});

test("a provider that refuses, or is late, keeps nobody from asking, and then the name is asked for", async () => {
  for (const reason of ["it is in use", "the command has not answered within 2 s"]) {
    const port = await started();
    await port.leaves();
    await port.says({ kind: "not-ready", reason });
    expect(port.daemon.inquiries).toHaveLength(1);
    await port.southboundSays(null);
    expect(port.unplugs()).toBe(0);
    expect(port.isAskedByName()).toBe(true);
  }
});
