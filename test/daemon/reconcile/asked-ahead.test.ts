// A provider is asked about a removal when the Southbound is asked whether the port is gone (rules U1, U6, U7).
import { expect, test } from "bun:test";
import { settle } from "../../support/plug-daemon.ts";
import { OTHER_CHASSIS, uuid, wantedRow } from "../../support/rows.ts";
import { rows, started } from "./support/leaving.ts";

const requested = rows[0]?.options.get("requested-chassis");

test("both are asked at once, and both answers lead to the unplug in one run", async () => {
  const port = await started();
  await port.leave("lsp1");
  expect(port.asked()).toEqual([["remove", requested]]);
  expect(port.daemon.inquiries).toHaveLength(1);
  await port.says({ kind: "unplug" });
  expect(port.unplugs()).toBe(0);
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(1);
  expect(port.isAskedByName()).toBe(false);
});

test("a provider that answers after the Southbound has that asked once more, and not by name", async () => {
  const port = await started();
  await port.leave("lsp1");
  await port.southboundSays(null);
  expect([port.unplugs(), port.daemon.inquiries]).toEqual([0, []]);
  expect(port.isAskedByName()).toBe(false);
  await port.says({ kind: "unplug" });
  expect(port.daemon.inquiries).toHaveLength(1);
  expect(port.unplugs()).toBe(0);
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(1);
  expect(port.isAskedByName()).toBe(false);
});

test("what the Southbound says the second time is what counts", async () => {
  const port = await started();
  await port.leave("lsp1");
  await port.southboundSays(null);
  await port.says({ kind: "unplug" });
  await port.southboundSays(wantedRow({}, { logical_port: "lsp1", _uuid: uuid(0x8000) }));
  expect(port.unplugs()).toBe(0);
  expect(port.state()).toBe("plugged");
});

test("a port that has moved is asked about once, with the options that it was plugged with", async () => {
  const port = await started();
  await port.says({ kind: "unplug" });
  await port.leave("lsp1");
  const moved = { "requested-chassis": "hv2", "vif-plug:x": "of the other" };
  await port.southboundSays(
    wantedRow(moved, { logical_port: "lsp1", requested_chassis: OTHER_CHASSIS, _uuid: uuid(0x8000) }),
  );
  expect(port.unplugs()).toBe(1);
  expect(port.asked().slice(1)).toEqual([["remove", requested]]);
});

test("of a port that stays after all nothing follows from the answer, and what is in place is asked about", async () => {
  const port = await started();
  await port.leave("lsp1");
  await port.says({ kind: "unplug" });
  port.daemon.bind(wantedRow({}, { logical_port: "lsp1", _uuid: uuid(0x8000) }));
  await settle();
  await port.southboundSays(null);
  expect([port.unplugs(), port.state()]).toEqual([0, "plugged"]);
  expect(port.asked().map(([operation]) => operation)).toEqual(["remove", "remove", "create"]);
});

test("that the interface is another's by now counts when the Southbound has answered (U7)", async () => {
  const port = await started();
  await port.leave("lsp1");
  await port.says({ kind: "unplug", misplaced: "VF 3" });
  expect(port.unplugs()).toBe(0);
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(1);
});

test("too many are too many, whoever is answered for first (U6)", async () => {
  const port = await started();
  const { reconciler } = port.daemon;
  const settings = reconciler.engine.data(reconciler.graph.inputs.settings).current;
  reconciler.push(reconciler.graph.inputs.settings, { ...settings, maxUnplugPercent: 40 }, "configuration");
  await port.leave("lsp1", "lsp2");
  await port.says({ kind: "unplug" }, "lsp1");
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(0);
  expect(port.state("lsp1")).toBe("held");
  await port.says({ kind: "unplug" }, "lsp2");
  await port.southboundSays(null);
  expect(port.unplugs()).toBe(0);
  expect([port.state("lsp1"), port.state("lsp2")]).toEqual(["held", "held"]);
});

test("a provider that refuses, or is late, has the port asked for by its name", async () => {
  for (const reason of ["it is in use", "the command has not answered within 2 s"]) {
    const port = await started();
    await port.leave("lsp1");
    await port.says({ kind: "not-ready", reason });
    await port.southboundSays(null);
    expect(port.unplugs()).toBe(0);
    expect(port.isAskedByName()).toBe(true);
  }
});
