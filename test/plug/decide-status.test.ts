// The status on one logical port: every state of docs/rules.md, and what leads to a write.
import { describe, expect, test } from "bun:test";
import type { Advice } from "../../src/plug/advice.ts";
import type { Attempt } from "../../src/plug/attempt.ts";
import type { Contest } from "../../src/plug/contest.ts";
import { type Intent, NOT_IN_VIEW } from "../../src/plug/intent.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import { notReady, plugAs, recordedProvider } from "../support/providers.ts";
import { bridgeRow, map, pluggedRow, portRow, wantedRow } from "../support/rows.ts";
import { answered, askedToPlug } from "./support/by-hand.ts";
import {
  bridge,
  changeOf,
  circumstances,
  dummy,
  observed,
  plug,
  type Situation,
  unplug,
  verdictOf,
} from "./support/situation.ts";

describe("pending", () => {
  test("is a port to be created (P1)", () => {
    expect(verdictOf({})).toMatchObject({
      state: "pending",
      interface: "lsp1",
      change: { kind: "create", desired: { lport: "lsp1", plugType: "dummy" }, bridge },
    });
  });

  test("is a port to be updated (P2, P3)", () => {
    const owned = observed({ mtu_request: 1400 });
    expect(verdictOf({ owned })).toMatchObject({
      state: "pending",
      change: {
        ...{ kind: "update", interface: owned.interface, edit: { mtuRequest: null } },
        desired: { lport: "lsp1", mtuRequest: null },
      },
    });
  });

  test("is a port to be removed, with the reason (U1)", () => {
    expect(verdictOf({ intent: unplug, owned: observed() })).toMatchObject({
      state: "pending",
      reason: "it is gone",
      change: { kind: "remove", lport: "lsp1", bridge },
    });
  });

  test("is a port whose provider names another interface: old and new in one change (P4)", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    expect(verdictOf({ owned: observed(), providers })).toMatchObject({
      state: "pending",
      change: {
        kind: "replug",
        remove: { interface: { name: "lsp1" } },
        take: { desired: { wanted: { name: "eth7" } } },
      },
    });
  });

  test("is a port whose change is in flight: it is not decided again (T2)", () => {
    const situation = { owned: observed({ mtu_request: 1400 }) };
    const { advice } = circumstances(situation);
    if (advice === undefined) throw new Error("nobody was asked");
    const attempt: Attempt = { phase: "in-flight", nonce: 3, change: changeOf({}), advice };
    expect(verdictOf({ ...situation, attempt })).toMatchObject({ state: "pending", change: null, tries: 3 });
    const foreign: Intent = {
      kind: "foreign",
      lport: plug.lport,
      plugType: "dummy",
      reason: "other",
      interface: "tap0",
    };
    expect(verdictOf({ intent: foreign, attempt })).toMatchObject({ state: "pending", interface: "lsp1" });
  });

  test("says of a change in flight that it was sent, and what keeps the database from saying more (T5)", () => {
    const { advice } = circumstances({});
    if (advice === undefined) throw new Error("nobody was asked");
    const attempt: Attempt = { phase: "in-flight", nonce: 0, change: changeOf({}), advice };
    expect(verdictOf({ attempt }).reason).toBe("sent to the database");
    expect(verdictOf({ attempt: { ...attempt, doubt: "connection lost" } }).reason).toBe(
      "sent to the database, which has not said what became of it: connection lost",
    );
    const remove = changeOf({ intent: unplug, owned: observed() });
    expect(verdictOf({ owned: observed(), attempt: { ...attempt, change: remove } })).toMatchObject({
      interface: "lsp1",
    });
  });

  test("is a port that is due to go and not for certain: it stays until the next answer says so", () => {
    const status = verdictOf({ intent: { ...unplug, isCertain: false }, owned: observed() });
    expect(status).toMatchObject({ state: "plugged", reason: NOT_IN_VIEW, change: null });
  });

  test("is a port that takes over an interface of another, and says of which", () => {
    const other = classify(pluggedRow("lsp2", { name: "lsp1" }), portRow(), bridgeRow());
    const take = { kind: "take", observed: other, from: "lsp2", leaving: null } as const;
    const contest: Contest = { ...take, together: ["lsp1"], refused: null, isInTurn: true };
    expect(verdictOf({ contest })).toMatchObject({
      state: "pending",
      reason: "taken over from logical port lsp2",
      change: { kind: "update", interface: other.interface, adoption: { from: "lsp2" } },
    });
    expect(verdictOf({}).reason).toBeNull();
    const attempt: Attempt = { phase: "idle", nonce: 0, sentAway: { times: 3 } };
    expect(verdictOf({ contest, attempt }).change).not.toBeNull();
    const itsOwn: Contest = { ...contest, observed: observed() };
    expect(verdictOf({ contest: itsOwn })).toMatchObject({
      state: "pending",
      reason: "the local database has not told yet that the interface is its own",
      change: null,
    });
  });

  test("is a port that moves, whose own interface goes, unless another port takes that over", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    const moving = { owned: observed(), providers };
    expect(changeOf({ ...moving, taker: "lsp2" })).toMatchObject({ kind: "replug", remove: null });
    const unknown = { ...observed(), port: null };
    expect(verdictOf({ ...moving, owned: unknown })).toMatchObject({
      state: "pending",
      reason: "the port of its interface is not known yet",
      change: null,
    });
    expect(changeOf({ ...moving, owned: unknown, taker: "lsp2" })).toMatchObject({
      kind: "replug",
      remove: null,
    });
  });

  test("is a port whose interface another port's transaction, on its way, takes over", () => {
    expect(verdictOf({ owned: observed({ mtu_request: 1400 }), taker: "lsp2" })).toMatchObject({
      state: "pending",
      reason: "logical port lsp2 takes its interface over",
      change: null,
    });
  });

  test("is a port that is wanted, while there is only the answer to another question", () => {
    const advice: Advice = askedToPlug({ main: answered({ kind: "unplug" }) });
    expect(verdictOf({ advice })).toMatchObject({
      state: "pending",
      reason: "its provider has not been asked yet",
      change: null,
    });
  });

  describe("while a provider has been asked and has not answered", () => {
    const awaited = answered({ kind: "not-ready", reason: "asked for 2 s", awaited: true });
    const advice = askedToPlug({ main: awaited });

    test("is a port of which nothing is plugged, or which is due to go, with that reason", () => {
      const waiting = { state: "pending", reason: "asked for 2 s", change: null, retry: false };
      expect(verdictOf({ advice })).toMatchObject(waiting);
      expect(verdictOf({ advice, intent: unplug, owned: observed() })).toMatchObject(waiting);
    });

    test("is not a port that is plugged as it is wanted: it stays so", () => {
      const plugged = { state: "plugged", reason: null, change: null };
      expect(verdictOf({ advice, owned: observed() })).toMatchObject(plugged);
    });

    test("is a port that another provider plugged, and one whose own is awaited to let it go", () => {
      const ids = map({ "iface-id": "lsp1", "ovn-plugged": "other" });
      const owned = observed({ external_ids: ids });
      const waiting = { state: "pending", reason: "asked for 2 s", change: null };
      expect(verdictOf({ advice, owned })).toMatchObject(waiting);
      expect(verdictOf({ advice: askedToPlug({ leaving: awaited }), owned })).toMatchObject(waiting);
      const lets = answered({ kind: "unplug" }, { operation: "remove" });
      expect(verdictOf({ advice: askedToPlug({ main: awaited, leaving: lets }), owned })).toMatchObject(
        waiting,
      );
    });
  });

  test.each<[string, Situation]>([
    ["we may not write", { notActive: "another one holds the lock", unasked: true }],
    ["nobody has been asked", { unasked: true }],
    ["there is no integration bridge", { bridge: null }],
    ["there is no integration bridge to remove it from", { bridge: null, intent: unplug, owned: observed() }],
  ])("is a port without a change while %s", (_, situation) => {
    const status = verdictOf(situation);
    expect(status).toMatchObject({ state: "pending", change: null, retry: false });
    expect(status.reason).not.toBeNull();
  });
});

