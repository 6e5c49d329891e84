// Rule U6: which ports are due to be unplugged, whether they are too many, and who is told of it.
import { describe, expect, test } from "bun:test";
import type { Advice, Leftover } from "../../../src/plug/advice.ts";
import type { Intent } from "../../../src/plug/intent.ts";
import { makeLport } from "../../../src/plug/lport.ts";
import {
  type Hold,
  type Holding,
  heldReason,
  holdAdviceHandler,
  holdIntentHandler,
  holdLportHandler,
  holdSouthboundHandler,
  isDueToGo,
  nothingHeld,
  recomputeHold,
} from "../../../src/plug/nodes/hold-node.ts";
import type { Stranger } from "../../../src/plug/nodes/input-nodes.ts";
import { classify } from "../../../src/plug/observed-interface.ts";
import { settings } from "../../support/plug-bench.ts";
import { bridgeRow, pluggedRow, portRow, wantedRow } from "../../support/rows.ts";
import { answered, askedToPlug, cause, changesOf, holding } from "../support/by-hand.ts";

const stranger: Stranger = { before: "c1", now: "c2" };
const owned = classify(pluggedRow(), portRow(), bridgeRow());
const lport = makeLport("lsp1", null, [owned]);
const binding = wantedRow();
const gone = { ground: "absent", reason: "gone", binding: null, isCertain: true } as const;
const toGo: Intent = { kind: "unplug", lport, plugType: "dummy", ...gone };
const toPlug: Intent = { kind: "plug", lport, plugType: "dummy", binding };
const leftover: Leftover = { observed: owned, leaving: answered({ kind: "unplug" }) };
const withLeftover: Advice = askedToPlug({ several: { inPlace: owned, leftovers: [leftover], probe: null } });
/** A provider that is part of the executable, or one that is not, knows whose the interface is. */
const misplaced = (isBuiltIn: boolean): Advice => {
  const interfaceOfOther = { interface: owned.interface };
  const main = answered({ kind: "not-ready", reason: "no", misplaced: "VF 7" }, interfaceOfOther);
  const provider = { ...main.question.provider, isBuiltIn };
  return askedToPlug({ main: { ...main, question: { ...main.question, provider } } });
};

describe("a port is due to go", () => {
  test.each<[string, Intent | undefined, Advice | undefined, boolean]>([
    ["that is to be unplugged, whatever is said of it", toGo, undefined, true],
    ["of which something is left over", toPlug, withLeftover, true],
    ["whose interface is another's, as a provider from outside says", toPlug, misplaced(false), true],
    [
      "but not where a provider of the executable says so, who is believed (U7)",
      toPlug,
      misplaced(true),
      false,
    ],
    ["but not where it is wanted", toPlug, askedToPlug(), false],
    ["but not where nothing is known of it", undefined, undefined, false],
  ])("%s", (_, intent, advice, isDue) => {
    expect(isDueToGo(intent, advice)).toBe(isDue);
  });
});

interface Situation {
  readonly intents?: Readonly<Record<string, Intent>>;
  readonly advice?: Readonly<Record<string, Advice>>;
  readonly confirmed?: readonly string[];
  readonly maxUnplugPercent?: number;
  readonly ownedCount?: number;
  readonly stranger?: Stranger | null;
}

/** Four ports are plugged, and half of them may go at once. */
function contextOf(situation: Situation, data: Hold) {
  const { intents = {}, advice = {}, confirmed = [], maxUnplugPercent = 50, ownedCount = 4 } = situation;
  return {
    inputs: {
      settings: holding({ ...settings, maxUnplugPercent }),
      intent: { data: new Map(Object.entries(intents)) },
      advice: { data: new Map(Object.entries(advice)) },
      lport: { data: { ownedCount } },
      southbound: holding({ synced: true, acknowledged: null, stranger: situation.stranger ?? null }),
      confirmed: holding(new Set(confirmed)),
    },
    data,
    changes: new Map(),
    cause,
  };
}

/** What is known to be due, and whether that is held. */
function hold(due: readonly string[], rest: Partial<Hold> = {}): Hold {
  return { ...nothingHeld(), ownedCount: 4, ...rest, due: new Set(due) };
}

describe("a recompute", () => {
  function recomputed(situation: Situation, before: Hold) {
    const context = contextOf(situation, before);
    const { kind } = recomputeHold(context);
    return { kind, data: context.data, told: [...context.changes.keys()].sort() };
  }
  const three = { a: toGo, b: toGo, c: toGo, d: toPlug };

  test("finds what is due: what is to be unplugged, and what providers say of the others", () => {
    const situation = {
      intents: { a: toGo, b: toPlug, c: toPlug },
      advice: { b: withLeftover, c: askedToPlug() },
    };
    expect(recomputed(situation, nothingHeld())).toEqual({
      kind: "updated",
      data: hold(["a", "b"]),
      told: [],
    });
  });

  test("holds more than may go, and tells of each", () => {
    expect(recomputed({ intents: three }, nothingHeld())).toEqual({
      kind: "updated",
      data: hold(["a", "b", "c"], { isHeld: true }),
      told: ["a", "b", "c"],
    });
  });

  test("leaves out what is confirmed", () => {
    expect(recomputed({ intents: three, confirmed: ["a"] }, nothingHeld()).data).toEqual(hold(["b", "c"]));
  });

  test("forgets what is not due any more, and tells of what was held", () => {
    const { kind, data, told } = recomputed(
      { intents: { ...three, c: toPlug } },
      hold(["a", "b", "c"], { isHeld: true }),
    );
    expect([kind, data, told]).toEqual(["updated", hold(["a", "b"]), ["a", "b", "c"]]);
    expect(recomputed({}, hold(["z"])).data).toEqual(hold([]));
  });

  test("finds nothing to do where everything is as it was", () => {
    const before = hold(["a", "b", "c"], { isHeld: true });
    expect(recomputed({ intents: three }, before)).toEqual({ kind: "unchanged", data: before, told: [] });
  });
});

