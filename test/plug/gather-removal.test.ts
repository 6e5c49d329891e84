// Which providers are asked about what may have to go: with which options, ahead of time, and of several interfaces.
import { describe, expect, test } from "bun:test";
import type { Advice } from "../../src/plug/advice.ts";
import { type AskingFacts, gatherAdvice } from "../../src/plug/gather-advice.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import type { PortBindingRow } from "../../src/plug/rows.ts";
import type { PrepareInput } from "../../src/providers/provider.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";
import { bridgeRow, map, openVSwitchRow, pluggedRow, portRow, uuid, wantedRow } from "../support/rows.ts";

/** An interface of lsp1's, alone in its port. */
function observed(name: string, plugType = "dummy"): ObservedInterface {
  const index = name.charCodeAt(0);
  const external_ids = map({ "iface-id": "lsp1", "ovn-plugged": plugType });
  const row = pluggedRow("lsp1", { _uuid: uuid(0x200 + index), name, external_ids });
  const port = portRow({ _uuid: uuid(0x300 + index), name, interfaces: new Set([row._uuid]) });
  return classify(row, port, bridgeRow({ ports: new Set([port._uuid]) }));
}

/** A chassis with the provider `dummy`, which answers so, and `other`, which agrees to everything. */
function chassis(prepare: (input: PrepareInput) => ReturnType<ReturnType<typeof plugAs>> = plugAs()) {
  const { provider, calls } = recordedProvider("dummy", { prepare });
  const other = recordedProvider("other", {}, calls).provider;
  const registry = registryOf(provider, other);
  const lookups = new Map<string, number>();
  const enabled = new Set(["dummy", "other"]);
  const facts: AskingFacts = {
    views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
    forPlugType: (type) => (enabled.has(type) ? registry.forPlugType(type) : undefined),
    refused: () => registry.refused(),
    lookup: (type) => lookups.get(type) ?? 0,
  };
  const gather = (intent: Intent, last?: Advice) => gatherAdvice(intent, 0, facts, last);
  return { gather, calls, lookups, enabled };
}

const left = wantedRow({ "vif-plug:x": "old" });
const moved = wantedRow({ "vif-plug:x": "new" });
const eth = observed("eth0");

function toGo(lastSeen: PortBindingRow | null, binding: PortBindingRow | null): Intent {
  const lport = makeLport("lsp1", binding, [eth]);
  const gone = { ground: "absent", reason: "gone", isCertain: true, binding } as const;
  return { kind: "unplug", lport, plugType: "dummy", ...gone, ...(lastSeen === null ? {} : { lastSeen }) };
}

function staying(rest: { readonly lastSeen?: PortBindingRow; readonly isLeaving?: true }): Intent {
  return { kind: "stay", lport: makeLport("lsp1", null, [eth]), plugType: "dummy", reason: "x", ...rest };
}

function toPlug(...found: readonly ObservedInterface[]): Intent {
  const binding = wantedRow();
  return { kind: "plug", lport: makeLport("lsp1", binding, found), plugType: "dummy", binding };
}

/** A provider that wants this name, and lets everything go. */
const wants = (name: string) => plugAs(() => name);

describe("a removal is asked for under the options that the port was plugged with", () => {
  test.each<[string, PortBindingRow | null, PortBindingRow | null, PortBindingRow["options"] | null]>([
    ["those of the row that left", left, moved, left.options],
    ["those of its row, where none left", null, moved, moved.options],
    ["none, where no row was seen", null, null, null],
  ])("%s", (_, lastSeen, binding, options) => {
    const advice = chassis().gather(toGo(lastSeen, binding));
    expect(advice).toMatchObject({ main: { question: { plugType: "dummy", operation: "remove", options } } });
    expect(advice).not.toHaveProperty("isAhead");
  });
});