describe("waiting", () => {
  const providers = [recordedProvider("dummy", { prepare: notReady("no such device") }).provider];

  test("is a port whose provider is not ready, in its words; it is tried again", () => {
    expect(verdictOf({ providers })).toMatchObject({
      state: "waiting",
      reason: "no such device",
      change: null,
      retry: true,
    });
  });

  test("is a port whose provider is not ready, whatever circle others are in", () => {
    expect(verdictOf({ providers, isInCircle: true })).toMatchObject({
      state: "waiting",
      reason: "no such device",
    });
  });

  test("is a port whose provider does not agree to the removal (U1)", () => {
    expect(verdictOf({ providers, intent: unplug, owned: observed() })).toMatchObject({
      state: "waiting",
      interface: "lsp1",
      change: null,
      retry: true,
    });
  });

  test("is a port that another provider does not let go (P4)", () => {
    const other = recordedProvider("other", { prepare: notReady("in use") }).provider;
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "other" }) });
    expect(verdictOf({ providers: [dummy, other], owned })).toMatchObject({
      state: "waiting",
      reason: "in use",
    });
  });
});

test("foreign is a port whose iface-id somebody else's interface carries (P5)", () => {
  const intent: Intent = {
    kind: "foreign",
    lport: plug.lport,
    plugType: "dummy",
    reason: "tap0 is not ours",
    interface: "tap0",
  };
  expect(verdictOf({ intent })).toMatchObject({
    state: "foreign",
    interface: "tap0",
    reason: "tap0 is not ours",
    change: null,
    retry: false,
  });
});

describe("conflict", () => {
  test("is a port whose name is taken (P6)", () => {
    expect(verdictOf({ taken: "taken" })).toMatchObject({
      state: "conflict",
      reason: "taken",
      change: null,
    });
  });

  test("is a rename to a name that is taken: the old port stays", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    expect(verdictOf({ owned: observed(), providers, taken: "taken" })).toMatchObject({
      state: "conflict",
      interface: "eth7",
      change: null,
    });
  });

  test("is a port in a circle whose interface may not leave: the others cannot move either, and that is told", () => {
    const other = recordedProvider("other", { prepare: notReady("in use") }).provider;
    const renaming = recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider;
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "other" }) });
    expect(verdictOf({ providers: [renaming, other], owned, isInCircle: true })).toMatchObject({
      state: "conflict",
      interface: "eth7",
      reason: "logical port lsp1 keeps the others from moving: in use",
      retry: true,
    });
  });

  test("is not a port that has its name already", () => {
    expect(verdictOf({ owned: observed(), taken: "taken" }).state).toBe("plugged");
  });
});

