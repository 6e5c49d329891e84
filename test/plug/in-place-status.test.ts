// The status on a port that is plugged: what ovs-vswitchd and ovn-controller say of it (P8).
import { describe, expect, test } from "bun:test";
import type { Uuid } from "ovsdb-jsonrpc";
import type { OtherChassis } from "../../src/plug/bound.ts";
import { NOT_ANSWERED } from "../../src/plug/in-place-status.ts";
import type { Intent } from "../../src/plug/intent.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { plugAs, recordedProvider } from "../support/providers.ts";
import { CHASSIS, map, OTHER_CHASSIS, wantedRow } from "../support/rows.ts";
import { binding, observed, plug, type Situation, verdictOf } from "./support/situation.ts";

describe("plugged", () => {
  test("is a port whose interface is as its provider asked for: nothing is written", () => {
    expect(verdictOf({ owned: observed() })).toEqual({
      lport: "lsp1",
      plugType: "dummy",
      state: "plugged",
      interface: "lsp1",
      reason: null,
      change: null,
      retry: false,
      tries: 0,
    });
  });

  describe("and not bound by ovn-controller", () => {
    const elsewhere = wantedRow({}, { chassis: OTHER_CHASSIS });
    const unbound = wantedRow({}, { chassis: null });
    const statusOf = (row: typeof binding, rest: Situation = {}) =>
      verdictOf({ owned: observed(), intent: { ...plug, binding: row }, ...rest });

    test("says so, and that nobody has it", () => {
      expect(statusOf(unbound)).toMatchObject({
        state: "plugged",
        reason: "ovn-controller has not bound it here: no chassis has it",
        change: null,
        unbound: { by: null },
      });
    });

    test.each<[string, ReadonlyMap<Uuid, OtherChassis>]>([
      [`chassis row ${OTHER_CHASSIS} has it`, new Map()],
      ["chassis hv2 (node2) has it", new Map([[OTHER_CHASSIS, { name: "hv2", hostname: "node2" }]])],
      ["chassis hv2 has it", new Map([[OTHER_CHASSIS, { name: "hv2", hostname: "hv2" }]])],
      [`chassis row ${OTHER_CHASSIS}, which is gone, has it`, new Map([[OTHER_CHASSIS, null]])],
    ])("says who has it, as far as that is known: %s", (words, others) => {
      expect(statusOf(elsewhere, { others }).reason).toBe(`ovn-controller has not bound it here: ${words}`);
      expect(statusOf(elsewhere, { others }).unbound).toEqual({ by: OTHER_CHASSIS });
    });

    test("is none that is bound here as an additional chassis", () => {
      const additional = { chassis: OTHER_CHASSIS, additional_chassis: new Set([CHASSIS]) };
      expect(statusOf(wantedRow({}, additional))).not.toHaveProperty("unbound");
      expect(statusOf(binding).reason).toBeNull();
    });

    test("is none before ovs-vswitchd has answered, as ovn-controller waits for that", () => {
      expect(statusOf(unbound, { owned: observed({ ofport: null }) })).toMatchObject({
        reason: NOT_ANSWERED,
      });
    });

    test("says what else is wrong beside it", () => {
      const down = observed({
        type: "",
        admin_state: "down",
        options: map({ "vif-plug-dummy-option": "value" }),
      });
      const there = recordedProvider("dummy", {
        prepare: plugAs(undefined, { type: "", options: { "vif-plug-dummy-option": "value" } }),
      }).provider;
      const { reason } = statusOf(unbound, { owned: down, providers: [there] });
      expect(reason).toContain("is down, so nothing passes");
      expect(reason).toContain("; ovn-controller has not bound it here");
    });
  });

  test("says that the MTU request is none, before and after ovs-vswitchd has answered, and beside what else is wrong", () => {
    const bad =
      'no MTU is requested: vif-plug-mtu-request is "x", and has to be a decimal number of bytes, at most 2147483647';
    const row = wantedRow({ "vif-plug-mtu-request": "x" });
    const reasonOf = (columns: Parameters<typeof observed>[0], one = row) => {
      const lport = makeLport("lsp1", one, []);
      return verdictOf({ owned: observed(columns), intent: { ...plug, lport, binding: one } }).reason;
    };
    expect(reasonOf({})).toBe(bad);
    expect(reasonOf({ ofport: null })).toBe(bad);
    expect(reasonOf({}, { ...row, chassis: null })).toBe(
      `${bad}; ovn-controller has not bound it here: no chassis has it`,
    );
    expect(reasonOf({}, wantedRow())).toBeNull();
    expect(
      verdictOf({ owned: observed(), intent: { ...plug, binding: row, lport: makeLport("lsp1", row, []) } }),
    ).not.toHaveProperty("unbound");
  });

  test("is fine with a network device that is up", () => {
    const there = recordedProvider("dummy", { prepare: plugAs(undefined, { type: "" }) }).provider;
    const up = observed({ type: "", options: map(), admin_state: "up" });
    expect(verdictOf({ owned: up, providers: [there] }).reason).toBeNull();
  });

  test("is also a port that stays when its interface has just gone: the next message of the database tells more", () => {
    const intent: Intent = { ...plug, kind: "stay", reason: "the Southbound is away" };
    expect(verdictOf({ intent })).toMatchObject({
      state: "plugged",
      interface: null,
      reason: "the Southbound is away",
    });
  });

  test("carries a reason while ovs-vswitchd has not answered", () => {
    expect(verdictOf({ owned: observed({ ofport: null }) })).toMatchObject({
      state: "plugged",
      reason: NOT_ANSWERED,
    });
  });

  test("carries a reason while its network device is down, which a device of OVS's own always is at first (P8)", () => {
    const providers = [recordedProvider("dummy", { prepare: plugAs(undefined, { type: "" }) }).provider];
    const inPlace = observed({ type: "", options: map(), admin_state: "down" });
    expect(verdictOf({ providers, owned: inPlace })).toMatchObject({
      state: "plugged",
      reason: "network device lsp1 is down, so nothing passes: ip link set lsp1 up",
    });
    expect(verdictOf({ owned: observed({ admin_state: "down" }) })).toMatchObject({ reason: null });
    const name = "$(id>x)";
    const named = recordedProvider("dummy", { prepare: plugAs(() => name, { type: "" }) }).provider;
    const { reason } = verdictOf({ providers: [named], owned: observed({ ...inPlace.interface, name }) });
    expect(reason).toEndWith(": ip link set '$(id>x)' up");
  });

  test("is a port that stays, with the reason why", () => {
    const intent: Intent = {
      kind: "stay",
      lport: makeLport("lsp1", null, []),
      plugType: "dummy",
      reason: "the Southbound is away",
    };
    expect(verdictOf({ intent, owned: observed() })).toMatchObject({
      state: "plugged",
      reason: "the Southbound is away",
      change: null,
    });
  });

  test("is also a port that would be changed, while we may not write", () => {
    const owned = observed({ mtu_request: 1400 });
    expect(verdictOf({ owned, notActive: "another one holds the lock", unasked: true })).toMatchObject({
      state: "plugged",
      reason: "another one holds the lock",
      change: null,
    });
  });
});