describe("a change of what is intended, or of what a provider says", () => {
  const followed = (situation: Situation, before: Hold, ...lports: readonly string[]) => {
    const results = [holdIntentHandler, holdAdviceHandler].map((handler) => {
      const context = contextOf(situation, { ...before, due: new Set(before.due) });
      const { kind } = handler({ ...context, input: changesOf(...lports) });
      return { kind, data: context.data, told: [...context.changes.keys()].sort() };
    });
    expect(results[0]).toEqual(results[1] ?? expect.anything());
    return results[0];
  };

  test("is followed for the ports that changed, and for no other", () => {
    const intents = { a: toGo, b: toGo };
    expect(followed({ intents }, hold([]), "a")).toEqual({ kind: "updated", data: hold(["a"]), told: [] });
    expect(followed({ intents }, hold(["a", "b"]), "a", "b")).toEqual({
      kind: "unchanged",
      data: hold(["a", "b"]),
      told: [],
    });
  });

  test("is told of where others are held: of that port alone, while it stays so", () => {
    const intents = { a: toGo, b: toGo, c: toGo, d: toGo };
    const before = hold(["a", "b", "c"], { isHeld: true });
    expect(followed({ intents }, before, "d")).toEqual({
      kind: "updated",
      data: hold(["a", "b", "c", "d"], { isHeld: true }),
      told: ["d"],
    });
  });

  test("lets all of them go when they are not too many any more", () => {
    const before = hold(["a", "b", "c"], { isHeld: true });
    expect(followed({ intents: { a: toGo, b: toGo } }, before, "c")).toEqual({
      kind: "updated",
      data: hold(["a", "b"]),
      told: ["a", "b", "c"],
    });
  });
});

describe("what is due is held", () => {
  function weighed(situation: Situation, before: Hold) {
    const results = [holdLportHandler, holdSouthboundHandler].map((handler) => {
      const context = contextOf(situation, { ...before, due: new Set(before.due) });
      const { kind } = handler(context);
      return { kind, isHeld: context.data.isHeld, told: [...context.changes.keys()].sort() };
    });
    expect(results[0]).toEqual(results[1] ?? expect.anything());
    return results[0];
  }

  test("where it is more than may go of what is plugged", () => {
    const due = hold(["a", "b"]);
    expect(weighed({ ownedCount: 4 }, due)).toEqual({ kind: "unchanged", isHeld: false, told: [] });
    expect(weighed({ ownedCount: 3 }, due)).toEqual({ kind: "updated", isHeld: true, told: ["a", "b"] });
    expect(weighed({ ownedCount: 8 }, due)).toEqual({ kind: "updated", isHeld: false, told: [] });
    expect(weighed({ maxUnplugPercent: 0 }, hold(["a"]))).toMatchObject({ isHeld: false });
    expect(weighed({ maxUnplugPercent: 0 }, due)).toMatchObject({ isHeld: true });
  });

  test("under a Southbound that is another than before, also where it is one port, but not where it is none", () => {
    expect(weighed({ stranger }, hold(["a"]))).toEqual({ kind: "updated", isHeld: true, told: ["a"] });
    expect(weighed({ stranger }, hold([]))).toEqual({ kind: "updated", isHeld: false, told: [] });
    const before = hold(["a"], { isHeld: true, stranger });
    expect(weighed({ stranger }, before)).toEqual({ kind: "unchanged", isHeld: true, told: [] });
    expect(weighed({}, before)).toEqual({ kind: "updated", isHeld: false, told: ["a"] });
  });

  test("for another reason, which its ports are told of", () => {
    const before = hold(["a", "b", "c"], { isHeld: true });
    expect(weighed({ stranger }, before)).toEqual({ kind: "updated", isHeld: true, told: ["a", "b", "c"] });
  });
});

describe("the reason of a port that is held", () => {
  const held: Holding = { due: new Set(["a"]), isHeld: true, stranger: null };

  test("is none for a port that is not due, or while nothing is held", () => {
    expect(heldReason(held, settings, "b")).toBeNull();
    expect(heldReason({ ...held, isHeld: false }, settings, "a")).toBeNull();
  });

  test("says which bound is passed, or which Southbound is another, and how to confirm", () => {
    const confirm = "if that is right: ovs-appctl -t vifplugd plug/confirm-unplug";
    expect(heldReason(held, { ...settings, maxUnplugPercent: 25 }, "a")).toBe(
      `more than safety.max_unplug (25%) of the plugged ports are due to be unplugged at once; ${confirm}`,
    );
    const other = "the Southbound is another database than before";
    expect(heldReason({ ...held, stranger }, settings, "a")).toBe(
      `${other} (cluster c1, now cluster c2); ${confirm}`,
    );
    const single: Stranger = { before: "c1", now: null };
    expect(heldReason({ ...held, stranger: single }, settings, "a")).toBe(
      `${other} (cluster c1, now no cluster); ${confirm}`,
    );
  });
});
