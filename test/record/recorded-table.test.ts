// The rows of a table as a record has them: all of them at once, or those that changed.
import { expect, test } from "bun:test";
import { RecordedTable } from "../../src/record/recorded-table.ts";
import { bridgeRow, chassisRow, map, uuid } from "../support/rows.ts";

const [A, B] = [uuid(1), uuid(2)];
const row = (of: typeof A, columns = {}) => ({ uuid: of, new: chassisRow({ _uuid: of, ...columns }) });

test("a row that a whole table is without is not known any more", () => {
  const table = new RecordedTable("chassis");
  table.batch([row(A), row(B)], true);
  expect(table.batch([row(A)], true)).toHaveLength(1);
  expect(table.batch([row(B)], false)).toMatchObject([{ uuid: B, old: null }]);
  expect(table.batch([row(A)], false)).toMatchObject([{ uuid: A, old: { _uuid: A } }]);
});

test("a row of a whole table that is as it was before is the same object, and one that changed is not", () => {
  const table = new RecordedTable("chassis");
  const [first] = table.batch([row(A), row(B)], true);
  const [again, changed] = table.batch([row(A), row(B, { hostname: "other" })], true);
  expect(again?.new).toBe(first?.new ?? null);
  expect(changed).toMatchObject({ old: null, new: { hostname: "other" } });
});

test("a row that goes is told with what it was", () => {
  const table = new RecordedTable("chassis");
  table.batch([row(A, { hostname: "one" })], false);
  expect(table.batch([{ uuid: A, new: null }], false)).toMatchObject([
    { uuid: A, old: { hostname: "one" }, new: null },
  ]);
  expect(table.batch([row(A)], false)).toMatchObject([{ old: null }]);
});

test("columns that did not change are the same objects as in the row before", () => {
  const table = new RecordedTable("bridge");
  const bridge = (name: string, other: string) => ({
    uuid: A,
    new: bridgeRow({ _uuid: A, name, ports: new Set([B]), other_config: map({ other }) }),
  });
  const rows = [bridge("one", "1"), bridge("two", "1"), bridge("two", "2")].map(
    (one) => table.batch([one], false)[0]?.new,
  );
  const [first, second, third] = rows.map((one) => Object(one));
  expect(second.ports).toBe(first.ports);
  expect(second.other_config).toBe(first.other_config);
  expect(third.other_config).toEqual(map({ other: "2" }));
});
