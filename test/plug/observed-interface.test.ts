// Which interfaces are ours: docs/rules.md, owned(I).
import { describe, expect, test } from "bun:test";
import { classify, isClassified } from "../../src/plug/observed-interface.ts";
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

describe("what is known of an interface is right", () => {
  const [row, port, bridge] = [pluggedRow(), portRow(), bridgeRow()];

  test("while its row, its port and whether that is on the bridge are as they were", () => {
    expect(isClassified(classify(row, port, bridge), row, port, bridge)).toBe(true);
    expect(isClassified(classify(row, undefined, bridge), row, undefined, bridge)).toBe(true);
    const other = { ...bridge, ports: new Set([...bridge.ports, uuid(9)]) };
    expect(isClassified(classify(row, port, bridge), row, port, other)).toBe(true);
  });

  test("but not with another row, another port, none, or once the port is on another bridge", () => {
    const known = classify(row, port, bridge);
    expect(isClassified(known, pluggedRow(), port, bridge)).toBe(false);
    expect(isClassified(known, row, portRow(), bridge)).toBe(false);
    expect(isClassified(known, row, undefined, bridge)).toBe(false);
    expect(isClassified(known, row, port, bridgeRow({ ports: new Set() }))).toBe(false);
    expect(isClassified(classify(row, undefined, bridge), row, port, bridge)).toBe(false);
  });
});
