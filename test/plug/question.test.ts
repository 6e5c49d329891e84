// What a provider is told, and when its last answer still holds.
import { describe, expect, test } from "bun:test";
import { carryOver, consult, prepareInputOf, type Question, stillHolds } from "../../src/plug/question.ts";
import { notReady, plugAs, recordedProvider, registered } from "../support/providers.ts";
import {
  bridgeRow,
  interfaceRow,
  map,
  openVSwitchRow,
  pluggedRow,
  uuid,
  wantedRow,
} from "../support/rows.ts";

const provider = registered(
  recordedProvider("dummy", { prepare: plugAs(undefined, { options: { "vif-plug-dummy-option": "value" } }) })
    .provider,
);
const base: Question = {
  lport: "lsp1",
  plugType: "dummy",
  operation: "create",
  provider,
  options: wantedRow({ "vif-plug-mtu-request": "1400" }).options,
  interface: null,
  views: { openVSwitch: openVSwitchRow(), bridge: bridgeRow() },
  lookup: 0,
};

describe("what a provider is told", () => {
  test("the options of the port binding as they are, and no interface where there is none", () => {
    const input = prepareInputOf(base);
    expect(input.operation).toBe("create");
    expect(input.lport.name).toBe("lsp1");
    expect(input.lport.options).toEqual(
      map({ "requested-chassis": "hv1", "vif-plug-type": "dummy", "vif-plug-mtu-request": "1400" }),
    );
    expect(input.interface).toBeNull();
    expect(input.openVSwitch).toBe(base.views.openVSwitch);
    expect(input.bridge).toBe(base.views.bridge);
  });

  test("name, type and options of the interface in place, and nothing else of it", () => {
    const input = prepareInputOf({ ...base, interface: pluggedRow() });
    expect(input.interface).toEqual({
      name: "lsp1",
      type: "internal",
      options: map({ "vif-plug-dummy-option": "value" }),
    });
  });

  test("no options for a remove whose port binding is gone", () => {
    const question = { ...base, operation: "remove", options: null } as const;
    expect(prepareInputOf(question).lport.options.size).toBe(0);
    expect(consult(question).answer).toEqual({ kind: "unplug" });
  });
});

describe("the desired of a consultation", () => {
  test("joins what the provider wants with what the port binding asks for", () => {
    expect(consult(base).desired).toEqual({
      lport: "lsp1",
      plugType: "dummy",
      wanted: { name: "lsp1", type: "internal", options: { "vif-plug-dummy-option": "value" } },
      maintainedOptions: new Set(),
      mtuRequest: 1400,
      ifaceIdVer: null,
    });
  });

  test("has the iface-id-ver that the port binding asks for, and nothing of a port that has none", () => {
    const options = wantedRow({ "iface-id-ver": "v2" }).options;
    expect(consult({ ...base, options }).desired).toMatchObject({ ifaceIdVer: "v2", mtuRequest: null });
    expect(consult({ ...base, options: null }).desired).toMatchObject({ ifaceIdVer: null, mtuRequest: null });
    expect(consult({ ...base, options: wantedRow({ "iface-id-ver": "" }).options }).desired?.ifaceIdVer).toBe(
      "",
    );
  });

  test("is null unless the provider is ready to plug", () => {
    const waiting = registered(recordedProvider("w", { prepare: notReady("no link") }).provider);
    expect(consult({ ...base, provider: waiting }).desired).toBeNull();
    expect(consult({ ...base, operation: "remove" }).desired).toBeNull();
  });
});

describe("an answer holds", () => {
  const last = consult(base);

  test("for the same question", () => {
    expect(stillHolds(last, { ...base })).toBe(true);
  });

  test("when the interface has become just what it asked for: the echo of our own commit", () => {
    const echo = pluggedRow("lsp1", { mtu_request: 1400, ofport: null });
    expect(stillHolds(last, { ...base, interface: echo })).toBe(true);
    expect(stillHolds(last, { ...base, interface: { ...echo, ofport: 7 } })).toBe(true);
  });
});

