// What counts as another program's doing (rule T4): writes in a row that make an interface the same thing.
import { describe, expect, test } from "bun:test";
import type { Advice } from "../../src/plug/advice.ts";
import {
  type Attempt,
  afterCommit,
  afterLoss,
  afterRefusal,
  answeredAnew,
  askedAgain,
  counted,
  doubted,
  nonceOf,
  sent,
  sentAwayBefore,
  setbacksOf,
  setbacksOfAll,
  settled,
  stayed,
} from "../../src/plug/attempt.ts";
import type { Change } from "../../src/plug/change.ts";
import type { DesiredInterface, InterfaceEdit } from "../../src/plug/desired.ts";
import { BRIDGE, pluggedRow, portRow, uuid } from "../support/rows.ts";

const desired: DesiredInterface = {
  lport: "lsp1",
  plugType: "dummy",
  wanted: { name: "lsp1", type: "internal", options: {} },
  maintainedOptions: new Set(),
  mtuRequest: null,
  ifaceIdVer: null,
};
const bridge = { uuid: BRIDGE, name: "br-int" };
const create: Change & { kind: "create" } = { kind: "create", desired, bridge };
const update: Change & { kind: "update" } = {
  kind: "update",
  desired,
  interface: pluggedRow(),
  edit: { type: "internal" },
};
const edited = (edit: InterfaceEdit): Change => ({ ...update, edit });
const otherEdit = edited({ mtuRequest: null });
const remove: Change & { kind: "remove" } = {
  kind: "remove",
  lport: "lsp1",
  plugType: "dummy",
  bridge,
  interface: pluggedRow(),
  port: portRow(),
};
const leftover: Change = { ...remove, keeps: desired };
const replug: Change = { kind: "replug", leaves: remove.interface, remove, take: create };

const four: readonly Change[] = [update, update, update, update];

function after(...changes: readonly Change[]): Attempt | undefined {
  return changes.reduce<Attempt | undefined>((before, change) => afterCommit(change, before), undefined);
}

describe("a setback", () => {
  test.each([
    ["creations", [create, create, create, create], create],
    ["edits of one column", four, update],
    [
      "edits of one column, with others between",
      [otherEdit, update, update, otherEdit, update, update],
      update,
    ],
    ["writes of one column, of which the creation was the first", [create, update, update, update], update],
    ["removals of one leftover", [leftover, leftover, leftover, leftover], leftover],
    ["replugs", [replug, replug, replug, replug], replug],
  ])("is a fifth one after four %s", (_, changes, next) => {
    expect(setbacksOf(after(...changes.slice(0, -1)), next)).toBe(0);
    expect(setbacksOf(after(...changes), next)).toBe(1);
    expect(setbacksOf(after(...changes, next), next)).toBe(2);
  });

  test("is none for what was not written so often, whatever else was", () => {
    for (const other of [otherEdit, leftover]) expect(setbacksOf(after(create, ...four), other)).toBe(0);
    const option = (key: string) => edited({ options: { set: new Map([[key, "1"]]), remove: [] } });
    const before = after(create, option("a"), option("a"), option("a"));
    expect(setbacksOf(before, option("b"))).toBe(0);
    expect(setbacksOf(before, edited({ options: { set: new Map(), remove: ["a"] } }))).toBe(1);
  });

  test("is one where one thing of several was written so often", () => {
    const both = edited({ type: "internal", mtuRequest: null });
    expect(setbacksOf(after(create, update, both, update), both)).toBe(1);
    expect(setbacksOf(after(create, update, both, update), otherEdit)).toBe(0);
  });

  test("is none for another target", () => {
    const other: Change = { ...update, desired: { ...desired, mtuRequest: 1400 } };
    expect(setbacksOf(after(...four), other)).toBe(0);
    expect(setbacksOf(after(...four, other), update)).toBe(0);
  });

  test("is none on a bridge that was made anew, nor after a removal of our own", () => {
    const elsewhere: Change = { ...create, bridge: { uuid: uuid(0xb2), name: "br-int" } };
    expect(setbacksOf(after(create, create, create, create), elsewhere)).toBe(0);
    expect(setbacksOf(after(...four, remove), create)).toBe(0);
  });

  test("is put up with once when its time has come", () => {
    const due = askedAgain(after(...four));
    expect(setbacksOf(due, update)).toBe(0);
    expect(setbacksOf(afterCommit(update, due), update)).toBe(2);
  });
});

describe("the count", () => {
  const inFlight = sent(
    update,
    { kind: "no-provider", plugType: "dummy", refused: null },
    askedAgain(after(...four)),
  );

  test("outlives a change that was refused, and one that was lost", () => {
    expect(setbacksOf(afterRefusal(update, "no", inFlight), update)).toBe(1);
    expect(setbacksOf(afterCommit(update, afterLoss(inFlight)), update)).toBe(2);
  });

  test("leaves what was lost due", () => {
    expect(setbacksOf(afterLoss(inFlight), update)).toBe(0);
  });

  test("ends when the port has stayed in place", () => {
    expect(settled(afterCommit(update, undefined))).toBeNull();
    expect(settled(afterCommit(update, inFlight))).toEqual({ phase: "idle", nonce: 1 });
  });
});

