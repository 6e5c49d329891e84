// What can be read from what providers have said about one logical port, and when two of those say the same.
import { describe, expect, test } from "bun:test";
import {
  type Advice,
  consultationsOf,
  inPlaceOf,
  isAwaited,
  type Leaving,
  type Leftover,
  leftoversBeside,
  leftoversIn,
  misplacementOf,
  typesOf,
} from "../../src/plug/advice.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import { type Consultation, consult } from "../../src/plug/question.ts";
import type { Answer } from "../../src/providers/answer.ts";
import { plugAs } from "../support/providers.ts";
import { bridgeRow, interfaceRow, pluggedRow, portRow, wantedRow } from "../support/rows.ts";
import { answered, askedToPlug, questionOf } from "./support/by-hand.ts";

const refused = { type: "sriov", plugTypes: ["ghost"], reason: "no bus" };
const nobody: Advice = { kind: "no-provider", plugType: "ghost", refused: null };
const awaited: Answer = { kind: "not-ready", reason: "it has been asked", awaited: true };
const leaving: Leaving = answered({ kind: "unplug" }, { plugType: "other", operation: "remove" });
const [one, other] = [observe("eth0"), observe("eth1")];
const leftover: Leftover = { observed: other, leaving };
const several = { inPlace: one, leftovers: [leftover], probe: null };

function observe(name: string): ObservedInterface {
  return classify(pluggedRow("lsp1", { name }), portRow(), bridgeRow());
}

function typed(type: string): Consultation {
  return answered({ kind: "unplug" }, { plugType: type });
}

describe("of several interfaces", () => {
  const binding = wantedRow();
  const intent: Intent = {
    kind: "plug",
    lport: makeLport("lsp1", binding, [other]),
    plugType: "dummy",
    binding,
  };

  test("the one that is in place is the one that the provider names", () => {
    expect(inPlaceOf(intent, askedToPlug({ several }))).toBe(one);
  });

  test("the logical port's own counts where there is one alone, or nobody was asked", () => {
    for (const advice of [askedToPlug(), nobody, undefined]) expect(inPlaceOf(intent, advice)).toBe(other);
  });

  test("the others are left over, once the port has the one that it wants", () => {
    expect(leftoversIn(askedToPlug({ several }))).toEqual([leftover]);
    expect(leftoversIn(askedToPlug({ several, claim: "eth9" }))).toEqual([]);
    expect(leftoversBeside(askedToPlug({ several, claim: "eth9" }))).toEqual([leftover]);
  });

  test("none is left over where nobody was asked, or there is one alone", () => {
    for (const advice of [askedToPlug(), nobody, undefined])
      expect([leftoversIn(advice), leftoversBeside(advice)]).toEqual([[], []]);
  });
});

test("the consultations are the port's own, then what it leaves, then what it takes over", () => {
  const [main, adopted] = [typed("dummy"), typed("third")];
  const types = (advice: Advice | undefined) =>
    consultationsOf(advice).map(({ question }) => question.plugType);
  expect(types(askedToPlug({ main, leaving, adopted }))).toEqual(["dummy", "other", "third"]);
  expect(types(askedToPlug({ main, adopted }))).toEqual(["dummy", "third"]);
  expect(types(askedToPlug({ main, leaving: { noProviderFor: "ghost", refused: null } }))).toEqual(["dummy"]);
  expect([types(nobody), types(undefined)]).toEqual([[], []]);
});

describe("the types that an advice depends on are those", () => {
  const main = typed("dummy");
  const typesIn = (advice: Advice | undefined) => [...new Set(typesOf(advice))];
  const left = (leaving: Leaving) => ({ ...several, leftovers: [{ observed: other, leaving }] });

  test("that were asked, for the port, what it leaves, and what is left over", () => {
    expect(typesIn(askedToPlug({ main }))).toEqual(["dummy"]);
    expect(typesIn(askedToPlug({ main, leaving }))).toEqual(["dummy", "other"]);
    expect(typesIn(askedToPlug({ main, several: left(typed("third")) }))).toEqual(["dummy", "third"]);
  });

  test("that would have been asked, had they started", () => {
    expect(typesIn({ ...nobody, refused })).toEqual(["sriov"]);
    expect(typesIn(askedToPlug({ main, leaving: { noProviderFor: "ghost", refused } }))).toEqual([
      "dummy",
      "sriov",
    ]);
    expect(typesIn(askedToPlug({ main, several: left({ noProviderFor: "ghost", refused }) }))).toEqual([
      "dummy",
      "sriov",
    ]);
  });

  test("and no other, where nobody would answer, or nobody was asked", () => {
    expect(typesIn(askedToPlug({ main, leaving: { noProviderFor: "ghost", refused: null } }))).toEqual([
      "dummy",
    ]);
    expect([typesIn(nobody), typesIn(undefined)]).toEqual([[], []]);
  });
});