test("an answer holds for a port binding of which only other columns than the options are others", () => {
  const last = consult(base);
  const question = { ...base, options: new Map(base.options) };
  expect(stillHolds(last, question)).toBe(true);
  expect(carryOver(last, question).question).toBe(question);
});

describe("an answer does not hold", () => {
  const last = consult({ ...base, interface: pluggedRow("lsp1", { mtu_request: 1400 }) });
  const asked = last.question;

  test.each<[string, Partial<Question>]>([
    ["the options are others", { options: wantedRow({ "vif-plug-mtu-request": "1500" }).options }],
    ["the port binding is gone", { options: null }],
    ["the plug type is another", { plugType: "other" }],
    ["it is to be removed", { operation: "remove" }],
    ["the provider was registered anew", { provider: registered(recordedProvider("dummy").provider) }],
    ["the Open_vSwitch row changed", { views: { ...base.views, openVSwitch: openVSwitchRow() } }],
    ["the bridge changed", { views: { ...base.views, bridge: bridgeRow() } }],
    ["the provider's lookup tables changed", { lookup: 1 }],
    ["it was asked for again", { nonce: 1 }],
    ["the interface is gone", { interface: null }],
    ["the interface was changed by somebody", { interface: pluggedRow("lsp1", { mtu_request: 9000 }) }],
    ["the interface has another name", { interface: interfaceRow({ name: "eth0" }) }],
  ])("when %s", (_, change) => {
    expect(stillHolds(last, { ...asked, ...change })).toBe(false);
  });

  test("for another interface, when it asked for none", () => {
    const refused = consult({ ...asked, operation: "remove" });
    expect(stillHolds(refused, refused.question)).toBe(true);
    const other = pluggedRow("lsp1", { _uuid: uuid(0x9999) });
    expect(stillHolds(refused, { ...refused.question, interface: other })).toBe(false);
  });
});

test("an answer that says whose the interface is holds for no other interface", () => {
  const prepare = (input: Parameters<ReturnType<typeof plugAs>>[0]) => ({
    ...plugAs()(input),
    misplaced: "VF 7",
  });
  const knowing = registered(recordedProvider("dummy", { prepare }).provider);
  const other = pluggedRow("lsp1", { name: "eth0", options: map() });
  const last = consult({ ...base, options: wantedRow().options, provider: knowing, interface: other });
  const inPlace = pluggedRow("lsp1", { options: map() });
  expect(stillHolds(last, last.question)).toBe(true);
  expect(stillHolds(last, { ...last.question, interface: inPlace })).toBe(false);
});

describe("what was said of a removal", () => {
  const row = pluggedRow();
  const remove: Question = { ...base, operation: "remove", interface: row };
  const last = consult(remove);
  const holds = (changed: Partial<typeof row>) =>
    stillHolds(last, { ...remove, interface: { ...row, ...changed } });

  test("holds while ovn-controller and ovs-vswitchd change of the interface what no provider is shown", () => {
    expect(holds({ external_ids: map({ "iface-id": "lsp1" }), ofport: 9 })).toBe(true);
  });

  test("is asked anew of another interface, or of one that a provider is shown otherwise", () => {
    expect(holds({ _uuid: uuid(0x9999) })).toBe(false);
    expect(holds({ name: "other" })).toBe(false);
    expect(holds({ type: "" })).toBe(false);
    expect(holds({ options: map() })).toBe(false);
    expect(stillHolds(last, { ...remove, interface: null })).toBe(false);
    const nothing = consult({ ...remove, interface: null });
    expect(stillHolds(nothing, remove)).toBe(false);
  });

  test("holds for a port that has no port binding, and is asked anew once there is one", () => {
    const gone = consult({ ...remove, options: null });
    expect(stillHolds(gone, { ...remove, options: null })).toBe(true);
    expect(stillHolds(gone, remove)).toBe(false);
  });
});