describe("a port that stays while the Southbound is asked", () => {
  test("has its removal asked for ahead, and that answer holds when the Southbound has answered", () => {
    const { gather, calls } = chassis();
    const ahead = gather(staying({ lastSeen: left, isLeaving: true }));
    expect(ahead).toMatchObject({
      isAhead: true,
      claim: null,
      leaving: null,
      main: { question: { plugType: "dummy", operation: "remove", options: left.options } },
    });
    const due = gather(toGo(left, null), ahead);
    expect(due).not.toHaveProperty("isAhead");
    expect(calls).toEqual(["prepare lsp1 remove"]);
    expect(gather(toGo(left, null), due)).toBe(due);
  });

  test("is asked about as it is when nobody asks the Southbound: it may be another's by now (U7)", () => {
    const { gather } = chassis();
    const advice = gather(staying({ lastSeen: left }));
    expect(advice).toMatchObject({ main: { question: { operation: "create", options: left.options } } });
    expect(advice).not.toHaveProperty("isAhead");
  });

  test("leaves nothing for what its provider would have by now, as it is not plugged anew", () => {
    const { gather, calls } = chassis(wants("eth9"));
    expect(gather(staying({ lastSeen: left }))).toMatchObject({ claim: null, leaving: null });
    expect(calls).toEqual(["prepare lsp1 create"]);
  });

  test("is asked nothing about while nobody knows its options", () => {
    const { gather, calls } = chassis();
    expect([gather(staying({})), gather(staying({ isLeaving: true })), calls]).toEqual([
      undefined,
      undefined,
      [],
    ]);
  });
});

describe("an interface that is another's by now", () => {
  const another = ({ operation }: PrepareInput) =>
    operation === "remove"
      ? ({ ready: true } as const)
      : ({ ready: false, reason: "no", misplaced: "of vm9" } as const);

  test("has its removal asked for, whether its port is wanted or stays", () => {
    for (const intent of [toPlug(eth), staying({ lastSeen: left })]) {
      const { gather, calls } = chassis(another);
      expect(gather(intent)).toMatchObject({ leaving: { question: { operation: "remove" } } });
      expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove"]);
    }
  });

  test("is nothing to a port that has no interface, or whose removal is asked for anyway", () => {
    const { gather, calls } = chassis(() => ({ ready: false, reason: "no", misplaced: "of vm9" }));
    expect(gather(toPlug())).toMatchObject({ leaving: null });
    expect(gather(toGo(left, null))).toMatchObject({ leaving: null });
    expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove"]);
  });
});

describe("an interface that its provider is to let go", () => {
  test("is asked about again when the tables of that provider change", () => {
    const { gather, calls, lookups } = chassis();
    const intent = toPlug(observed("lsp1", "other"));
    const before = gather(intent);
    lookups.set("other", 1);
    expect(gather(intent, before)).not.toBe(before);
    expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove", "prepare lsp1 remove"]);
  });

  test("is told of the plug type that nobody answers to any more, and of another one by then", () => {
    const { gather, enabled } = chassis();
    enabled.delete("other");
    const before = gather(toPlug(observed("lsp1", "other")));
    expect(before).toMatchObject({ leaving: { noProviderFor: "other" } });
    const renamed = gather(toPlug(observed("lsp1", "third")), before);
    expect(renamed).toMatchObject({ leaving: { noProviderFor: "third" } });
    enabled.add("other");
    expect(gather(toPlug(observed("lsp1", "other")), before)).toMatchObject({
      leaving: { question: { plugType: "other", operation: "remove" }, answer: { kind: "unplug" } },
    });
  });
});

