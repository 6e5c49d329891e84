/** Reading databases without the daemon's own client: framing and notation. */
import { describe, expect, test } from "bun:test";
import { decodeRow } from "../../../tools/chassis/databases.ts";
import { splitMessages } from "../../../tools/chassis/messages.ts";

const uuid = "62f655b5-9205-4e10-9713-453648e8969e";

describe("messages", () => {
  const messages = [{ id: 1, result: { a: {} } }, { text: 'a "}{" \\ b', deep: [{ x: [{}] }] }, {}];
  const text = messages.map((message) => JSON.stringify(message)).join("");

  test("are found wherever the text is cut", () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const found: unknown[] = [];
      const push = splitMessages((message) => found.push(message));
      push(text.slice(0, cut));
      push(text.slice(cut));
      expect(found).toEqual(messages);
    }
  });

  test("are found one character at a time, with white space between them", () => {
    const found: unknown[] = [];
    const push = splitMessages((message) => found.push(message));
    for (const character of messages.map((message) => JSON.stringify(message, null, 2)).join("\n"))
      push(character);
    expect(found).toEqual(messages);
  });
});

describe("a row", () => {
  test("has the types of its schema: optional values, sets and maps of any size", () => {
    const columns = [
      "name",
      "mtu",
      "mtu_request",
      "external_ids",
      "cfm_health",
      "lacp_current",
      "options",
    ] as const;
    const json = {
      name: "vif1",
      mtu: 1400,
      mtu_request: ["set", []],
      external_ids: ["map", [["iface-id", "lsp1"]]],
      cfm_health: ["set", []],
      lacp_current: true,
      options: ["map", []],
    };
    expect(decodeRow(["Open_vSwitch", "Interface", columns], uuid, json)).toEqual({
      _uuid: expect.stringMatching(uuid),
      name: "vif1",
      mtu: 1400,
      mtu_request: null,
      external_ids: new Map([["iface-id", "lsp1"]]),
      cfm_health: null,
      lacp_current: true,
      options: new Map(),
    });
  });

  test("has a set of one for what the notation writes as a value, and references as their UUIDs", () => {
    const row = decodeRow(["Open_vSwitch", "Bridge", ["ports", "protocols"]], uuid, {
      ports: ["uuid", uuid],
      protocols: ["set", ["OpenFlow13", "OpenFlow15"]],
    });
    expect([...row.ports].map(String)).toEqual([uuid]);
    expect([...row.protocols]).toEqual(["OpenFlow13", "OpenFlow15"]);
  });

  test.each([
    ["a missing column", {}],
    ["another type", { name: 5 }],
    ["two values for one", { name: ["set", ["a", "b"]] }],
    ["no value where one must be", { name: ["set", []] }],
  ])("with %s is refused", (_, json) => {
    expect(() => decodeRow(["Open_vSwitch", "Interface", ["name"]], uuid, json)).toThrow(
      "Interface.name: expected",
    );
  });
});
