// Ending what prepare began: the order of the calls in src/providers/provider.ts.
import { describe, expect, test } from "bun:test";
import { Consultations } from "../../../src/daemon/ports/consultations.ts";
import type { Answers } from "../../../src/plug/answers.ts";
import type { PortState, Verdict } from "../../../src/plug/verdict.ts";
import { type Calls, notReady, recordedProvider, registered } from "../../support/providers.ts";
import { askedOf } from "../../support/works.ts";

function verdict(state: PortState, retry = false): Verdict {
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

/** Answers of a provider that notes its calls; `prepare` is not among them. */
function asked(behaviour = {}, rest = {}): { readonly answers: Answers; readonly calls: Calls } {
  const { provider, calls } = recordedProvider("dummy", behaviour);
  const answers = askedOf(registered(provider), "lsp1", rest);
  calls.length = 0;
  return { answers, calls };
}

describe("a consultation that leads to a write", () => {
  test("is finished and then released after the commit", () => {
    const { answers, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", answers);
    consultations.follow("lsp1", answers, verdict("pending"));
    expect(calls).toEqual([]);
    consultations.end(answers, true);
    expect(calls).toEqual(["finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("is released without finish after a failure", () => {
    const { answers, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", answers);
    consultations.end(answers, false);
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released once, also when its answer goes on to hold for the interface in place", () => {
    const { answers, calls } = asked();
    const consultations = new Consultations();
    consultations.use("lsp1", answers);
    consultations.end(answers, true);
    consultations.follow("lsp1", answers, verdict("plugged"));
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
    const answers: Answers = { ...askedOf(stays), leaving };
    order.length = 0;
    new Consultations().end(answers, true);
    expect(order).toEqual(["finish lsp0 none", "left", "finish lsp1 lsp1", "release lsp1 lsp1"]);
  });

  test("ends the one that was kept and is not used", () => {
    const kept = asked();
    const used = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", kept.answers, verdict("error", true));
    consultations.use("lsp1", used.answers);
    consultations.follow("lsp1", used.answers, verdict("pending"));
    expect(kept.calls).toEqual(["release lsp1 lsp1"]);
    expect(used.calls).toEqual([]);
    consultations.end(used.answers, false);
    expect(used.calls).toEqual(["release lsp1 lsp1"]);
    expect(kept.calls).toEqual(["release lsp1 lsp1"]);
  });

  test("of a removal is finished without output, and never released", () => {
    const { answers, calls } = asked({}, { operation: "remove" });
    const consultations = new Consultations();
    consultations.follow("lsp1", answers, verdict("pending"));
    consultations.use("lsp1", answers);
    consultations.end(answers, true);
    consultations.releaseAll();
    expect(calls).toEqual(["finish lsp1 none"]);
  });
});

describe("a consultation that leads to none", () => {
  test("is released at once when it was not ready", () => {
    const { answers, calls } = asked({ prepare: notReady("no link") });
    new Consultations().follow("lsp1", answers, verdict("waiting", true));
    expect(calls).toEqual(["release lsp1 none"]);
  });

  test("is released at once when the interface is in place, whatever ovs-vswitchd says of it", () => {
    for (const state of ["plugged", "error"] as const) {
      const { answers, calls } = asked();
      new Consultations().follow("lsp1", answers, verdict(state));
      expect(calls).toEqual(["release lsp1 lsp1"]);
    }
  });

  test("is kept while something else is waited for, and released when another answer takes its place", () => {
    const first = asked();
    const second = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", first.answers, verdict("conflict"));
    consultations.follow("lsp1", first.answers, verdict("conflict"));
    expect(first.calls).toEqual([]);
    consultations.follow("lsp1", second.answers, verdict("conflict"));
    expect(first.calls).toEqual(["release lsp1 lsp1"]);
    expect(second.calls).toEqual([]);
    consultations.follow("lsp1", undefined, undefined);
    expect(second.calls).toEqual(["release lsp1 lsp1"]);
  });

  test("is released at the end", () => {
    const { answers, calls } = asked();
    const consultations = new Consultations();
    consultations.follow("lsp1", answers, verdict("conflict"));
    consultations.releaseAll();
    consultations.releaseAll();
    expect(calls).toEqual(["release lsp1 lsp1"]);
  });
});

test("a plug type without a provider leaves nothing to end", () => {
  const answers: Answers = { kind: "no-provider", plugType: "gone", refused: null };
  const consultations = new Consultations();
  consultations.follow("lsp1", answers, verdict("no-provider"));
  consultations.end(answers, false);
  consultations.releaseAll();
});
