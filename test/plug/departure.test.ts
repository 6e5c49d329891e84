// What is kept of a row that left the view, from one event to the next, and when two absences are the same.
import { describe, expect, test } from "bun:test";
import {
  type Absence,
  type Departure,
  type DepartureEvent,
  departureAfter,
  eventsOf,
  type Reply,
  sameAbsence,
} from "../../src/plug/absence.ts";
import { uuid, wantedRow } from "../support/rows.ts";

const row = wantedRow();
const left: DepartureEvent = { kind: "left", serial: 3, row, view: 7 };
const reply: Reply = { kind: "none", at: 5, isFresh: true };
const after = (...events: readonly DepartureEvent[]) =>
  events.reduce<Departure | undefined>((before, event) => departureAfter(event, before), undefined);

describe("of a row that left", () => {
  test("it is known when and from which view, and nothing of an answer", () => {
    expect(after(left)).toEqual({ serial: 3, row, view: 7, reply: null });
  });

  test("the answer is known, fresh in the run that it came in and not afterwards", () => {
    expect(after(left, { kind: "replied", reply })).toEqual({ serial: 3, row, view: 7, reply });
    expect(after(left, { kind: "replied", reply }, { kind: "aged" })).toEqual({
      ...{ serial: 3, row, view: 7 },
      reply: { kind: "none", at: 5, isFresh: false },
    });
    expect(after(left, { kind: "aged" })).toEqual(after(left));
  });

  test("an answer that came before the provider's is not fresh any more, and is to be asked for once more", () => {
    expect(after(left, { kind: "replied", reply }, { kind: "early" })).toEqual({
      ...{ serial: 3, row, view: 7 },
      reply: { kind: "none", at: 5, isFresh: false, isEarly: true },
    });
    expect(after(left, { kind: "early" })).toEqual(after(left));
  });

  test("neither view nor answer count once the view is another one", () => {
    expect(after(left, { kind: "replied", reply }, { kind: "outdated" })).toEqual({
      ...{ serial: 3, row },
      view: null,
      reply: null,
    });
  });

  test("nothing is known once it is forgotten, or when it never left", () => {
    expect(after(left, { kind: "forgotten" })).toBeUndefined();
    for (const kind of ["aged", "early", "outdated"] as const) expect(after({ kind })).toBeUndefined();
    expect(after({ kind: "replied", reply })).toBeUndefined();
  });

  test("what is known can be told as the events that lead to it", () => {
    for (const events of [[left], [left, { kind: "replied", reply } as const]]) {
      const known = after(...events);
      if (known === undefined) throw new Error("nothing is known");
      expect(after(...eventsOf(known))).toEqual(known);
      expect(eventsOf(known)).toHaveLength(events.length);
    }
  });
});

test("an absence is the same as another one only with the same question, or the same answer", () => {
  const other: Reply = { ...reply };
  const all: readonly Absence[] = [
    { kind: "asked", serial: 1, uuid: uuid(1) },
    { kind: "asked", serial: 2, uuid: uuid(1) },
    { kind: "waiting" },
    { kind: "by-name" },
    { kind: "gone", serial: 1, reply },
    { kind: "gone", serial: 1, reply: other },
    { kind: "elsewhere", serial: 1, reply, row },
    { kind: "elsewhere", serial: 1, reply: other, row },
  ];
  for (const a of all) for (const b of all) expect([a, b, sameAbsence(a, b)]).toEqual([a, b, a === b]);
  for (const a of all) expect(sameAbsence(a, { ...a })).toBe(true);
});
