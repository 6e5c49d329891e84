/** Ordered indexes and references: what they answer is what looking at every row would, whatever came and went. */

import { heapSize } from "bun:jsc";
import { describe, expect, test } from "bun:test";
import { allColumns, Session } from "ovsdb-jsonrpc";
import { ordered, references } from "ovsdb-jsonrpc/indexes";
import { OrderedIndex } from "../../src/ovsdb-jsonrpc/indexes/ordered.ts";
import type { Row } from "../../src/ovsdb-jsonrpc/schema/schema.ts";
import { parseUuid, ZERO_UUID } from "../../src/ovsdb-jsonrpc/schema/uuid.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";
import { closingAfterEach } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { startPlayground } from "./support/server.ts";
import { EVERYTHING, op, openSynced, value } from "./support/session.ts";

const closeLater = closingAfterEach();

const row = (group: string | null, size: number, tags: readonly string[] = ["-"]): Row => ({
  _uuid: ZERO_UUID,
  group,
  size,
  tags: new Set(tags),
});

function indexOf(parts: readonly string[], ...rows: readonly Row[]): OrderedIndex {
  const index = new OrderedIndex(parts);
  for (const one of rows) index.replace(null, one);
  return index;
}

describe("a range", () => {
  const rows = [row("b", 10), row("a", 2), row("b", 9), row(null, 5), row("c", -1), row("a", 10)];
  const index = indexOf(["group", "size"], ...rows);
  const found = (...bounds: Parameters<OrderedIndex["range"]>) =>
    index.range(...bounds).map(({ group, size }) => `${group ?? ""}${size}`);

  test("without bounds is every row in order, nothing before everything, and numbers as numbers", () => {
    expect(found()).toEqual(["5", "a2", "a10", "b9", "b10", "c-1"]);
  });

  test("has what begins with its bounds", () => {
    expect(found({ from: ["a"], to: ["b"] })).toEqual(["a2", "a10", "b9", "b10"]);
    expect(found({ from: ["a", 3], to: ["b", 9] })).toEqual(["a10", "b9"]);
    expect(found({ from: ["b"], to: ["b"] })).toEqual(["b9", "b10"]);
    expect(found({ from: [null], to: [null] })).toEqual(["5"]);
    expect(found({ from: ["b"], to: ["a"] })).toEqual([]);
  });

  test("has nothing of what its open bounds begin with", () => {
    expect(found({ after: ["a"] })).toEqual(["b9", "b10", "c-1"]);
    expect(found({ before: ["b"] })).toEqual(["5", "a2", "a10"]);
    expect(found({ after: ["a", 2], before: ["b", 10] })).toEqual(["a10", "b9"]);
  });

  test("comes from its end and no longer than it is asked to be", () => {
    expect(found({ reverse: true, limit: 2 })).toEqual(["c-1", "b10"]);
    expect(found({ from: ["a"], limit: 3 })).toEqual(["a2", "a10", "b9"]);
    expect(found({ limit: 0 })).toEqual([]);
  });

  test("of more values than there are parts is refused", () => {
    expect(() => index.range({ from: ["a", 1, 2] })).toThrow("2 parts, and a bound has 3");
    expect(() => index.find("a")).toThrow("2 parts, and 1 values were given");
  });

  test("has a row once, though it is filed under each of its elements", () => {
    const [x, y] = [row("a", 1, ["x", "y", "z"]), row("a", 2, ["y"])];
    const byTag = indexOf(["tags"], x, y);
    expect(byTag.range({ from: ["y"] })).toEqual([x, y]);
    expect(byTag.find("y")).toEqual([x, y]);
  });
});

