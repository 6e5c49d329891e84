/** What is written is what was given: any set, any map, and nothing in the place of what is neither. */
import { beforeEach, describe, expect, test } from "bun:test";
import vm from "node:vm";
import { type Operation, type Uuid, ZERO_UUID } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForAllTests, unchecked } from "./support/for-tests.ts";
import { failure, next, op, openSynced, type PlaygroundSession, value } from "./support/session.ts";

const server = playgroundForAllTests();
let session: PlaygroundSession;
const closeLater = closingAfterEach();

/** One Thing with something in every set and map, and a second that no test means. */
beforeEach(async () => {
  session = closeLater(await openSynced(server.remote));
  value(await session.transact([op.delete("Thing", [])]));
  const full = { words: ["a", "b"], numbers: [1, 2], options: new Map([["k", "v"]]), note: "note", limit: 7 };
  value(
    await session.transact([
      op.insert("Thing", { name: "meant", color: "red", ...full }),
      op.insert("Thing", { name: "other", color: "red", ...full }),
    ]),
  );
});

/** A set as an observable library, or somebody's own code, has it: no `Set` is behind it. */
class OwnSet<T> implements ReadonlySet<T> {
  readonly #elements: readonly T[];
  constructor(elements: Iterable<T>) {
    this.#elements = [...new Set(elements)];
  }
  get size(): number {
    return this.#elements.length;
  }
  has(element: T): boolean {
    return this.#elements.includes(element);
  }
  forEach(call: (value: T, key: T, set: ReadonlySet<T>) => void): void {
    for (const element of this.#elements) call(element, element, this);
  }
  keys(): SetIterator<T> {
    return new Set(this.#elements).keys();
  }
  values(): SetIterator<T> {
    return this.keys();
  }
  entries(): SetIterator<[T, T]> {
    return new Set(this.#elements).entries();
  }
  [Symbol.iterator](): SetIterator<T> {
    return this.keys();
  }
  union<U>(other: ReadonlySetLike<U>): Set<T | U> {
    return new Set(this.#elements).union(other);
  }
  intersection<U>(other: ReadonlySetLike<U>): Set<T & U> {
    return new Set(this.#elements).intersection(other);
  }
  difference<U>(other: ReadonlySetLike<U>): Set<T> {
    return new Set(this.#elements).difference(other);
  }
  symmetricDifference<U>(other: ReadonlySetLike<U>): Set<T | U> {
    return new Set(this.#elements).symmetricDifference(other);
  }
  isSubsetOf(other: ReadonlySetLike<unknown>): boolean {
    return new Set(this.#elements).isSubsetOf(other);
  }
  isSupersetOf(other: ReadonlySetLike<unknown>): boolean {
    return new Set(this.#elements).isSupersetOf(other);
  }
  isDisjointFrom(other: ReadonlySetLike<unknown>): boolean {
    return new Set(this.#elements).isDisjointFrom(other);
  }
}

class OwnMap<K, V> implements ReadonlyMap<K, V> {
  readonly #map: ReadonlyMap<K, V>;
  constructor(pairs: Iterable<readonly [K, V]>) {
    this.#map = new Map(pairs);
  }
  get size(): number {
    return this.#map.size;
  }
  get(key: K): V | undefined {
    return this.#map.get(key);
  }
  has(key: K): boolean {
    return this.#map.has(key);
  }
  forEach(call: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, item] of this.#map) call(item, key, this);
  }
  entries(): MapIterator<[K, V]> {
    return this.#map.entries();
  }
  keys(): MapIterator<K> {
    return this.#map.keys();
  }
  values(): MapIterator<V> {
    return this.#map.values();
  }
  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }
}

function rowOf(name: string) {
  const row = [...session.replica.table("Thing").rows.values()].find((one) => one.name === name);
  if (row === undefined) throw new Error(`there is no ${name}`);
  return row;
}

const meant = [["name", "==", "meant"]] as const;

describe.each<[string, (words: readonly string[]) => ReadonlySet<string>]>([
  ["of another class", (words) => new OwnSet(words)],
  ["of another realm", (words) => vm.runInNewContext(`new Set(${JSON.stringify(words)})`)],
])("a set %s", (_, setOf) => {
  test("is written with its elements", async () => {
    value(await session.transact([op.update("Thing", meant, { words: setOf(["b", "c"]) })]));
    expect(rowOf("meant").words).toEqual(new Set(["b", "c"]));
  });

  test("matches no more than it says", async () => {
    value(await session.transact([op.delete("Thing", [["words", "includes", setOf(["nobody's"])]])]));
    expect(session.replica.table("Thing").rows.size).toBe(2);
  });

  test("is inserted, deleted and waited for as any other", async () => {
    value(
      await session.transact([
        op.wait("Thing", meant, ["words"], "==", [{ words: setOf(["a", "b"]) }], 0),
        op.mutate("Thing", meant, [
          ["words", "insert", setOf(["c"])],
          ["words", "delete", setOf(["a"])],
          ["options", "delete", setOf(["k"])],
        ]),
      ]),
    );
    expect(rowOf("meant")).toMatchObject({ words: new Set(["b", "c"]), options: new Map() });
  });

  test("is a condition with its elements", async () => {
    const wanted = [["words", "includes", setOf(["nobody's"])]] as const;
    const settled = next(session.onCondition.bind(session), ({ Thing }) => Thing === wanted);
    session.setCondition("Thing", wanted);
    await settled;
    expect(session.replica.table("Thing").rows.size).toBe(0);
  });
});

describe.each<[string, (pairs: readonly [string, string][]) => ReadonlyMap<string, string>]>([
  ["of another class", (pairs) => new OwnMap(pairs)],
  ["of another realm", (pairs) => vm.runInNewContext(`new Map(${JSON.stringify(pairs)})`)],
])("a map %s", (_, mapOf) => {
  test("is written with its pairs", async () => {
    value(await session.transact([op.update("Thing", meant, { options: mapOf([["x", "y"]]) })]));
    expect(rowOf("meant").options).toEqual(new Map([["x", "y"]]));
  });

  test("matches no more than it says", async () => {
    value(await session.transact([op.delete("Thing", [["options", "includes", mapOf([["k", "w"]])]])]));
    expect(session.replica.table("Thing").rows.size).toBe(2);
  });

  test("deletes the pairs that it has", async () => {
    const changed = await session.transact([
      op.mutate("Thing", meant, [
        ["options", "delete", mapOf([["k", "v"]])],
        ["options", "insert", mapOf([["n", "m"]])],
      ]),
    ]);
    value(changed);
    expect(rowOf("meant").options).toEqual(new Map([["n", "m"]]));
  });
});

const NOTHINGS: readonly [string, unknown][] = [
  ["an object", { a: "b" }],
  ["an empty object", {}],
  ["a boxed text", Object("ab")],
  ["a date", new Date(0)],
  ["a WeakSet", new WeakSet()],
  ["a promise", Promise.resolve(["a"])],
  ["a function", () => ["a"]],
  ["a symbol", Symbol("a")],
  ["a set of sets", [["a"]]],
  ["a set with a hole", [undefined]],
  ["a set of null", [null]],
  ["null for a set", null],
  ["an object that holds itself", Object.assign({}, { toJSON: () => unchecked<string>(cycle()) })],
];

function cycle(): object {
  const one: Record<string, unknown> = {};
  one.one = one;
  return one;
}

describe.each(NOTHINGS)("%s", (_, bad) => {
  const operations: readonly [string, Operation][] = [
    ["update", op.update("Thing", meant, { words: unchecked<string[]>(bad) })],
    ["insert", op.insert("Thing", { name: "new", color: "red", words: unchecked<string[]>(bad) })],
    ["delete", op.delete("Thing", [["words", "includes", unchecked<string[]>(bad)]])],
    ["mutate", op.mutate("Thing", meant, [["words", "delete", unchecked<string[]>(bad)]])],
    ["select", op.select("Thing", [["words", "excludes", unchecked<string[]>(bad)]])],
    ["wait", op.wait("Thing", meant, ["words"], "!=", [{ words: unchecked<string[]>(bad) }], 0)],
    ["map", op.update("Thing", meant, { options: unchecked<Map<string, string>>(bad) })],
  ];
  test.each(operations)(
    "is a bad value in the operation %s, and nothing is written",
    async (_, operation) => {
      const error = failure(await session.transact([op.comment("before"), operation]));
      expect(error).toMatchObject({ code: "bad value", operation: 1, retryable: false });
      expect(error.details).toMatch(/column (words|options)/);
      expect(session.replica.table("Thing").rows.size).toBe(2);
      expect(rowOf("meant").words).toEqual(new Set(["a", "b"]));
    },
  );

  test("is a bad value in a condition, and the one before stays", async () => {
    if (bad === null) return;
    const refused = next(session.onConditionRefused.bind(session));
    session.setCondition("Thing", [["words", "includes", unchecked<string[]>(bad)]]);
    expect(await refused).toMatchObject({ table: "Thing", code: "bad value" });
    expect(session.acknowledged("Thing")).toEqual([true]);
  });
});

test.each([
  ["a map", new Map([["words", []]])],
  ["a list", [["words", []]]],
  ["a set", new Set(["words"])],
])("%s is no row", async (_, bad) => {
  const error = failure(await session.transact([op.update("Thing", meant, unchecked<object>(bad))]));
  expect(error).toMatchObject({ code: "bad value", operation: 0 });
});

test("null empties an optional column, and is no value of one that is not", async () => {
  value(await session.transact([op.update("Thing", meant, { note: null, limit: null })]));
  expect(rowOf("meant")).toMatchObject({ note: null, limit: null });
  const error = failure(
    await session.transact([op.update("Thing", meant, { count: unchecked<number>(null) })]),
  );
  expect(error).toMatchObject({
    code: "bad value",
    details: '"update": column count: expected integer, not null',
  });
});

test("an iterator is written once, and is no condition, which is sent again after a reconnect", async () => {
  value(await session.transact([op.update("Thing", meant, { words: unchecked<string[]>(["x"].values()) })]));
  expect(rowOf("meant").words).toEqual(new Set(["x"]));
  const refused = next(session.onConditionRefused.bind(session));
  session.setCondition("Thing", [["words", "includes", unchecked<string[]>(["x"].values())]]);
  expect((await refused).details).toContain("read only once");
});

test("a reference that is no text is a bad value", async () => {
  const bad = unchecked<Uuid>({ toString: () => ZERO_UUID });
  const error = failure(await session.transact([op.update("Thing", meant, { part: bad })]));
  expect(error.code).toBe("bad value");
});
