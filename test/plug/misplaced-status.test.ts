// The status on a port whose interface is another's by now (rule U7).
import { describe, expect, test } from "bun:test";
import type { Attempt } from "../../src/plug/attempt.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { type Behaviour, notReady, plugAs, recordedProvider } from "../support/providers.ts";
import { map } from "../support/rows.ts";
import { changeOf, observed, plug, ready, type Situation, unplug, verdictOf } from "./support/situation.ts";

describe("an interface that is another's by now (U7)", () => {
  const misplaced = "VF 7 of pci/0000:41:00.0";
  const knowing = (prepare: Behaviour["prepare"]) => {
    const said: Behaviour["prepare"] = (input) => ({ ...(prepare ?? ready)(input), misplaced });
    return [recordedProvider("dummy", { prepare: said }).provider];
  };
  const lost = notReady("no such device");
  const stay: Intent = { ...plug, kind: "stay", reason: "the Southbound is away" };
  const elsewhere = plugAs(() => "eth7");

  test.each<[string, Situation]>([
    ["has no other", { providers: knowing(lost) }],
    ["does not get the other one", { providers: knowing(elsewhere), taken: "taken" }],
    ["may not be renamed", { providers: knowing(elsewhere), onRename: "report" }],
    ["is not due to go, as far as is known", { providers: knowing(lost), intent: stay }],
    ["is due to go and held", { providers: knowing(ready), intent: unplug, held: "too many" }],
    ["is due to go and not let go", { providers: knowing(lost), intent: unplug }],
  ])("goes when its port %s", (_, situation) => {
    expect(verdictOf({ ...situation, owned: observed() })).toMatchObject({
      state: "pending",
      reason: `interface lsp1 belongs to ${misplaced} now`,
      change: { kind: "remove", misplaced, interface: { name: "lsp1" } },
    });
  });

  test.each<[string, Situation]>([
    ["we may not write", { notActive: "another one holds the lock" }],
    ["there is no bridge", { bridge: null }],
    ["another port takes it over", { intent: unplug, taker: "lsp2", providers: knowing(ready) }],
  ])("stays while %s", (_, situation) => {
    const { change } = verdictOf({ providers: knowing(lost), owned: observed(), ...situation });
    expect(change).toBeNull();
  });

  test("is due to go anyway, and goes for that reason", () => {
    const status = verdictOf({ providers: knowing(ready), intent: unplug, owned: observed() });
    expect(status).toMatchObject({ reason: "it is gone", change: { kind: "remove", misplaced } });
  });

  test("is held where a provider from outside says so, and too many are due to go (U6)", () => {
    const situation = { providers: knowing(lost), owned: observed(), isOutside: true } as const;
    expect(verdictOf({ ...situation, held: "too many" })).toMatchObject({
      state: "held",
      reason: `interface lsp1 belongs to ${misplaced} now, but too many`,
      change: null,
    });
    expect(verdictOf(situation).change).toMatchObject({ kind: "remove", misplaced });
  });

  test("is not meant by what was sent away before, once its port has another interface", () => {
    const providers = [recordedProvider("dummy", { prepare: elsewhere }).provider];
    const attempt: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 3 } };
    expect(verdictOf({ providers, owned: observed(), attempt }).change?.kind).toBe("replug");
  });

  test("moves with its port when that gets the other one in the same pass", () => {
    expect(verdictOf({ providers: knowing(elsewhere), owned: observed() })).toMatchObject({
      change: { kind: "replug", remove: { misplaced }, take: { desired: { wanted: { name: "eth7" } } } },
    });
  });

  test.each([
    ["it over", { taker: "lsp2" }, { remove: null }],
    ["over a second interface of its port", {}, { remove: { misplaced } }],
  ])(
    "moves at once too when another port takes %s, however often it was sent away before",
    (_, rest, what) => {
      const together = ["lsp1", "lsp2"];
      const contest = { kind: "free", together, refused: null, isInTurn: true } as const;
      const attempt: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 3 } };
      const situation = { providers: knowing(elsewhere), owned: observed(), attempt, contest, ...rest };
      expect(changeOf(situation)).toMatchObject({ kind: "replug", together, ...what });
    },
  );

  test("is not another's when the provider asks for it by its name", () => {
    expect(verdictOf({ providers: knowing(ready), owned: observed() })).toMatchObject({ state: "plugged" });
  });

  test("is not another's because the provider of the port's new plug type does not know it", () => {
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "veth" }) });
    const veth = recordedProvider("veth", { prepare: () => ({ ready: true }) }).provider;
    const providers = [...knowing(lost), veth];
    expect(verdictOf({ providers, owned })).toMatchObject({
      state: "waiting",
      reason: "no such device",
      change: null,
    });
    expect(verdictOf({ providers: [...knowing(elsewhere), veth], owned, onRename: "report" })).toMatchObject({
      state: "incompatible",
      change: null,
    });
    const knows = recordedProvider("veth", { prepare: () => ({ ready: true, misplaced }) }).provider;
    const change = { kind: "remove", misplaced };
    expect(verdictOf({ providers: [...knowing(lost), knows], owned })).toMatchObject({ change });
  });

  test("goes without leave of whoever plugged it, where nobody knows that plug type any more", () => {
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "ghost" }) });
    expect(verdictOf({ providers: knowing(lost), owned })).toMatchObject({ change: { kind: "remove" } });
  });

  test("is plugged anew at once after the first time, and with back-off after the second", () => {
    const first: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 1 } };
    expect(verdictOf({ attempt: first })).toMatchObject({ change: { kind: "create" } });
    const third: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 3 } };
    expect(verdictOf({ attempt: third })).toMatchObject({
      state: "waiting",
      interface: "lsp1",
      change: null,
      retry: true,
      setbacks: 1,
    });
    const due: Attempt = { phase: "idle", nonce: 1, sentAway: { times: 3, isDue: true } };
    expect(verdictOf({ attempt: due })).toMatchObject({ change: { kind: "create" } });
  });

  test("does not move the second time: it goes, and comes with back-off", () => {
    const attempt: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 1 } };
    expect(verdictOf({ providers: knowing(elsewhere), owned: observed(), attempt })).toMatchObject({
      change: { kind: "remove", misplaced },
    });
  });
});