describe("a port that is decided anew gets new answers", () => {
  const known: Attempt = { phase: "idle", nonce: 4 };
  test.each([
    ["a refusal", afterRefusal(create, "no", known)],
    ["a loss", afterLoss(known)],
    ["its time to be tried again", askedAgain(known)],
    ["another answer of its provider", answeredAnew(known)],
  ])("after %s", (_, attempt) => {
    expect(attempt.nonce).toBe(5);
  });

  test("and the same ones while a change is on its way and when it was committed", () => {
    expect(afterCommit(create, known).nonce).toBe(4);
    expect(nonceOf(undefined)).toBe(0);
    expect(afterLoss(undefined).nonce).toBe(1);
  });
});

describe("what was undone too often", () => {
  const other: DesiredInterface = { ...desired, mtuRequest: 1400 };
  test("is what was written four times in a row, and nothing else", () => {
    expect(setbacksOfAll(after(...four.slice(1)), desired)).toBe(0);
    expect(setbacksOfAll(after(...four), desired)).toBe(1);
    expect(setbacksOfAll(after(...four), other)).toBe(0);
    expect(setbacksOfAll(undefined, desired)).toBe(0);
  });

  test("may be written once more when its time has come, and not again after a refusal", () => {
    const due = askedAgain(after(...four));
    expect(setbacksOfAll(due, desired)).toBe(0);
    expect(setbacksOfAll(afterRefusal(update, "no", due), desired)).toBeGreaterThan(0);
  });
});

const written = { desired, bridge: BRIDGE, times: new Map([["type", 1]]) };

test("a change that was refused is known with the server's words, and with what else was known of its port", () => {
  const sentAway = { times: 1 };
  expect(
    afterRefusal(update, "no such column", { phase: "idle", nonce: 4, written, sentAway }),
  ).toStrictEqual({ phase: "failed", change: update, error: "no such column", nonce: 5, written, sentAway });
});

describe("a change of which nobody knows what became", () => {
  const advice: Advice = { kind: "no-provider", plugType: "dummy", refused: null };

  test("is kept, with what the database said", () => {
    const inFlight = sent(update, advice, { phase: "idle", nonce: 2 });
    expect(doubted(inFlight, "connection lost")).toEqual({
      ...{ phase: "in-flight", change: update, advice, nonce: 2 },
      doubt: "connection lost",
    });
  });

  test("is none of a port of which nothing is in flight", () => {
    for (const attempt of [undefined, after(create)]) expect(doubted(attempt, "connection lost")).toBeNull();
  });
});

test("nothing is said of what was not written, nor sent away", () => {
  expect(askedAgain(undefined)).toStrictEqual({ phase: "idle", nonce: 1 });
  const idle: Attempt = { phase: "idle", nonce: 0 };
  expect(counted(idle, written)).toStrictEqual({ ...idle, written });
  expect(counted(idle, undefined, { times: 1 })).toStrictEqual({ ...idle, sentAway: { times: 1 } });
});

describe("a while after its interface was sent away", () => {
  test("nothing is left to be known of a port of which nothing else was", () => {
    expect(stayed({ phase: "idle", nonce: 0 })).toBeNull();
  });

  test("what else is known of it is kept", () => {
    expect(stayed({ phase: "idle", nonce: 2, sentAway: { times: 1 } })).toEqual({ phase: "idle", nonce: 2 });
    const written = after(create)?.written;
    if (written === undefined) throw new Error("nothing was written");
    expect(stayed({ phase: "idle", nonce: 0, written, sentAway: { times: 1 } })).toEqual({
      ...{ phase: "idle", nonce: 0 },
      written,
    });
  });
});

describe("the count starts over", () => {
  const other: Change = { ...update, desired: { ...desired, mtuRequest: 1400 } };
  const elsewhere: Change = { ...create, bridge: { uuid: uuid(0xb2), name: "br-int" } };

  test("with another target, and when that is given up again", () => {
    expect(setbacksOf(after(...four, other, update), update)).toBe(0);
  });

  test("on a bridge that was made anew, also for a port that moves", () => {
    const moved: Change = { kind: "replug", leaves: remove.interface, remove, take: elsewhere };
    expect(setbacksOf(after(replug, replug, replug, replug), moved)).toBe(0);
    expect(setbacksOf(after(moved, moved, moved, moved), moved)).toBe(1);
  });

  test("and not when the same interface has to be made between its edits", () => {
    expect(setbacksOf(after(update, update, update, create, update), update)).toBe(1);
  });
});

describe("an interface that was sent away, as it had become another function's (U7)", () => {
  const misplaced: Change = { ...remove, misplaced: "it stands for another VF" };

  test("is counted each time", () => {
    expect(after(misplaced)?.sentAway).toEqual({ times: 1 });
    expect(after(misplaced, create, misplaced)?.sentAway).toEqual({ times: 2 });
    expect(after(remove)?.sentAway).toBeUndefined();
  });

  test("is waited for, until its time has come; once it is there it may be sent away again", () => {
    expect(sentAwayBefore(after(misplaced))).toBe(1);
    const due = askedAgain(after(misplaced));
    expect(sentAwayBefore(due)).toBe(0);
    expect(sentAwayBefore(afterCommit(create, due))).toBe(1);
    expect(sentAwayBefore(undefined)).toBe(0);
  });
});
