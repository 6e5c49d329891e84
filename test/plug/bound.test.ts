// Whether ovn-controller has bound a port here, who has it instead, and which version of the interface it waits for (P8).
import { describe, expect, test } from "bun:test";
import { hasWantedVersion, sameUnbound, unboundOf, whoHasIt } from "../../src/plug/bound.ts";
import { bindingRow, CHASSIS, chassisRow, map, OTHER_CHASSIS, pluggedRow, uuid } from "../support/rows.ts";

const here = { name: "hv1", record: chassisRow() };
const THIRD = uuid(0xc3);

describe("a port is bound here", () => {
  test("as its main chassis, or as an additional one", () => {
    expect(unboundOf(bindingRow({ chassis: CHASSIS }), here)).toBeNull();
    const additional_chassis = new Set([OTHER_CHASSIS, CHASSIS]);
    expect(unboundOf(bindingRow({ chassis: OTHER_CHASSIS, additional_chassis }), here)).toBeNull();
  });

  test("or it is not known, while this chassis has no row or no name", () => {
    expect(unboundOf(bindingRow(), { name: "hv1", record: null })).toBeNull();
    expect(unboundOf(bindingRow(), null)).toBeNull();
  });
});

describe("a port that is not bound here", () => {
  test("is bound by its main chassis, else by an additional one, else by none", () => {
    const additional_chassis = new Set([THIRD]);
    expect(unboundOf(bindingRow({ chassis: OTHER_CHASSIS, additional_chassis }), here)).toEqual({
      by: OTHER_CHASSIS,
    });
    expect(unboundOf(bindingRow({ chassis: null, additional_chassis }), here)).toEqual({ by: THIRD });
    expect(unboundOf(bindingRow({ chassis: null }), here)).toEqual({ by: null });
    for (const two of [
      [THIRD, OTHER_CHASSIS],
      [OTHER_CHASSIS, THIRD],
    ]) {
      const [first] = [...two].sort();
      expect(unboundOf(bindingRow({ chassis: null, additional_chassis: new Set(two) }), here)?.by).toBe(
        first,
      );
    }
  });

  test("is told of with the chassis that has it, as far as that is known", () => {
    const by = OTHER_CHASSIS;
    expect(whoHasIt({ by: null }, undefined)).toBe("no chassis has it");
    expect(whoHasIt({ by }, undefined)).toBe(`chassis row ${by} has it`);
    expect(whoHasIt({ by }, null)).toBe(`chassis row ${by}, which is gone, has it`);
    expect(whoHasIt({ by }, { name: "hv2", hostname: "node2" })).toBe("chassis hv2 (node2) has it");
    for (const hostname of ["", "hv2"])
      expect(whoHasIt({ by }, { name: "hv2", hostname })).toBe("chassis hv2 has it");
  });

  test("is so in the same way while the same chassis has it", () => {
    const [none, other] = [{ by: null }, { by: OTHER_CHASSIS }];
    for (const one of [undefined, none, other]) {
      for (const two of [undefined, none, other]) expect(sameUnbound(one, two)).toBe(one === two);
    }
    expect(sameUnbound({ by: OTHER_CHASSIS }, { by: OTHER_CHASSIS })).toBe(true);
  });
});

describe("the version that ovn-controller waits for", () => {
  const isThere = (wanted: string | null, is: string | null) =>
    hasWantedVersion(
      bindingRow({ options: wanted === null ? map() : map({ "iface-id-ver": wanted }) }),
      pluggedRow("a", { external_ids: is === null ? map() : map({ "iface-id-ver": is }) }),
    );

  test("is missed where the interface carries another one, or none", () => {
    expect(isThere("2", "1")).toBe(false);
    expect(isThere("2", null)).toBe(false);
  });

  test("is there where it is the same, or none is asked for", () => {
    expect(isThere("1", "1")).toBe(true);
    expect(isThere(null, "1")).toBe(true);
    expect(isThere(null, null)).toBe(true);
  });

  test("may be empty, and then is missed like any other", () => {
    expect([isThere("", null), isThere("", "1"), isThere("", "")]).toEqual([false, false, true]);
  });
});
