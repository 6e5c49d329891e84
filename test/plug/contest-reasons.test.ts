// The sentences of rule P6: why an interface may not leave, and whose the name is that a logical port wants.
import { describe, expect, test } from "bun:test";
import { holderReason, refusalOf } from "../../src/plug/contest-reasons.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import type { InterfaceRow } from "../../src/plug/rows.ts";
import { bridgeRow, interfaceRow, map, pluggedRow, portRow } from "../support/rows.ts";
import { answered } from "./support/by-hand.ts";

describe("an interface may not leave", () => {
  test("where its provider refuses, breaks its word, or is not enabled", () => {
    expect(refusalOf(answered({ kind: "not-ready", reason: "in use" }))).toBe("in use");
    expect(refusalOf(answered({ kind: "broken", reason: "prepare threw: boom" }))).toBe(
      "prepare threw: boom",
    );
    expect(refusalOf({ noProviderFor: "ghost", refused: null })).toBe(
      'no enabled provider answers to plug type "ghost"; add one under providers',
    );
  });

  test("unless its provider agrees, or nobody has to be asked", () => {
    expect(refusalOf(answered({ kind: "unplug" }))).toBeNull();
    expect(refusalOf(null)).toBeNull();
  });
});

describe("a name is had by an interface that", () => {
  const here = bridgeRow();
  const elsewhere = bridgeRow({ ports: new Set() });
  const reason = (row: InterfaceRow, bridge = here) =>
    holderReason(classify(row, portRow(), bridge), row.name);
  const plugged = { external_ids: map({ "ovn-plugged": "nic" }) };
  const ownOfBridge =
    "interface lsp1 is, or may be, the local port of a bridge, and stays: the logical port needs another interface name";

  test("is plugged for another logical port", () => {
    expect(
      reason(pluggedRow("lsp1", { external_ids: map({ "iface-id": "lsp9", "ovn-plugged": "nic" }) })),
    ).toBe("interface lsp1 is plugged for logical port lsp9");
  });

  test("is a bridge's own, or may be as far as ovs-vswitchd has said: no command is told that would remove it", () => {
    expect(reason(interfaceRow({ ofport: 65534 }))).toBe(ownOfBridge);
    expect(reason(interfaceRow({ type: "internal", ofport: null }))).toBe(ownOfBridge);
  });

  test("is somebody's, and how to remove it", () => {
    const somebodys =
      "an interface lsp1 exists that was not plugged for OVN on this bridge; if nobody needs it, remove it with ovs-vsctl del-port lsp1";
    expect(reason(interfaceRow({ type: "internal", ofport: 7 }))).toBe(somebodys);
    expect(reason(interfaceRow({ type: "", ofport: null }))).toBe(somebodys);
    expect(reason(interfaceRow({ ...plugged, type: "internal", ofport: null }))).toBe(somebodys);
  });

  test("was plugged on another bridge, and how to remove it there", () => {
    const there =
      "interface lsp1 was plugged on another bridge; remove it there with ovs-vsctl del-port lsp1";
    expect(reason(interfaceRow(plugged), elsewhere)).toBe(there);
    expect(reason(interfaceRow({ ...plugged, ofport: 65534 }), elsewhere)).toBe(there);
    expect(reason(interfaceRow(), elsewhere)).not.toBe(there);
  });

  test("is called otherwise than its port, which is what is removed; without a port its own name is", () => {
    const row = interfaceRow({ name: "eth0" });
    expect(holderReason(classify(row, portRow({ name: "bond 0" }), here), "eth0")).toEndWith(
      "del-port 'bond 0'",
    );
    expect(holderReason(classify(row, undefined, here), "eth0")).toEndWith("del-port eth0");
  });
});
