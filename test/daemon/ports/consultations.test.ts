// Ending what prepare began: the order of the calls in src/providers/provider.ts.
import { describe, expect, test } from "bun:test";
import { Consultations } from "../../../src/daemon/ports/consultations.ts";
import type { Advice } from "../../../src/plug/advice.ts";
import type { LportStatus, PortState } from "../../../src/plug/lport-status.ts";
import { classify } from "../../../src/plug/observed-interface.ts";
import type { PrepareInput, WantedInterface } from "../../../src/providers/provider.ts";
import { type Calls, notReady, recordedProvider, registered } from "../../support/providers.ts";
import { map, pluggedRow, portRow, uuid } from "../../support/rows.ts";
import { askedOf } from "../../support/works.ts";

function status(state: PortState, retry = false): LportStatus {
  return {
    lport: "lsp1",
    plugType: "dummy",
    state,
    interface: null,
    reason: null,
    change: null,
    retry,
    setbacks: 0,
    tries: 0,
  };
}

/** As the provider asks for it. */
const inPlace = pluggedRow("lsp1", { options: map() });

/** Advice of a provider that notes its calls; `prepare` is not among them. */
function asked(behaviour = {}, rest = {}): { readonly advice: Advice; readonly calls: Calls } {
  const { provider, calls } = recordedProvider("dummy", behaviour);
  const advice = askedOf(registered(provider), "lsp1", rest);
  calls.length = 0;
  return { advice, calls };
}

