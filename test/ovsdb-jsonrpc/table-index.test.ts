/** Secondary indexes: what they answer stays, and what a change costs does not depend on who shares its key. */
import { expect, test } from "bun:test";
import { TableIndex } from "../../src/ovsdb-jsonrpc/replica/table-index.ts";
import type { Row } from "../../src/ovsdb-jsonrpc/schema/schema.ts";
import { ZERO_UUID } from "../../src/ovsdb-jsonrpc/schema/uuid.ts";

const row = (name: string, color: string | null): Row => ({ _uuid: ZERO_UUID, name, color });

function indexOf(...rows: readonly Row[]): TableIndex {
  const index = new TableIndex(["color"]);
  for (const one of rows) index.replace(null, one);
  return index;
}

test("an answer stays what it was when rows come and go", () => {
  const [a, b, c] = [row("a", "red"), row("b", "red"), row("c", "red")];
  const index = indexOf(a, b);
  const before = index.find("red");
  index.replace(null, c);
  const between = index.find("red");
  index.replace(a, null);
  expect(before).toEqual([a, b]);
  expect(between).toEqual([a, b, c]);
  expect(index.find("red")).toEqual([b, c]);
});

test("rows leave a shared key one by one, until nothing is filed there", () => {
  const [a, b] = [row("a", "red"), row("b", "red")];
  const index = indexOf(a, b);
  index.replace(a, row("a", "blue"));
  expect([index.find("red").length, index.find("blue").length]).toEqual([1, 1]);
  index.replace(b, null);
  expect(index.find("red")).toEqual([]);
});

test("the same question without a change in between is answered without new work", () => {
  const index = indexOf(row("a", "red"), row("b", "red"));
  expect(index.find("red")).toBe(index.find("red"));
});

test("moving every row off one key takes time that grows with their number alone", () => {
  const rows = Array.from({ length: 100_000 }, (_, n) => row(`${n}`, null));
  const index = indexOf(...rows);
  for (const one of rows) index.replace(one, { ...one, color: String(one.name) });
  expect(index.find(null)).toEqual([]);
  expect(index.find("99999")).toMatchObject([{ name: "99999" }]);
});
