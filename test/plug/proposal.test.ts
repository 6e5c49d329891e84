// What is proposed for a port: the change itself, unless the server has just refused it, or others keep undoing it.
import { describe, expect, test } from "bun:test";
import { type Attempt, afterCommit } from "../../src/plug/attempt.ts";
import type { Contest } from "../../src/plug/contest.ts";
import { plugAs, recordedProvider } from "../support/providers.ts";
import { portRow } from "../support/rows.ts";
import { bridge, changeOf, observed, type Situation, unplug, verdictOf } from "./support/situation.ts";

type Won = Extract<Contest, { readonly kind: "free" }>;

const won = (rest: Partial<Won>): Won => ({
  ...{ kind: "free", together: ["lsp1"], refused: null, isInTurn: true },
  ...rest,
});
const refused: Attempt = { phase: "failed", nonce: 1, change: changeOf({}), error: "refused" };

describe("a removal", () => {
  test("is of the interface in place, with its port and its plug type", () => {
    const owned = observed();
    expect(changeOf({ intent: unplug, owned })).toEqual({
      ...{ kind: "remove", lport: "lsp1", plugType: "dummy", bridge },
      interface: owned.interface,
      port: owned.port ?? expect.anything(),
    });
  });

  test("waits until the interface is known with its port", () => {
    const waits = { state: "pending", reason: "the port of its interface is not known yet", change: null };
    expect(verdictOf({ intent: unplug, owned: { ...observed(), port: null } })).toMatchObject(waits);
    expect(verdictOf({ intent: unplug })).toMatchObject(waits);
  });
});

describe("ports that move together", () => {
  const contest = won({ together: ["lsp1", "lsp2"] });

  test("are named in the change of each", () => {
    expect(changeOf({ contest })).toMatchObject({ kind: "create", together: ["lsp1", "lsp2"] });
    expect(changeOf({ contest: won({ together: ["lsp1"] }) })).not.toHaveProperty("together");
  });

  test("are all held back when the server has refused the first of them, each told why", () => {
    const other: Won = { ...contest, together: ["lsp0", "lsp1"], refused: "lsp0" };
    expect(verdictOf({ contest: other })).toMatchObject({
      ...{ state: "error", change: null, retry: true },
      reason: "it moves with logical port lsp0, whose change was refused",
    });
    expect(verdictOf({ contest: other, attempt: refused })).toMatchObject({
      state: "error",
      reason: "refused",
    });
  });

  test("are not held back by a refusal of one that is not the first", () => {
    expect(verdictOf({ contest, attempt: refused }).change).not.toBeNull();
  });
});

describe("a change that was refused", () => {
  test("is not sent again as it is; another one is, when it is the port's turn", () => {
    expect(verdictOf({ contest: won({}), attempt: refused })).toMatchObject({
      state: "error",
      reason: "refused",
    });
    const elsewhere: Situation = { bridge: { ...bridge, name: "br-int" }, attempt: refused };
    expect(verdictOf(elsewhere).change).toBeNull();
    const remove = changeOf({ intent: unplug, owned: observed() });
    const other: Attempt = { ...refused, change: remove };
    expect(verdictOf({ attempt: other }).change).not.toBeNull();
    expect(verdictOf({ attempt: other, contest: won({ isInTurn: false }) })).toMatchObject({
      ...{ state: "error", reason: "refused", change: null, retry: true },
    });
  });

  test("is not followed by a move off another owner's interface whose removal was refused, but by any other move", () => {
    const { provider } = recordedProvider("dummy", { prepare: plugAs(() => "eth7") });
    const owned = observed();
    const moving: Situation = { providers: [provider], owned };
    const gone = changeOf({ intent: unplug, owned });
    if (gone.kind !== "remove") throw new Error("nothing is to go");
    const remove = { ...gone, misplaced: "VF 7" };
    const stale = { ...remove, interface: { ...remove.interface, type: "tap" } };
    const edit = changeOf({ owned: observed({ mtu_request: 1400 }) });
    if (edit.kind !== "update") throw new Error("nothing is to be edited");
    const onAnotherRow = { ...remove, port: portRow() };
    const kindsAfter = [remove, gone, stale, onAnotherRow, { ...edit, interface: owned.interface }].map(
      (change) => verdictOf({ ...moving, attempt: { ...refused, change } }).change?.kind,
    );
    expect(kindsAfter).toEqual([undefined, "replug", "replug", "replug", "replug"]);
  });
});

describe("what others undo again and again", () => {
  const undone = (situation: Situation): Attempt => {
    const change = changeOf(situation);
    return [1, 2, 3].reduce((before) => afterCommit(change, before), afterCommit(change, undefined));
  };

  test("is left alone for a while, as its interface is removed again and again (T4)", () => {
    expect(verdictOf({ attempt: undone({}) })).toMatchObject({
      ...{ state: "error", interface: "lsp1", change: null, retry: true, setbacks: 1 },
      reason:
        "another program keeps removing interface lsp1: configure one of the two programs to leave the interface alone",
    });
  });

  test("is left alone for a while, as what is written to it is changed again and again", () => {
    const situation = { owned: observed({ mtu_request: 1400 }) };
    expect(verdictOf({ ...situation, attempt: undone(situation) })).toMatchObject({
      ...{ state: "error", interface: "lsp1", change: null, retry: true, setbacks: 1 },
      reason:
        "another program keeps undoing what is written to interface lsp1: configure one of the two programs to leave the interface alone",
    });
  });
});
