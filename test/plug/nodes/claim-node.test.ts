// Which logical ports want which interface name: followed from change to change, and made right by a recompute.
import { describe, expect, test } from "bun:test";
import { keyedChanges } from "../../../src/graph/index.ts";
import type { Advice } from "../../../src/plug/advice.ts";
import {
  type Claims,
  claimAdviceHandler,
  collectClaims,
  noClaims,
} from "../../../src/plug/nodes/claim-node.ts";
import { askedToPlug, cause, changesOf } from "../support/by-hand.ts";

const wants = (claim: string | null): Advice => askedToPlug({ claim });
const nobody: Advice = { kind: "no-provider", plugType: "ghost", refused: null };

/** `b` and `a` want eth0, `c` has what it wants, and `d` has no provider. */
const advice = new Map<string, Advice>([
  ["b", wants("eth0")],
  ["a", wants("eth0")],
  ["c", wants(null)],
  ["d", nobody],
]);
const right = claimsOf({ b: "eth0", a: "eth0" }, { eth0: ["a", "b"] });

function claimsOf(
  byLport: Readonly<Record<string, string>>,
  byName: Readonly<Record<string, readonly string[]>>,
): Claims {
  return { byLport: new Map(Object.entries(byLport)), byName: new Map(Object.entries(byName)) };
}

function recomputed(data: Claims) {
  const { kind } = collectClaims({ inputs: { advice: { data: advice } }, data });
  return { kind, data };
}

describe("a recompute", () => {
  test("collects the claims there are, those of one name in the order of the logical ports", () => {
    expect(recomputed(noClaims())).toEqual({ kind: "updated", data: right });
  });

  test("leaves alone what is right", () => {
    const data = claimsOf({ a: "eth0", b: "eth0" }, { eth0: ["a", "b"] });
    const listed = data.byName.get("eth0");
    expect(recomputed(data)).toEqual({ kind: "unchanged", data: right });
    expect(data.byName.get("eth0") === listed).toBe(true);
  });

  test.each<[string, () => Claims]>([
    [
      "a claim is on another name than before",
      () => claimsOf({ a: "eth1", b: "eth0" }, { eth0: ["a", "b"] }),
    ],
    [
      "somebody else is listed in the place of a claimant",
      () => claimsOf({ a: "eth0", b: "eth0" }, { eth0: ["b", "z"] }),
    ],
    ["somebody claims no more", () => claimsOf({ a: "eth0", b: "eth0", z: "eth9" }, { eth0: ["a", "b"] })],
    [
      "a name is claimed no more",
      () => claimsOf({ a: "eth0", b: "eth0" }, { eth0: ["a", "b"], eth9: ["z"] }),
    ],
    ["nobody claims the name", () => claimsOf({ a: "eth0", b: "eth0" }, {})],
  ])("makes it right where %s", (_, damaged) => {
    expect(recomputed(damaged())).toEqual({ kind: "updated", data: right });
  });
});

describe("a change of what providers have said", () => {
  /** What becomes of the claims, and which names are told of, when the advice on these ports becomes this. */
  function changed(after: Readonly<Record<string, Advice | undefined>>) {
    const data = claimsOf({ a: "eth0", b: "eth0" }, { eth0: ["a", "b"] });
    const entries = Object.entries(after).flatMap(([lport, one]) => (one ? [[lport, one] as const] : []));
    const changes = keyedChanges<string>();
    const { kind } = claimAdviceHandler({
      inputs: { advice: { data: new Map(entries) } },
      data,
      changes,
      input: changesOf(...Object.keys(after)),
    });
    return { kind, data, names: [...changes.keys()] };
  }

  test("tells of nothing where every port wants what it wanted, or still wants nothing", () => {
    const { kind, data, names } = changed({ a: wants("eth0"), c: wants(null), d: nobody, e: undefined });
    expect([kind, data, names]).toEqual(["unchanged", right, []]);
  });

  test("tells of the name that a port wants no more, which the others still want", () => {
    const data = claimsOf({ b: "eth0" }, { eth0: ["b"] });
    for (const none of [wants(null), nobody, undefined])
      expect(changed({ a: none })).toEqual({ kind: "updated", data, names: ["eth0"] });
  });

  test("forgets a name that nobody wants any more", () => {
    const { data } = changed({ a: undefined, b: undefined });
    expect(data).toEqual(noClaims());
  });

  test("tells of both names where a port wants another one", () => {
    const data = claimsOf({ b: "eth0", a: "eth1" }, { eth0: ["b"], eth1: ["a"] });
    expect(changed({ a: wants("eth1") })).toEqual({ kind: "updated", data, names: ["eth0", "eth1"] });
  });

  test("lists a port that comes by its name among the others, with the cause of its change", () => {
    const changes = keyedChanges<string>();
    const data = claimsOf({ b: "eth0" }, { eth0: ["b"] });
    const inputs = { advice: { data: new Map([["a", wants("eth0")]]) } };
    claimAdviceHandler({ inputs, data, changes, input: changesOf("a") });
    expect(data).toEqual(right);
    expect([...changes]).toEqual([["eth0", cause]]);
  });
});