test("whatever rows come and go, a range is what sorting all of them gives", () => {
  const randomRow = (random: Random): Row =>
    row(random.chance(0.1) ? null : random.pick(["a", "b", "c"]), random.int(5));
  checkProperty({
    cases: 500,
    generate: (random) => ({
      rounds: random.list(1 + random.int(8), () => ({
        come: random.list(random.int(random.pick([3, 40])), () => randomRow(random)),
        go: random.list(random.int(random.pick([3, 40])), () => random.int(1000)),
        from: [random.pick(["a", "b"]), random.int(5)].slice(0, random.int(3)),
        to: [random.pick(["b", "c"]), random.int(5)].slice(0, random.int(3)),
      })),
    }),
    failure({ rounds }) {
      const index = new OrderedIndex(["group", "size"]);
      const rows: Row[] = [];
      for (const { come, go, from, to } of rounds) {
        for (const one of come) {
          rows.push(one);
          index.replace(null, one);
        }
        for (const at of go) {
          const [gone] = rows.splice(at % Math.max(rows.length, 1), 1);
          if (gone !== undefined) index.replace(gone, null);
        }
        const text = ({ group, size }: Row) => `${group ?? " "}${size}`;
        const upTo = (one: Row, bound: readonly unknown[]) => text(one).slice(0, bound.length);
        const expected = rows
          .filter((one) => upTo(one, from) >= from.join("") && upTo(one, to) <= to.join(""))
          .map(text)
          .sort();
        const found = index.range({ from, to }).map(text);
        if (found.join() !== expected.join()) return `found ${found}, not ${expected}`;
      }
      return undefined;
    },
    shrink: (one, fails) => ({
      rounds: [...shrinkList(one.rounds, (rounds) => fails({ rounds: [...rounds] }))],
    }),
    format: (one) => JSON.stringify(one),
  });
});

test("keys that came and went are forgotten, also when nobody asks for a range", () => {
  const index = indexOf(["group", "size"], row("stays", 0));
  const held = () => {
    Bun.gc(true);
    return heapSize();
  };
  const before = held();
  for (let size = 0; size < 100_000; size++) {
    const passing = row("passes", size);
    index.replace(null, passing);
    index.replace(passing, null);
  }
  expect(held() - before).toBeLessThan(5e6);
  expect(index.range().map(({ group }) => group)).toEqual(["stays"]);
});

test("a session keeps its ordered indexes current", async () => {
  await using server = await startPlayground();
  const session = closeLater(
    new Session({
      database: playground,
      remotes: server.remote,
      monitor: { Thing: ["name", "count", "color", "limit"] },
      indexes: { Thing: { byCount: ordered("color", "count"), byName: ["name"] } },
    }),
  );
  await session.synced();
  const insert = (name: string, color: "red" | "green", count: number) =>
    op.insert("Thing", { name, color, count });
  value(
    await session.transact([
      insert("a", "red", 3),
      insert("b", "red", -3),
      insert("c", "green", 7),
      insert("d", "red", 5),
    ]),
  );
  const index = session.replica.table("Thing").index("byCount");
  const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);
  expect(names(index.range({ from: ["red"], to: ["red", 4] }))).toEqual(["b", "a"]);
  value(
    await session.transact([
      op.update("Thing", [["name", "==", "a"]], { count: 6 }),
      op.delete("Thing", [["name", "==", "b"]]),
    ]),
  );
  expect(names(index.range({ from: ["red"] }))).toEqual(["d", "a"]);
  expect(names(index.find("green", 7))).toEqual(["c"]);
});