describe("of several interfaces", () => {
  const [a, b, c] = [observed("a"), observed("b"), observed("c")];

  test("the one that the provider answers is the port's, and the others are to go", () => {
    const { gather, calls } = chassis(wants("b"));
    const intent = toPlug(a, b, c);
    const advice = gather(intent);
    expect(advice).toMatchObject({
      claim: null,
      main: { question: { interface: { name: "b" } } },
      several: {
        inPlace: { interface: { name: "b" } },
        probe: { question: { interface: { name: "a" } } },
        leftovers: [{ observed: a }, { observed: c }],
      },
    });
    const first = [
      "prepare lsp1 create",
      "prepare lsp1 create",
      "prepare lsp1 remove",
      "prepare lsp1 remove",
    ];
    expect(calls).toEqual(first);
    expect(gather(intent, advice) === advice).toBe(true);
    expect(calls).toEqual(first);
  });

  test("the first by name is the port's where none bears the name that the provider answers", () => {
    const { gather, calls } = chassis(wants("z"));
    expect(gather(toPlug(a, b))).toMatchObject({
      claim: "z",
      leaving: { question: { interface: { name: "a" } } },
      several: { inPlace: a, probe: null, leftovers: [{ observed: b }] },
    });
    expect(calls).toEqual(["prepare lsp1 create", "prepare lsp1 remove", "prepare lsp1 remove"]);
  });

  test("none is left over while the provider is not ready", () => {
    const { gather } = chassis(() => ({ ready: false, reason: "no link" }));
    expect(gather(toPlug(a, b))).toMatchObject({ several: { inPlace: a, leftovers: [] }, leaving: null });
  });

  test("an answer about what is left over is kept as long as that interface is the same", () => {
    const { gather, calls } = chassis(wants("a"));
    const before = gather(toPlug(a, b, c));
    calls.length = 0;
    const without = gather(toPlug(a, c), before);
    expect(without).toMatchObject({ several: { leftovers: [{ observed: c }] } });
    const changed = observed("c", "other");
    expect(gather(toPlug(a, changed), without)).toMatchObject({
      several: { leftovers: [{ observed: changed, leaving: { question: { plugType: "other" } } }] },
    });
    expect(calls).toEqual(["prepare lsp1 remove"]);
  });

  test("what is left over is asked about anew when its provider's tables change, and kept when others come", () => {
    const { gather, lookups } = chassis(wants("a"));
    const intent = toPlug(a, b, c);
    const before = gather(intent);
    const changed = observed("c", "other");
    const lport = makeLport("lsp1", wantedRow(), [a, b, changed]);
    const leftovers = (advice: Advice | undefined) =>
      advice?.kind === "asked" ? advice.several?.leftovers : undefined;
    const [first, second] = leftovers(gather({ ...intent, lport }, before)) ?? [];
    expect(first === leftovers(before)?.[0]).toBe(true);
    expect(second?.observed === changed).toBe(true);
    lookups.set("dummy", 1);
    const [again] = leftovers(gather(intent, before)) ?? [];
    expect(again?.leaving).toMatchObject({ question: { lookup: 1 } });
  });

  test("some are left over as soon as the provider is ready", () => {
    let link = false;
    const { gather, lookups } = chassis((input) =>
      link ? wants("a")(input) : { ready: false, reason: "no link" },
    );
    const before = gather(toPlug(a, b));
    link = true;
    lookups.set("dummy", 1);
    expect(gather(toPlug(a, b), before)).toMatchObject({
      several: { inPlace: a, leftovers: [{ observed: b }] },
    });
  });

  test("the first one is asked about once, also while the provider is not ready for the one that it names", () => {
    const { gather, calls } = chassis((input) =>
      input.interface?.name === "a" ? wants("b")(input) : { ready: false, reason: "no link" },
    );
    const one = toPlug(a, b);
    const binding = wantedRow({ "vif-plug:x": "another" });
    const other: Intent = {
      kind: "plug",
      plugType: "dummy",
      binding,
      lport: makeLport("lsp1", binding, [a, b]),
    };
    const again = gather(other, gather(one));
    calls.length = 0;
    expect(gather(other, again) === again).toBe(true);
    expect(calls).toEqual([]);
  });

  test("one that is not ours is none of them, and a port that is to go has the first one alone", () => {
    const shared = classify(pluggedRow("lsp1", { name: "s" }), portRow(), undefined);
    const { gather } = chassis(wants("a"));
    expect(gather(toPlug(a, shared))).not.toHaveProperty("several");
    const two = makeLport("lsp1", null, [a, b]);
    expect(gather({ ...toGo(left, null), lport: two })).not.toHaveProperty("several");
  });
});
