// Which interfaces are ours: docs/rules.md, owned(I).
import { describe, expect, test } from "bun:test";
import { classify } from "../../src/plug/observed-interface.ts";
import { bridgeRow, interfaceRow, map, pluggedRow, portRow, uuid } from "../support/rows.ts";

test("the only interface of a port of the bridge, marked with both keys, is owned", () => {
  const observed = classify(pluggedRow(), portRow(), bridgeRow());
  expect(observed).toMatchObject({ onBridge: true, isOwned: true, lport: "lsp1", plugType: "dummy" });
});

describe("not owned is", () => {
  test.each([
    ["one without ovn-plugged", interfaceRow({ external_ids: map({ "iface-id": "lsp1" }) })],
    ["one without iface-id", interfaceRow({ external_ids: map({ "ovn-plugged": "dummy" }) })],
    ["the bridge's local port", pluggedRow("lsp1", { name: "br-int" })],
  ])("%s", (_, iface) => {
    expect(classify(iface, portRow(), bridgeRow())).toMatchObject({ onBridge: true, isOwned: false });
  });

  test("one of several interfaces of a bond", () => {
    const bond = portRow({ interfaces: new Set([uuid(0x2000), uuid(0x2001)]) });
    expect(classify(pluggedRow(), bond, bridgeRow())).toMatchObject({ onBridge: true, isOwned: false });
  });

  test("one of another bridge, of no port, or without an integration bridge", () => {
    const elsewhere = bridgeRow({ ports: new Set() });
    for (const observed of [
      classify(pluggedRow(), portRow(), elsewhere),
      classify(pluggedRow(), undefined, bridgeRow()),
      classify(pluggedRow(), portRow(), undefined),
    ]) {
      expect(observed).toMatchObject({ onBridge: false, isOwned: false, lport: null });
    }
  });
});

test("somebody else's interface on the bridge realises the logical port that its iface-id names", () => {
  const observed = classify(
    interfaceRow({ external_ids: map({ "iface-id": "vm1" }) }),
    portRow(),
    bridgeRow(),
  );
  expect(observed).toMatchObject({ isOwned: false, lport: "vm1", plugType: "" });
});
