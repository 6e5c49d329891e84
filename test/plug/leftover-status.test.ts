// The status on a port that is in place, and of which another interface is left over (rules U1, P3).
import { describe, expect, test } from "bun:test";
import type { Leaving } from "../../src/plug/advice.ts";
import { afterCommit } from "../../src/plug/attempt.ts";
import { desiredAfter } from "../../src/plug/change.ts";
import type { LportStatus } from "../../src/plug/lport-status.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import { bridgeRow, pluggedRow, portRow } from "../support/rows.ts";
import { answered } from "./support/by-hand.ts";
import { bridge, changeOf, circumstances, observed, type Situation, verdictOf } from "./support/situation.ts";

describe("an interface that is left over of a port that is in place", () => {
  const over = classify(pluggedRow("lsp1", { name: "tap1" }), portRow({ name: "tap1" }), bridgeRow());
  const lets = answered({ kind: "unplug" }, { operation: "remove" });
  const also = "interface tap1 has its iface-id as well";
  /** The port is as it has to be, and this is known of its leftover. */
  function beside(leaving: Leaving, rest: Situation = {}, leftover = over): LportStatus {
    const owned = observed();
    const { advice } = circumstances({ owned });
    if (advice?.kind !== "asked") throw new Error("nobody was asked");
    const several = { inPlace: owned, leftovers: [{ observed: leftover, leaving }], probe: null };
    return verdictOf({ owned, advice: { ...advice, several }, ...rest });
  }

  test("goes, and the port keeps the one that it has (U1)", () => {
    const create = changeOf({});
    expect(beside(lets)).toMatchObject({
      state: "pending",
      reason: `${also}, and is left over`,
      change: {
        ...{ kind: "remove", lport: "lsp1", plugType: "dummy", bridge },
        ...{ interface: over.interface, port: over.port, keeps: desiredAfter(create) },
      },
    });
  });

  test("stays while its provider does not let it go, which is asked again, or while it has none", () => {
    const refuses = answered({ kind: "not-ready", reason: "in use" });
    expect(beside(refuses)).toMatchObject({
      ...{ state: "plugged", lport: "lsp1", change: null },
      reason: `${also}, and stays: in use`,
      retry: true,
    });
    expect(beside({ noProviderFor: "ghost", refused: null })).toMatchObject({
      state: "plugged",
      reason: `${also}, and stays: no enabled provider answers to plug type "ghost"; add one under providers`,
      retry: false,
    });
  });

  test("goes back to the port that wants its name (P3)", () => {
    expect(beside(lets, { takerOfLeftovers: "lsp2" })).toMatchObject({
      state: "plugged",
      reason: "logical port lsp2 takes interface tap1 back",
      change: null,
    });
  });

  test("stays while another port's transaction, on its way, takes over the interface in place", () => {
    expect(beside(lets, { taker: "lsp2" })).toMatchObject({ state: "pending", change: null });
  });

  test("is held with the others that are due to go (U6)", () => {
    expect(beside(lets, { held: "too many" })).toMatchObject({
      state: "held",
      reason: `${also}, but too many`,
      change: null,
    });
  });

  test("is named where another program adds it again and again (T4)", () => {
    const { change } = beside(lets);
    if (change === null) throw new Error("nothing is removed");
    const attempt = [1, 2, 3].reduce((before) => afterCommit(change, before), afterCommit(change, undefined));
    expect(beside(lets, { attempt })).toMatchObject({
      ...{ state: "error", change: null, retry: true, setbacks: 1, interface: "tap1" },
      reason: expect.stringMatching(/^another program keeps adding the left over interface tap1: configure /),
    });
  });

  test("is left alone until its port is known", () => {
    expect(beside(lets, {}, { ...over, port: null })).toMatchObject({ state: "plugged", reason: null });
  });
});
