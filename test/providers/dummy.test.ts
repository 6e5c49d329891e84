// The dummy provider.
import { describe, expect, test } from "bun:test";
import { builtinProviders } from "../../src/providers/builtin.ts";
import { dummyProvider } from "../../src/providers/dummy/dummy.ts";
import type { Operation } from "../../src/providers/provider.ts";
import { registered } from "../support/providers.ts";
import { bridgeRow, map, openVSwitchRow } from "../support/rows.ts";

function ask(lport: string, operation: Operation = "create") {
  return registered(dummyProvider()).prepare({
    operation,
    openVSwitch: openVSwitchRow(),
    bridge: bridgeRow(),
    lport: { name: lport, options: map() },
    interface: null,
  });
}

test("is built in", () => {
  const types: readonly string[] = builtinProviders.map(({ type }) => type);
  expect(types).toContain(dummyProvider().type);
});

test("plugs an internal interface named after the logical port, with its option", () => {
  expect(ask("lsp1")).toEqual({
    kind: "plug",
    wanted: { name: "lsp1", type: "internal", options: { "vif-plug-dummy-option": "value" } },
  });
});

test("maintains its option", () => {
  expect(dummyProvider().maintainedOptions).toEqual(["vif-plug-dummy-option"]);
});

test("agrees to every removal", () => {
  expect(ask("lsp1", "remove")).toEqual({ kind: "unplug" });
});

describe("a longer name", () => {
  test("is cut to 15 bytes", () => {
    expect(ask("0123456789abcdefgh")).toMatchObject({ wanted: { name: "0123456789abcde" } });
  });

  test("is not cut within a character", () => {
    expect(ask("0123456789abcd😀tail")).toMatchObject({ wanted: { name: "0123456789abcd" } });
    expect(ask("ä".repeat(9))).toMatchObject({ wanted: { name: "äääääää" } });
    expect(ask("😀".repeat(4))).toMatchObject({ wanted: { name: "😀😀😀" } });
  });
});

test("a logical port whose name cannot be an interface's is an error of that port", () => {
  expect(ask("pod/eth0")).toMatchObject({ kind: "broken" });
});