describe("references", () => {
  test("are found from the row that is referred to, by every column and after every change", async () => {
    await using server = await startPlayground();
    const session = closeLater(
      new Session({
        database: playground,
        remotes: server.remote,
        monitor: { Thing: ["name", "part", "parts", "seen"], Part: ["serial"] },
        references: references(),
      }),
    );
    await session.synced();
    const part = "11111111-1111-4111-8111-111111111111";
    const uuid = parseUuid(part) ?? ZERO_UUID;
    value(
      await session.transact([
        op.insert("Part", { serial: 1 }, { uuid }),
        op.insert("Thing", { name: "one", color: "red", part: uuid, parts: new Set([uuid]) }),
        op.insert("Thing", { name: "two", color: "red", seen: new Set([uuid]) }),
      ]),
    );
    const referring = () =>
      session.replica
        .referring(uuid)
        .map((one) => (one.table === "Thing" ? `${one.row.name}.${one.column}` : one.table))
        .sort();
    expect(referring()).toEqual(["one.part", "one.parts", "two.seen"]);
    value(await session.transact([op.update("Thing", [["name", "==", "one"]], { part: null, count: 4 })]));
    expect(referring()).toEqual(["one.parts", "two.seen"]);
    value(await session.transact([op.delete("Thing", [["name", "==", "two"]])]));
    expect(referring()).toEqual(["one.parts"]);
    value(await session.transact([op.update("Thing", [["name", "==", "one"]], { parts: new Set() })]));
    expect(referring()).toEqual([]);
  });

  test("are told by column, also where a descriptor gives two columns the very same type", async () => {
    await using server = await startPlayground();
    const { columns } = playground.tables.Thing;
    const shared = { ...columns, parts: columns.seen };
    const session = closeLater(
      new Session({
        database: {
          ...playground,
          tables: { ...playground.tables, Thing: { ...playground.tables.Thing, columns: shared } },
        },
        remotes: server.remote,
        monitor: { Thing: ["name", "parts", "seen"] },
        references: references(),
      }),
    );
    await session.synced();
    const uuid = parseUuid("11111111-1111-4111-8111-111111111111") ?? ZERO_UUID;
    const both = { parts: new Set([uuid]), seen: new Set([uuid]) };
    value(
      await session.transact([
        op.insert("Part", { serial: 1 }, { uuid }),
        op.insert("Thing", { name: "one", color: "red", ...both }),
      ]),
    );
    const referring = () =>
      session.replica
        .referring(uuid)
        .map(({ column }) => column)
        .sort();
    expect(referring()).toEqual(["parts", "seen"]);
    value(await session.transact([op.update("Thing", [], { seen: new Set() })]));
    expect(referring()).toEqual(["parts"]);
  });

  test("are the same as those that a look at every row finds, after random transactions", async () => {
    await using server = await startPlayground();
    const session = closeLater(
      new Session({
        database: playground,
        remotes: server.remote,
        monitor: { Thing: allColumns(playground, "Thing"), Part: allColumns(playground, "Part") },
        references: references(),
      }),
    );
    await session.synced();
    const uuids = Array.from(
      { length: 6 },
      (_, n) => parseUuid(`11111111-1111-4111-8111-11111111111${n}`) ?? ZERO_UUID,
    );
    const owner = op.insert("Thing", { name: "owner", color: "red", parts: new Set(uuids) });
    value(
      await session.transact([
        ...uuids.map((uuid, serial) => op.insert("Part", { serial }, { uuid })),
        owner,
      ]),
    );
    for (let n = 0; n < 40; n++) {
      const some = new Set(uuids.filter((_, at) => (n * 7 + at * at) % 3 === 0));
      const name = `t${n % 8}`;
      const [seen] = some;
      await session.transact(
        n % 5 === 4
          ? [op.delete("Thing", [["name", "==", name]])]
          : [
              op.delete("Thing", [["name", "==", name]]),
              op.insert("Thing", {
                name,
                color: "red",
                parts: some,
                ...(seen !== undefined && { part: seen }),
              }),
            ],
      );
      for (const uuid of uuids) {
        const things = [...session.replica.table("Thing").rows.values()];
        const expected = things.flatMap((thing) => [
          ...(thing.part === uuid ? [`${thing.name}.part`] : []),
          ...(thing.parts.has(uuid) ? [`${thing.name}.parts`] : []),
        ]);
        const found = session.replica
          .referring(uuid)
          .flatMap((one) => (one.table === "Thing" ? [`${one.row.name}.${one.column}`] : []));
        expect(found.sort()).toEqual(expected.sort());
      }
    }
  });

  test("are not there without the option", async () => {
    await using server = await startPlayground();
    const session = closeLater(await openSynced(server.remote, { monitor: EVERYTHING }));
    expect(() => session.replica.referring(ZERO_UUID)).toThrow("no references");
  });
});
