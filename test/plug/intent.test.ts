// What should become of one logical port, before any provider is asked: rules P5, U1, U2 and U3.
import { describe, expect, test } from "bun:test";
import type { WantedSettings } from "../../src/plug/conditions/wanted.ts";
import { decideIntent, type Knowledge, NOT_IN_VIEW } from "../../src/plug/intent.ts";
import { type ChassisIdentity, makeLport } from "../../src/plug/lport.ts";
import { classify, type ObservedInterface } from "../../src/plug/observed-interface.ts";
import type { PortBindingRow } from "../../src/plug/rows.ts";
import { checkProperty } from "../support/random.ts";
import {
  bindingRow,
  bridgeRow,
  CHASSIS,
  chassisRow,
  interfaceRow,
  map,
  OTHER_CHASSIS,
  pluggedRow,
  portRow,
  wantedRow,
} from "../support/rows.ts";

const owned = classify(pluggedRow(), portRow(), bridgeRow());
const foreign = classify(
  interfaceRow({ name: "tap0", external_ids: map({ "iface-id": "lsp1" }) }),
  portRow(),
  bridgeRow(),
);
const complete: Knowledge = { missing: null, asksFor: () => true, isInDoubt: false };
const here: ChassisIdentity = { name: "hv1", record: chassisRow() };
const defaults: WantedSettings = { onWithdraw: "unplug", additionalChassis: true };

interface Situation {
  readonly binding?: PortBindingRow;
  readonly interfaces?: readonly ObservedInterface[];
  readonly knowledge?: Knowledge;
  readonly chassis?: ChassisIdentity;
  readonly settings?: Partial<WantedSettings>;
}

function intentOf({
  binding,
  interfaces = [owned],
  knowledge = complete,
  chassis = here,
  settings,
}: Situation) {
  const lport = makeLport("lsp1", binding ?? null, interfaces);
  return decideIntent(lport, chassis, knowledge, { ...defaults, ...settings });
}

describe("a logical port that is wanted here", () => {
  test("is to be plugged, in place or not", () => {
    const binding = wantedRow();
    for (const interfaces of [[], [owned]]) {
      const lport = makeLport("lsp1", binding, interfaces);
      expect(intentOf({ binding, interfaces })).toEqual({ kind: "plug", lport, plugType: "dummy", binding });
    }
  });

  test("is to be plugged although nothing is known about other ports: only unplugging waits", () => {
    const knowledge = { missing: "something", asksFor: () => false, isInDoubt: false };
    expect(intentOf({ binding: wantedRow(), knowledge })?.kind).toBe("plug");
  });

  test("is foreign when an interface that is not ours carries its iface-id, beside ours or alone (P5)", () => {
    for (const interfaces of [[foreign], [owned, foreign], [foreign, owned]]) {
      const intent = intentOf({ binding: wantedRow(), interfaces });
      expect(intent).toMatchObject({ kind: "foreign", plugType: "dummy", interface: "tap0" });
    }
  });
});

describe("a logical port that is not wanted here and not plugged by us", () => {
  test("is nobody's business, also where a foreign interface carries its iface-id", () => {
    expect(intentOf({ interfaces: [] })).toBeNull();
    expect(intentOf({ interfaces: [foreign] })).toBeNull();
    expect(intentOf({ binding: bindingRow(), interfaces: [foreign] })).toBeNull();
  });
});