test("an advice is awaited while one of those that were asked has not answered yet", () => {
  const waits = answered(awaited);
  const refuses = answered({ kind: "not-ready", reason: "no link" });
  expect(isAwaited(askedToPlug({ main: waits }))).toBe(true);
  expect(isAwaited(askedToPlug({ leaving: waits }))).toBe(true);
  expect(isAwaited(askedToPlug({ main: waits, leaving: refuses }))).toBe(true);
  const beside = { ...several, leftovers: [leftover, { observed: other, leaving: waits }] };
  expect(isAwaited(askedToPlug({ several: beside }))).toBe(true);
  expect(isAwaited(askedToPlug({ several }))).toBe(false);
  for (const advice of [askedToPlug({ main: refuses, leaving }), askedToPlug(), nobody, undefined])
    expect(isAwaited(advice)).toBe(false);
});

describe("whose the interface in place is by now (U7)", () => {
  const inPlace = { interface: interfaceRow({ name: "eth0" }) };
  const says = (misplaced: string): Consultation =>
    answered({ kind: "not-ready", reason: "no", misplaced }, inPlace);
  const whose = (advice: Advice | undefined) => misplacementOf(advice)?.whose ?? null;

  test("is what the port's provider says, also of another interface of its own that it leaves", () => {
    const main = says("VF 1");
    const { provider } = main.question;
    const before = (misplaced: string) =>
      answered({ kind: "unplug", misplaced }, { ...inPlace, provider, operation: "remove" });
    expect(misplacementOf(askedToPlug({ main }))).toEqual({ whose: "VF 1", isBuiltIn: true });
    expect(whose(askedToPlug({ main, leaving: before("VF 2") }))).toBe("VF 1");
    expect(whose(askedToPlug({ leaving: says("VF 2") }))).toBe("VF 2");
  });

  test("is what the provider says that plugged it, and not the one that has the port now", () => {
    const main = says("a veth's");
    expect(whose(askedToPlug({ main, leaving: says("VF 2") }))).toBe("VF 2");
    expect(whose(askedToPlug({ main, leaving }))).toBeNull();
    expect(whose(askedToPlug({ main, leaving: { noProviderFor: "ghost", refused: null } }))).toBe("a veth's");
  });

  test("is nobody's where no provider says so", () => {
    const silent = [askedToPlug(), askedToPlug({ leaving }), nobody, undefined];
    for (const advice of silent) expect(misplacementOf(advice)).toBeNull();
    const gone: Leaving = { noProviderFor: "ghost", refused: null };
    expect(misplacementOf(askedToPlug({ leaving: gone }))).toBeNull();
  });

  test("does not follow from an answer that was asked for ahead", () => {
    expect(whose(askedToPlug({ main: says("VF 1"), isAhead: true }))).toBeNull();
  });

  test("is nobody's where there is no interface, or the provider asks for that very one", () => {
    expect(whose(askedToPlug({ main: answered({ kind: "unplug", misplaced: "VF 1" }) }))).toBeNull();
    const named = (name: string) => {
      const prepare = (input: Parameters<ReturnType<typeof plugAs>>[0]) => ({
        ...plugAs(() => name)(input),
        misplaced: "VF 1",
      });
      return askedToPlug({ main: consult(questionOf(inPlace, { prepare })) });
    };
    const prepare = (input: Parameters<ReturnType<typeof plugAs>>[0]) => ({
      ...plugAs()(input),
      misplaced: "VF 1",
    });
    expect(whose(askedToPlug({ main: consult(questionOf({}, { prepare })) }))).toBeNull();
    expect(whose(named("eth0"))).toBeNull();
    expect(whose(named("eth1"))).toBe("VF 1");
  });
});
