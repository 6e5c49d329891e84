// Which providers are asked about a logical port, and which of their answers are kept.
import { describe, expect, test } from "bun:test";
import { type Advice, consultationsOf } from "../../src/plug/advice.ts";
import { type AskingFacts, gatherAdvice } from "../../src/plug/gather-advice.ts";
import type { ToPlug, ToUnplug } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { type Calls, plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, map, openVSwitchRow, pluggedRow, portRow } from "../support/rows.ts";
import { plug, unplug } from "./support/situation.ts";

/** The surroundings of a chassis with these providers; `lookups` counts changes of their tables. */
function chassisWith(...providers: readonly Provider[]) {
  const registry = registryOf(...providers);
  const lookups = new Map<string, number>();
  const around: AskingFacts = {
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    forPlugType: (plugType) => registry.forPlugType(plugType),
    refused: () => registry.refused(),
    lookup: (type) => lookups.get(type) ?? 0,
  };
  return { around, lookups };
}

function observed(columns: Parameters<typeof pluggedRow>[1] = {}): ObservedInterface {
  return classify(pluggedRow("lsp1", { options: map(), ...columns }), portRow(), bridgeRow());
}

function gather(
  around: AskingFacts,
  {
    intent = plug,
    owned,
    last,
    nonce = 0,
  }: {
    readonly intent?: ToPlug | ToUnplug;
    readonly owned?: ObservedInterface;
    readonly last?: Advice;
    readonly nonce?: number;
  } = {},
): Advice {
  const lport = makeLport("lsp1", intent.binding, owned === undefined ? [] : [owned]);
  const advice = gatherAdvice({ ...intent, lport }, nonce, around, last);
  if (advice === undefined) throw new Error("nobody was asked");
  return advice;
}

describe("a logical port that changes nothing hands", () => {
  test("is asked about once, of the provider of its plug type", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { around } = chassisWith(provider, recordedProvider("other").provider);
    const first = gather(around);
    expect(first).toMatchObject({ kind: "asked", leaving: null, main: { answer: { kind: "plug" } } });
    expect(gather(around, { last: first })).toBe(first);
    expect(calls).toEqual(["prepare lsp1 create"]);
  });

  test("asks a provider to remove what it plugged, and passes on that the port binding is gone", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { around } = chassisWith(provider);
    const advice = gather(around, { intent: unplug, owned: observed() });
    expect(advice).toMatchObject({ main: { answer: { kind: "unplug" } }, leaving: null });
    expect(calls).toEqual(["prepare lsp1 remove"]);
  });

  test("is asked about again when it is to be tried again, or when a lookup table changed", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { around, lookups } = chassisWith(provider);
    const first = gather(around);
    const again = gather(around, { last: first, nonce: 1 });
    lookups.set("dummy", 1);
    gather(around, { last: again, nonce: 1 });
    expect(calls.length).toBe(3);
  });

  test("is not asked about when its interface has come into place, nor when ovs-vswitchd advice", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { around } = chassisWith(provider);
    const first = gather(around);
    const inPlace = gather(around, { last: first, owned: observed({ ofport: null }) });
    gather(around, { last: inPlace, owned: observed({ ofport: 3 }) });
    expect(calls).toEqual(["prepare lsp1 create"]);
  });

  test("is asked about again when an interface that was in place is gone", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { around } = chassisWith(provider);
    const first = gather(around);
    const inPlace = gather(around, { last: first, owned: observed() });
    gather(around, { last: inPlace });
    expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 create"]);
  });
});

test("claims the name of an interface that is wanted and not in place", () => {
  const { around } = chassisWith(recordedProvider("dummy").provider);
  const first = gather(around);
  expect(first).toMatchObject({ claim: "lsp1" });
  expect(gather(around, { last: first, owned: observed() })).toMatchObject({ claim: null });
  expect(gather(around, { owned: observed({ name: "eth0" }) })).toMatchObject({ claim: "lsp1" });
  expect(gather(around, { intent: unplug, owned: observed() })).toMatchObject({ claim: null });
});

describe("a plug type that no provider answers to", () => {
  test("is an answer of its own, kept while it is so", () => {
    const { around } = chassisWith();
    const first = gather(around);
    expect(first).toEqual({ kind: "no-provider", plugType: "dummy", refused: null });
    expect(gather(around, { last: first })).toBe(first);
    const other = gather(around, { last: first, intent: { ...plug, plugType: "other" } });
    expect(other).toEqual({ kind: "no-provider", plugType: "other", refused: null });
    expect(consultationsOf(first)).toEqual([]);
    expect(consultationsOf(undefined)).toEqual([]);
  });
});

describe("an interface that changes hands", () => {
  const calls: Calls = [];
  const arriving = recordedProvider("dummy", {}, calls).provider;
  const leavingProvider = recordedProvider("other", {}, calls).provider;
  const pluggedAsOther = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "other" }) });

  test("has the provider it leaves asked as well, after the one it comes to (P4)", () => {
    const { around } = chassisWith(arriving, leavingProvider);
    calls.length = 0;
    const advice = gather(around, { owned: pluggedAsOther });
    expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove"]);
    expect(
      consultationsOf(advice).map(({ question }) => [question.provider.type, question.operation]),
    ).toEqual([
      ["dummy", "create"],
      ["other", "remove"],
    ]);
    expect(gather(around, { owned: pluggedAsOther, last: advice })).toBe(advice);
    expect(calls.length).toBe(2);
  });

  test("by name is left by the same provider that plugged it", () => {
    const renaming = recordedProvider("dummy", { prepare: plugAs((lport) => `new-${lport}`) });
    const { around } = chassisWith(renaming.provider);
    gather(around, { owned: observed() });
    expect(renaming.calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove"]);
  });

  test("says so when the provider that it leaves is not enabled", () => {
    const { around } = chassisWith(arriving);
    const advice = gather(around, { owned: pluggedAsOther });
    expect(advice).toMatchObject({ kind: "asked", leaving: { noProviderFor: "other" } });
    expect(consultationsOf(advice).length).toBe(1);
    expect(gather(around, { owned: pluggedAsOther, last: advice })).toBe(advice);
  });

  test("leaves nobody while the provider that it comes to is not ready", () => {
    const waiting = recordedProvider("dummy", { prepare: () => ({ ready: false, reason: "no link" }) });
    const { around } = chassisWith(waiting.provider, leavingProvider);
    calls.length = 0;
    expect(gather(around, { owned: pluggedAsOther })).toMatchObject({ kind: "asked", leaving: null });
    expect(calls).toEqual([]);
  });
});
