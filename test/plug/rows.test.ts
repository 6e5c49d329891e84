// A whole table as the changes that make it.
import { expect, test } from "bun:test";
import { asInserts } from "../../src/plug/rows.ts";
import { interfaceRow, uuid } from "../support/rows.ts";

test("a table is made by one insert for each of its rows", () => {
  const [one, other] = [interfaceRow({ _uuid: uuid(1) }), interfaceRow({ _uuid: uuid(2) })];
  expect(asInserts(new Map([one, other].map((row) => [row._uuid, row])))).toStrictEqual([
    { uuid: uuid(1), old: null, new: one },
    { uuid: uuid(2), old: null, new: other },
  ]);
  expect(asInserts(new Map())).toEqual([]);
});