describe("an owned interface", () => {
  test("goes when its logical port has no port binding (U1)", () => {
    expect(intentOf({})).toEqual({
      kind: "unplug",
      lport: makeLport("lsp1", null, [owned]),
      plugType: "dummy",
      binding: null,
      ground: "absent",
      isCertain: true,
      reason: "the logical port has no port binding",
    });
  });

  test("stays while nobody has asked the Southbound for its port binding", () => {
    const knowledge = { missing: null, asksFor: () => false, isInDoubt: false };
    const lport = makeLport("lsp1", null, [owned]);
    expect(intentOf({ knowledge })).toEqual({ kind: "stay", lport, plugType: "dummy", reason: NOT_IN_VIEW });
  });

  test("goes when its logical port is requested elsewhere (U1)", () => {
    const binding = wantedRow({ "requested-chassis": "hv2" }, { requested_chassis: OTHER_CHASSIS });
    expect(intentOf({ binding })).toEqual({
      kind: "unplug",
      lport: makeLport("lsp1", binding, [owned]),
      plugType: "dummy",
      binding,
      ground: "not-bindable",
      isCertain: true,
      reason: "requested-chassis is hv2",
    });
  });

  test("goes when the plug type was withdrawn, unless plug.on_withdraw is keep (U2)", () => {
    const binding = bindingRow({ requested_chassis: CHASSIS });
    expect(intentOf({ binding })?.kind).toBe("unplug");
    expect(intentOf({ binding, settings: { onWithdraw: "keep" } })?.kind).toBe("stay");
  });

  test("stays when only requested_chassis is empty, because a Chassis row was deleted or came back (U2)", () => {
    expect(intentOf({ binding: wantedRow({}, { requested_chassis: null }) })?.kind).toBe("stay");
  });

  test("stays where it is requested as an additional chassis and that is off", () => {
    const binding = wantedRow(
      { "requested-chassis": "hv2,hv1" },
      { requested_chassis: OTHER_CHASSIS, requested_additional_chassis: new Set([CHASSIS]) },
    );
    expect(intentOf({ binding })?.kind).toBe("plug");
    const off = intentOf({ binding, settings: { additionalChassis: false } });
    expect(off).toMatchObject({ kind: "stay" });
    expect(off).toHaveProperty("reason", expect.stringContaining("additional_chassis"));
  });

  test("stays when its port binding turned into something that is no VIF", () => {
    for (const binding of [wantedRow({}, { type: "localport" }), wantedRow({}, { parent_port: "vm" })]) {
      expect(intentOf({ binding })?.kind).toBe("stay");
    }
  });

  test("goes when its port moved away and became something else in the same transaction (U1)", () => {
    for (const columns of [{ type: "virtual" }, { parent_port: "vm" }]) {
      const moved = { requested_chassis: OTHER_CHASSIS, ...columns };
      const intent = intentOf({ binding: wantedRow({ "requested-chassis": "hv2" }, moved) });
      expect(intent).toMatchObject({ kind: "unplug", ground: "not-bindable" });
    }
  });

  test("that is due to go stays while knowledge is missing, and says both (U3)", () => {
    const knowledge = { missing: "the Southbound is not connected", asksFor: () => true, isInDoubt: false };
    expect(intentOf({ knowledge })).toEqual({
      kind: "stay",
      lport: makeLport("lsp1", null, [owned]),
      plugType: "dummy",
      reason: "the logical port has no port binding, but the Southbound is not connected",
    });
  });
});

test("whatever the rows and settings say, nothing is unplugged on missing knowledge, or that is wanted", () => {
  checkProperty<Situation>({
    cases: 2000,
    generate(random) {
      const requested = [null, CHASSIS, OTHER_CHASSIS] as const;
      const options: Record<string, string> = {};
      if (random.chance(0.7))
        options["requested-chassis"] = random.pick(["", "hv1", "host1", "hv2", "hv2,hv1"]);
      if (random.chance(0.7)) options["vif-plug-type"] = random.pick(["dummy", "other", ""]);
      const binding = bindingRow({
        options: map(options),
        type: random.pick(["", "", "", "localport"]),
        requested_chassis: random.pick(requested),
        requested_additional_chassis: new Set(random.chance(0.3) ? [CHASSIS] : []),
      });
      const asks = random.chance(0.5);
      const record = random.chance(0.8) ? chassisRow() : null;
      return {
        ...(random.chance(0.8) ? { binding } : {}),
        interfaces: random.pick([[], [owned], [foreign], [owned, foreign]]),
        chassis: { name: "hv1", record },
        knowledge: {
          missing: record === null || random.chance(0.5) ? "unknown" : null,
          asksFor: () => asks,
          isInDoubt: random.chance(0.3),
        },
        settings: { onWithdraw: random.pick(["unplug", "keep"]), additionalChassis: random.chance(0.5) },
      };
    },
    failure(situation) {
      const intent = intentOf(situation);
      if (intent?.kind !== "unplug") return undefined;
      if (situation.knowledge?.missing !== null) return "unplugs on missing knowledge";
      if (situation.interfaces?.includes(owned) !== true) return "unplugs what is not owned";
      if (situation.binding === undefined && !situation.knowledge.asksFor("lsp1")) {
        return "unplugs what it has not asked for";
      }
      if (situation.knowledge.isInDoubt && intent.isCertain) {
        return "is certain of a row that may be on its way";
      }
      return situation.binding?.requested_chassis === CHASSIS &&
        situation.binding.type === "" &&
        situation.binding.options.has("vif-plug-type")
        ? "unplugs what is wanted here"
        : undefined;
    },
    shrink: (one) => one,
    format: (situation) => Bun.inspect(situation, { depth: 5 }),
  });
});
