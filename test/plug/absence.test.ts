// When a row that left the view may be asked for by its uuid, and what the answer is worth (docs/rules.md, "absent").
import { describe, expect, test } from "bun:test";
import {
  type Departure,
  decideAbsence,
  needsName,
  type Reply,
  type ViewFacts,
} from "../../src/plug/absence.ts";
import { makeLport } from "../../src/plug/lport.ts";
import { classify } from "../../src/plug/observed-interface.ts";
import {
  BRIDGE,
  bindingRow,
  CHASSIS,
  chassisRow,
  map,
  OTHER_CHASSIS,
  pluggedRow,
  portRow,
  uuid,
  wantedRow,
} from "../support/rows.ts";

const bridge = { _uuid: BRIDGE, name: "br-int", ports: new Set([uuid(0x3000)]) };
const plugged = classify(pluggedRow(), portRow(), bridge);
const lport = makeLport("lsp1", null, [plugged]);
const facts: ViewFacts = {
  chassis: { name: "hv1", record: chassisRow() },
  view: 7,
  isKnowledgeMissing: false,
  isActive: true,
};

function left(departure: Partial<Departure> = {}): Departure {
  return { serial: 1, row: wantedRow(), view: 7, reply: null, ...departure };
}

const at = { at: 0, isFresh: true };
const kindOf = (departure: Departure | undefined, changed: Partial<ViewFacts> = {}) =>
  decideAbsence(lport, departure, { ...facts, ...changed })?.kind;

describe("a row that left", () => {
  test("because of itself is asked for by its uuid", () => {
    expect(decideAbsence(lport, left(), facts)).toEqual({
      kind: "asked",
      serial: 1,
      uuid: wantedRow()._uuid,
    });
  });

  test("is not asked for while this daemon can do nothing about the answer", () => {
    expect(kindOf(left(), { isActive: false })).toBe("waiting");
  });

  test.each<[string, Departure | undefined, Partial<ViewFacts>]>([
    ["never, as at a start", undefined, {}],
    ["with a change of ours", left({ view: null }), {}],
    ["another view than the one that there is", left({ view: 6 }), {}],
    ["a view that is just changing", left(), { view: null }],
    ["with a change of ours, while the view is just changing", left({ view: null }), { view: null }],
    ["while something was missing (U3)", left(), { isKnowledgeMissing: true }],
    [
      "and did not request this chassis",
      left({ row: wantedRow({}, { requested_chassis: OTHER_CHASSIS }) }),
      {},
    ],
    ["and did not name this chassis", left({ row: wantedRow({ "requested-chassis": "oldname" }) }), {}],
    ["and named nobody", left({ row: bindingRow({ requested_chassis: CHASSIS }) }), {}],
    ["and of which there is no answer", left({ reply: { kind: "unknown", code: "canceled", ...at } }), {}],
  ])("%s: only the answer to its name is certain", (_, departure, changed) => {
    expect(kindOf(departure, changed)).toBe("by-name");
  });

  test("with this chassis among others, by its hostname, is asked for by its uuid too", () => {
    const row = wantedRow({ "requested-chassis": "hv2, host1" }, { requested_chassis: OTHER_CHASSIS });
    expect(kindOf(left({ row: { ...row, requested_additional_chassis: new Set([CHASSIS]) } }))).toBe("asked");
  });
});

describe("an answer", () => {
  const gone: Reply = { kind: "none", ...at };

  test("is about the view that the row left, and about no other one", () => {
    expect(kindOf(left({ reply: gone }))).toBe("gone");
    expect(kindOf(left({ reply: gone }), { view: 8 })).toBe("by-name");
  });

  test("that the row is there says what the row holds", () => {
    const row = bindingRow({ options: map({ "requested-chassis": "hv2" }) });
    expect(decideAbsence(lport, left({ reply: { kind: "row", row, ...at } }), facts)).toMatchObject({
      kind: "elsewhere",
      row,
    });
  });

  test("is nothing when the port is in view, or not plugged", () => {
    const inView = makeLport("lsp1", wantedRow(), [plugged]);
    const unplugged = makeLport("lsp1", null, []);
    for (const one of [inView, unplugged, undefined])
      expect(decideAbsence(one, left({ reply: gone }), facts)).toBeUndefined();
  });

  test("that is not of this very run is asked for again, by name", () => {
    const needs = (reply: Reply | null) => needsName(decideAbsence(lport, left({ reply }), facts));
    expect(needs(null)).toBe(false);
    expect(needs(gone)).toBe(false);
    expect(needs({ ...gone, isFresh: false })).toBe(true);
    expect(needs({ ...gone, isFresh: false, isEarly: true })).toBe(false);
    expect(needsName(undefined)).toBe(true);
  });
});

test("an answer is kept with the leaving that it is about", () => {
  const none: Reply = { kind: "none", ...at };
  const row: Reply = { kind: "row", row: wantedRow(), ...at };
  expect(decideAbsence(lport, left({ serial: 4, reply: none }), facts)).toEqual({
    kind: "gone",
    serial: 4,
    reply: none,
  });
  expect(decideAbsence(lport, left({ serial: 5, reply: row }), facts)).toEqual({
    kind: "elsewhere",
    serial: 5,
    reply: row,
    row: wantedRow(),
  });
});

test("nothing but the name is asked for while this chassis has no name", () => {
  expect(kindOf(left(), { chassis: null })).toBe("by-name");
});