describe("a consultation that leads to a write", () => {
  test("is finished and then released after the commit", () => {
    const { advice, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", advice);
    consultations.follow("lsp1", advice, status("pending"));
    expect(calls).toEqual([]);
    consultations.end([{ advice: advice, committed: true }]);
    expect(calls).toEqual(["finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("is released without finish after a failure", () => {
    const { advice, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", advice);
    consultations.end([{ advice: advice, committed: false }]);
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released once, also when its answer goes on to hold for the interface in place", () => {
    const { advice, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", advice);
    consultations.end([{ advice: advice, committed: true }]);
    consultations.follow("lsp1", advice, status("plugged"));
    consultations.follow("lsp1", undefined, undefined);
    consultations.releaseAll();
    expect(calls.filter((call) => call.startsWith("release"))).toEqual(["release lsp1 lsp1"]);
  });

  test("is finished after the one by which the provider that is left lets go", () => {
    const order: Calls = [];
    const stays = registered(recordedProvider("stays", {}, order).provider);
    const leaves = registered(
      recordedProvider("leaves", { finish: () => order.push("left") }, order).provider,
    );
    const { main: leaving } = askedOf(leaves, "lsp0", { operation: "remove" });
    const advice: Advice = { ...askedOf(stays), leaving };
    order.length = 0;
    new Consultations().end([{ advice: advice, committed: true }]);
    expect(order).toEqual(["finish lsp0 none", "left", "finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("ends the one that was kept and is not used", () => {
    const kept = asked();
    const used = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", kept.advice, status("error", true));
    consultations.use("lsp1", used.advice);
    expect(kept.calls).toEqual(["release lsp1 lsp1"]);
    consultations.follow("lsp1", used.advice, status("pending"));
    expect(kept.calls).toEqual(["release lsp1 lsp1"]);
    expect(used.calls).toEqual([]);
    consultations.end([{ advice: used.advice, committed: false }]);
    expect(used.calls).toEqual(["release lsp1 lsp1"]);
    expect(kept.calls).toEqual(["release lsp1 lsp1"]);
  });

  test("may be one that was kept until now, which is not released before its outcome", () => {
    const { advice, calls } = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", advice, status("conflict"));
    consultations.use("lsp1", advice);
    consultations.releaseAll();
    expect(calls).toEqual([]);
    consultations.end([{ advice, committed: true }]);
    expect(calls).toEqual(["finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("of a removal is finished without output, and never released", () => {
    const { advice, calls } = asked({}, { operation: "remove" });
    const consultations = new Consultations();
    consultations.follow("lsp1", advice, status("pending"));
    consultations.use("lsp1", advice);
    consultations.end([{ advice: advice, committed: true }]);
    consultations.releaseAll();
    expect(calls).toEqual(["finish lsp1 none"]);
  });
});

test("where no interface was answered, null is what a provider is told of", () => {
  const outputs: unknown[] = [];
  const note = (_: PrepareInput, output: WantedInterface | null) => outputs.push(output);
  const removed = asked({ finish: note }, { operation: "remove" });
  new Consultations().end([{ advice: removed.advice, committed: true }]);
  const unready = asked({ prepare: notReady("no link"), release: note });
  new Consultations().follow("lsp1", unready.advice, status("waiting", true));
  expect(outputs).toEqual([null, null]);
});

describe("a consultation that leads to none", () => {
  test("is released at once when it was not ready, and once", () => {
    const { advice, calls } = asked({ prepare: notReady("no link") });
    const consultations = new Consultations();
    consultations.follow("lsp1", advice, status("waiting", true));
    consultations.follow("lsp1", advice, status("waiting", true));
    expect(calls).toEqual(["release lsp1 none"]);
  });

  test("is released at once when there is nothing to decide of its port", () => {
    const { advice, calls } = asked();
    new Consultations().follow("lsp1", advice, undefined);
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released, once, when it was only to find out which of several interfaces is the port's", () => {
    const probed = asked();
    const { advice, calls } = asked();
    if (advice.kind !== "asked" || probed.advice.kind !== "asked") throw new Error("nobody was asked");
    const bridge = { name: "br-int", ports: new Set([uuid(0x3000)]) };
    const inPlace = classify(pluggedRow(), portRow(), bridge);
    const several = { inPlace, leftovers: [], probe: probed.advice.main };
    const consultations = new Consultations();
    for (let run = 0; run < 2; run++)
      consultations.follow("lsp1", { ...advice, several }, status("conflict"));
    expect([probed.calls, calls]).toEqual([["release lsp1 lsp1"], []]);
  });

  test("is released, once, when the answer that told which of several interfaces is the port's is about the port", () => {
    const { advice, calls } = asked();
    if (advice.kind !== "asked") throw new Error("nobody was asked");
    const bridge = { name: "br-int", ports: new Set([uuid(0x3000)]) };
    const several = { inPlace: classify(pluggedRow(), portRow(), bridge), leftovers: [], probe: advice.main };
    const consultations = new Consultations();
    consultations.follow("lsp1", { ...advice, several }, status("conflict"));
    expect(calls).toEqual([]);
    consultations.follow("lsp1", { ...advice, several }, undefined);
    consultations.follow("lsp1", undefined, undefined);
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released when its provider goes, and those of others are kept", () => {
    const first = asked();
    const { provider, calls } = recordedProvider("other");
    const other = askedOf(registered(provider), "lsp2");
    calls.length = 0;
    const consultations = new Consultations();
    consultations.follow("lsp1", first.advice, status("conflict"));
    consultations.follow("lsp2", other, status("conflict"));
    consultations.releaseOf("dummy");
    expect([first.calls, calls]).toEqual([["release lsp1 lsp1"], []]);
    consultations.releaseAll();
    expect([first.calls, calls]).toEqual([["release lsp1 lsp1"], ["release lsp2 lsp2"]]);
  });

  test("is released at once when the interface is in place, whatever ovs-vswitchd says of it", () => {
    for (const state of ["plugged", "error"] as const) {
      const { advice, calls } = asked({}, { interface: inPlace });
      new Consultations().follow("lsp1", advice, status(state));
      expect(calls).toEqual(["release lsp1 lsp1"]);
    }
  });

  test("is kept while a port stays whose interface would be changed, because the change may still come", () => {
    const { advice, calls } = asked({}, { interface: { ...inPlace, mtu_request: 9000 } });
    const consultations = new Consultations();
    consultations.follow("lsp1", advice, status("plugged"));
    expect(calls).toEqual([]);
    consultations.use("lsp1", advice);
    consultations.end([{ advice, committed: true }]);
    expect(calls).toEqual(["finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("is kept while something else is waited for, and released when another answer takes its place", () => {
    const first = asked();
    const second = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", first.advice, status("conflict"));
    consultations.follow("lsp1", first.advice, status("conflict"));
    expect(first.calls).toEqual([]);
    consultations.follow("lsp1", second.advice, status("conflict"));
    expect(first.calls).toEqual(["release lsp1 lsp1"]);
    expect(second.calls).toEqual([]);
    consultations.follow("lsp1", undefined, undefined);
    expect(second.calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released at the end", () => {
    const { advice, calls } = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", advice, status("conflict"));
    consultations.releaseAll();
    consultations.releaseAll();
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });
});

test("a plug type without a provider leaves nothing to end", () => {
  const advice: Advice = { kind: "no-provider", plugType: "gone", refused: null };
  const consultations = new Consultations();
  consultations.follow("lsp1", advice, status("no-provider"));
  consultations.end([{ advice: advice, committed: false }]);
  consultations.releaseAll();
});