test("incompatible is a port whose provider names another interface, where that is only reported (P4)", () => {
  const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
  const status = verdictOf({ owned: observed(), providers, onRename: "report" });
  expect(status).toMatchObject({ state: "incompatible", interface: "lsp1", change: null });
  expect(status.reason).toContain("eth7");
});

describe("no-provider", () => {
  test("is a port whose plug type nobody answers to (P7)", () => {
    const status = verdictOf({ providers: [] });
    expect(status).toMatchObject({ state: "no-provider", change: null, retry: false });
    expect(status.reason).toContain('"dummy"');
  });

  test("is an interface whose own provider is not enabled: it is not removed, nor replugged", () => {
    expect(verdictOf({ providers: [], intent: unplug, owned: observed() }).state).toBe("no-provider");
    const renaming = recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider;
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "gone" }) });
    expect(verdictOf({ providers: [renaming], owned })).toMatchObject({ state: "no-provider", change: null });
  });

  test("is not an interface that changes hands in place", () => {
    const owned = observed({ external_ids: map({ "iface-id": "lsp1", "ovn-plugged": "gone" }) });
    expect(verdictOf({ owned })).toMatchObject({ state: "pending", change: { kind: "update" } });
  });
});

describe("a port that is due to go", () => {
  test("is held where unplugging is held back: nothing is written (U6)", () => {
    expect(verdictOf({ intent: unplug, owned: observed(), held: "too many at once" })).toMatchObject({
      state: "held",
      interface: "lsp1",
      reason: "too many at once",
      change: null,
    });
  });

  test("leaves its interface to the port that takes it over (P6)", () => {
    expect(verdictOf({ intent: unplug, owned: observed(), taker: "lsp2" })).toMatchObject({
      state: "pending",
      change: null,
    });
  });

  test("and is wanted again is not held", () => {
    expect(verdictOf({ owned: observed(), held: "too many at once" }).state).toBe("plugged");
  });
});

describe("error", () => {
  test("is what ovs-vswitchd says of the interface, until it clears (P8)", () => {
    const error = "could not open network device lsp1 (No such device)";
    expect(verdictOf({ owned: observed({ error, ofport: -1 }) })).toMatchObject({
      state: "error",
      reason: `ovs-vswitchd: ${error}`,
      retry: false,
    });
    expect(verdictOf({ owned: observed({ ofport: -1 }) }).state).toBe("error");
    expect(verdictOf({ owned: observed({ error: "" }) }).state).toBe("plugged");
  });

  test("is a provider that throws or answers nonsense, by its name; it is tried again", () => {
    const prepare = () => {
      throw new Error("boom");
    };
    expect(verdictOf({ providers: [recordedProvider("dummy", { prepare }).provider] })).toMatchObject({
      state: "error",
      reason: "provider dummy: prepare threw: boom",
      retry: true,
    });
  });

  test("is the very change that the server has just refused; another one is written (T3)", () => {
    const refused = { phase: "failed", nonce: 1, error: "constraint violation: no" } as const;
    expect(verdictOf({ attempt: { ...refused, change: changeOf({}) } })).toMatchObject({
      state: "error",
      reason: "constraint violation: no",
      change: null,
      retry: true,
      tries: 1,
    });
    const withMtu: Intent = { ...plug, binding: wantedRow({ "vif-plug-mtu-request": "1400" }) };
    expect(verdictOf({ attempt: { ...refused, change: changeOf({}) }, intent: withMtu })).toMatchObject({
      state: "pending",
      change: { kind: "create" },
    });
  });

  test("is a move that another program keeps undoing: it is tried again with back-off (T4)", () => {
    const taken: Contest = { kind: "lost", reason: "another program keeps undoing it", setbacks: 2 };
    const providers = [recordedProvider("dummy", { prepare: plugAs(() => "eth7") }).provider];
    const left = "configure one of the two programs to leave the interface alone";
    expect(verdictOf({ providers, owned: observed(), contest: taken })).toMatchObject({
      ...{ state: "error", interface: "eth7", change: null, retry: true, setbacks: 2 },
      reason: `another program keeps removing interface eth7: ${left}`,
    });
    expect(verdictOf({ providers, contest: taken })).toMatchObject({
      ...{ state: "error", interface: "eth7", change: null, retry: true, setbacks: 2 },
      reason: `another program keeps undoing what is written to interface eth7: ${left}`,
    });
  });

  test("is over when the port was tried again", () => {
    expect(verdictOf({ attempt: { phase: "idle", nonce: 2 } })).toMatchObject({
      state: "pending",
      change: { kind: "create" },
      tries: 2,
    });
  });
});
