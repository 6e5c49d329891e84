/**
 * Whatever bytes and values a peer sends: the answer is the right value or a typed error, never a crash, a hang or a
 * changed prototype. More than 200,000 cases; `SEED=n` repeats a run.
 */
import { afterAll, expect, test } from "bun:test";
import { parseDatabaseSchema, parseRemotes } from "ovsdb-jsonrpc";
import { decodeResults } from "../../src/ovsdb-jsonrpc/operations/transaction.ts";
import { Content } from "../../src/ovsdb-jsonrpc/replica/content.ts";
import { applyDifference } from "../../src/ovsdb-jsonrpc/replica/difference.ts";
import { Replica } from "../../src/ovsdb-jsonrpc/replica/replica.ts";
import {
  columnDecoder,
  defaultValue,
  encodeValue,
  NotationError,
} from "../../src/ovsdb-jsonrpc/schema/notation.ts";
import type { AtomicType, ColumnSchema } from "../../src/ovsdb-jsonrpc/schema/schema.ts";
import { type Atom, equalValues, type Value } from "../../src/ovsdb-jsonrpc/schema/value.ts";
import { JsonFramer } from "../../src/ovsdb-jsonrpc/wire/json-framer.ts";
import { type LongObject, MAX_DEPTH } from "../../src/ovsdb-jsonrpc/wire/json-outline.ts";
import { parseJsonText, plainJson } from "../../src/ovsdb-jsonrpc/wire/json-text.ts";
import { checkProperty, type Random, shrinkList } from "../support/random.ts";
import { playground } from "./support/playground.gen.ts";
import { op } from "./support/session.ts";

const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).sort();

afterAll(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototypeBefore);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

const STRINGS = [
  "",
  "a",
  "set",
  "map",
  "uuid",
  "__proto__",
  "constructor",
  "é",
  "😀",
  '"',
  "\\",
  "{[]}",
  "\u0000",
  "\ud800",
];
const UUID = "8a9b2f6c-0000-4000-8000-00000000000";

function randomJson(random: Random, depth: number): unknown {
  switch (random.int(depth > 0 ? 13 : 8)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.int(100) - 50;
    case 3:
      return random.pick([1e308, -1e308, 2 ** 63, -(2 ** 63), 2 ** 53 + 2, 0.1, -0, 1e-320]);
    case 4:
    case 5:
      return random.pick(STRINGS);
    case 6:
      return ["uuid", random.chance(0.8) ? `${UUID}${random.int(10)}` : random.pick(STRINGS)];
    case 7:
      return random.pick([["set", []], ["map", []], [], {}]);
    case 8:
      return ["set", random.list(random.int(4), () => randomJson(random, depth - 1))];
    case 9:
      return ["map", random.list(random.int(4), () => [randomJson(random, 0), randomJson(random, 0)])];
    case 10:
      return random.list(random.int(5), () => randomJson(random, depth - 1));
    default:
      return object(random.list(random.int(5), () => [random.pick(STRINGS), randomJson(random, depth - 1)]));
  }
}

/** An object with these own members, `__proto__` among them. */
function object(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

const encoder = new TextEncoder();

interface Text {
  readonly bytes: Uint8Array;
  readonly long: readonly LongObject[];
}

/** The texts that the framer finds when the bytes arrive in chunks of these sizes, and whether it gave up. */
function frame(
  bytes: Uint8Array,
  chunks: readonly number[],
  sliceBytes?: number,
): { texts: Text[]; failed: boolean } {
  const framer = new JsonFramer({ maxDepth: 50, maxBytes: 5000 }, sliceBytes);
  const texts: Text[] = [];
  const take = (bytes: Uint8Array, long: readonly LongObject[]) => void texts.push({ bytes, long });
  let at = 0;
  for (let n = 0; at < bytes.length; n++) {
    const size = chunks[n % chunks.length] ?? bytes.length;
    if (!framer.push(bytes.subarray(at, at + size), take).ok) return { texts, failed: true };
    at += size;
  }
  return { texts, failed: framer.pending };
}

/** What `JSON.parse` makes of the bytes, or undefined. */
function reference(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Whether the text, which is JSON, has more members than its value. */
function hasNameTwice(text: Uint8Array): boolean {
  const withoutStrings = new TextDecoder().decode(text).replaceAll(/"(?:[^"\\]|\\.)*"/g, "");
  return withoutStrings.split(":").length - 1 > membersIn(reference(text));
}

function membersIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const items: readonly unknown[] = Object.values(value);
  const own = Array.isArray(value) ? 0 : items.length;
  return items.reduce((sum: number, item) => sum + membersIn(item), own);
}

function parsed({ bytes, long }: Text): unknown {
  try {
    return plainJson(parseJsonText(bytes, long), MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

const chunkSizes = (random: Random) =>
  random.list(1 + random.int(5), () => 1 + random.int(random.pick([3, 30, 3000])));
const blank = (random: Random) => random.pick(["", "", " ", "\n\t\r "]);

test("well-formed texts come out as they went in, wherever they are cut and sliced", () => {
  checkProperty({
    cases: 40_000,
    generate: (random) => ({
      values: random.list(
        1 + random.int(4),
        () =>
          [
            blank(random),
            random.chance(0.5) ? [randomJson(random, 4)] : { v: randomJson(random, 4) },
          ] as const,
      ),
      chunks: chunkSizes(random),
      sliceBytes: 1 + random.int(40),
    }),
    failure({ values, chunks, sliceBytes }) {
      const expected = values.map(([, value]) => JSON.stringify(value));
      const bytes = encoder.encode(values.map(([space], n) => `${space}${expected[n]}`).join(""));
      const { texts, failed } = frame(bytes, chunks, sliceBytes);
      if (failed) return "the framer gave up";
      const found = texts.map((text) => JSON.stringify(parsed(text)));
      return JSON.stringify(found) ===
        JSON.stringify(expected.map((text) => JSON.stringify(JSON.parse(text))))
        ? undefined
        : `found ${found.join("  ")}`;
    },
    shrink: (one, fails) => ({
      ...one,
      values: [...shrinkList(one.values, (values) => fails({ ...one, values: [...values] }))],
    }),
    format: (one) => JSON.stringify(one),
  });
});

test("broken bytes are taken exactly where JSON.parse takes them, whatever the slices", () => {
  checkProperty({
    cases: 80_000,
    generate: (random) => {
      const bytes = [
        ...encoder.encode(JSON.stringify({ id: randomJson(random, 3), result: randomJson(random, 4) })),
      ];
      for (let n = random.int(4); n > 0; n--) {
        const at = random.int(bytes.length);
        const byte = random.chance(0.7)
          ? encoder.encode(random.pick([...'{}[]",:\\ 0e-u/t']))[0]
          : random.int(256);
        switch (random.int(4)) {
          case 0:
            bytes.splice(at, 0, byte ?? 0);
            break;
          case 1:
            bytes.splice(at, random.chance(0.2) ? bytes.length : 1 + random.int(3));
            break;
          default:
            bytes[at] = byte ?? 0;
        }
      }
      return { bytes, chunks: chunkSizes(random), sliceBytes: 1 + random.int(40) };
    },
    failure({ bytes, chunks, sliceBytes }) {
      for (const text of frame(Uint8Array.from(bytes), chunks, sliceBytes).texts) {
        const found = parsed(text);
        const wanted = reference(text.bytes);
        // What a long object holds whose name comes again would never be looked at.
        if (found === undefined && wanted !== undefined && hasNameTwice(text.bytes)) continue;
        const [have, want] = [JSON.stringify(found), JSON.stringify(wanted)];
        if (have !== want) return `${new TextDecoder().decode(text.bytes)} is ${have}, not ${want}`;
      }
      return undefined;
    },
    shrink: (one, fails) => ({
      ...one,
      bytes: [...shrinkList(one.bytes, (bytes) => fails({ ...one, bytes: [...bytes] }))],
    }),
    format: (one) => JSON.stringify(one),
  });
});

test("nesting and length beyond the limits are errors, at once", () => {
  for (const open of ["[", '{"a":', '[{"a":']) {
    expect(frame(encoder.encode(open.repeat(100_000)), [1000])).toEqual({ texts: [], failed: true });
  }
  const long = new JsonFramer({ maxBytes: 100 });
  expect(long.push(encoder.encode(`["${"x".repeat(50)}`), () => {}).ok).toBe(true);
  expect(long.push(encoder.encode("x".repeat(50)), () => {})).toEqual({
    ok: false,
    error: "a message longer than 100 bytes",
  });
});

const ATOMIC: readonly AtomicType[] = ["integer", "real", "boolean", "string", "uuid"];

function randomColumn(random: Random): ColumnSchema {
  const isMap = random.chance(0.3);
  return {
    key: { type: random.pick(ATOMIC) },
    ...(isMap && { value: { type: random.pick(ATOMIC) } }),
    min: random.chance(0.5) ? 0 : 1,
    max: random.pick<number | "unlimited">([1, 2, "unlimited"]),
  };
}

function fits(type: AtomicType, atom: unknown): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(atom);
    case "real":
      return Number.isFinite(atom);
    case "boolean":
      return typeof atom === "boolean";
    case "string":
      return typeof atom === "string";
    case "uuid":
      return typeof atom === "string" && /^[0-9a-f-]{36}$/.test(atom);
  }
}

/** Whether a value has the shape and the atoms that its column promises. */
function isOf({ key, value: mapped, min, max }: ColumnSchema, value: Value): boolean {
  if (mapped !== undefined) {
    return value instanceof Map && [...value].every(([k, v]) => fits(key.type, k) && fits(mapped.type, v));
  }
  if (max !== 1) return value instanceof Set && [...value].every((element) => fits(key.type, element));
  return (value === null && min === 0) || fits(key.type, value);
}

test("a column's decoder answers a value of the column's type or refuses, and what it answers survives the way back", () => {
  checkProperty({
    cases: 60_000,
    generate: (random) => ({
      type: randomColumn(random),
      first: randomJson(random, 2),
      second: randomJson(random, 2),
    }),
    failure({ type, first, second }) {
      const decode = columnDecoder(type);
      const values: Value[] = [defaultValue(type)];
      for (const json of [first, second]) {
        try {
          values.push(decode(json));
        } catch (error) {
          if (!(error instanceof NotationError)) throw error;
        }
      }
      for (const value of values) {
        if (!isOf(type, value)) return `${Bun.inspect(value)} is not of the column's type`;
        const written = encoded(type, value);
        if (written === null) continue;
        const back = decode(JSON.parse(written));
        if (!equalValues(back, asWritten(type, value)))
          return `${Bun.inspect(value)} comes back as ${Bun.inspect(back)}`;
        for (const other of values) {
          const changed = differ(type, value, other);
          if (changed === null) continue;
          if (!isOf(type, changed)) return "a difference leads out of the column's type";
          if (type.max === 1 || type.value !== undefined) continue;
          const again = differ(type, changed, other);
          if (again !== null && !equalValues(again, value)) {
            return "a set's difference applied twice is not where it began";
          }
        }
      }
      return undefined;
    },
    shrink: (one) => one,
    format: (one) => JSON.stringify(one),
  });
});

/** Null for what cannot be written: reals at the edge of what there is, and integers that a number does not say exactly. */
function encoded(type: ColumnSchema, value: Value): string | null {
  try {
    return JSON.stringify(encodeValue(type, value));
  } catch (error) {
    if (error instanceof NotationError && /15 digits|give the bigint/.test(error.message)) return null;
    throw error;
  }
}

/** Reals have 15 digits on the wire. */
function asWritten(type: ColumnSchema, value: Value): Value {
  const atom = (of: AtomicType | undefined, one: Atom) =>
    of === "real" && typeof one === "number" ? Number(one.toPrecision(15)) : one;
  if (value instanceof Map)
    return new Map(Array.from(value, ([k, v]) => [atom(type.key.type, k), atom(type.value?.type, v)]));
  if (value instanceof Set) return new Set(Array.from(value, (one) => atom(type.key.type, one)));
  return value === null || typeof value === "object" ? value : atom(type.key.type, value);
}

/** Null for a difference that is refused, which only integers beyond 2^53 are. */
function differ(type: ColumnSchema, value: Value, difference: Value): Value {
  try {
    return applyDifference(type, value, difference);
  } catch (error) {
    const atoms = JSON.stringify([type.key.type, type.value?.type]);
    if (error instanceof NotationError && atoms.includes("integer")) return null;
    throw error;
  }
}

const SELECTION = { Thing: ["name", "count", "words", "options", "part"], Part: ["serial"] };

function randomUpdates(random: Random): unknown {
  const row = () =>
    random.chance(0.1)
      ? randomJson(random, 2)
      : object(
          Object.entries({
            name: random.pick(STRINGS),
            count: random.int(5),
            words: ["set", random.list(random.int(3), () => random.pick(STRINGS))],
            options: ["map", random.list(random.int(3), () => [random.pick(STRINGS), random.pick(STRINGS)])],
            part: ["uuid", `${UUID}${random.int(10)}`],
            serial: random.chance(0.9) ? 1 : randomJson(random, 1),
          }).filter(() => random.chance(0.5)),
        );
  const update = () =>
    random.chance(0.05)
      ? randomJson(random, 2)
      : { [random.pick(["initial", "insert", "modify", "delete", "new", "old"])]: row() };
  const rows = () =>
    object(
      random.list(random.int(4), () => [
        random.chance(0.98) ? `${UUID}${random.int(4)}` : random.pick(STRINGS),
        update(),
      ]),
    );
  if (random.chance(0.03)) return randomJson(random, 3);
  return object(
    random.list(random.int(3), () => [
      random.pick(["Thing", "Part", "__proto__"]),
      random.chance(0.97) ? rows() : randomJson(random, 2),
    ]),
  );
}

test("an update is applied as a whole or refused without a trace", () => {
  checkProperty({
    cases: 15_000,
    generate: (random) =>
      random.list(1 + random.int(5), () => ({
        updates: randomUpdates(random),
        notation: random.chance(0.7) ? ("update2" as const) : ("update" as const),
        snapshot: random.chance(0.3),
      })),
    failure(messages) {
      const replica = new Replica(playground, SELECTION);
      const content = new Content(playground, replica, {
        Thing: { name: ["name"], word: ["words"], key: ["options:a"] },
      });
      const rows = () => new Map([...replica.rows("Thing"), ...replica.rows("Part")]);
      for (const { updates, notation, snapshot } of messages) {
        const before = rows();
        const changes = replica.apply(updates, notation, snapshot);
        if (changes.ok) content.absorb(changes.value);
        const after = rows();
        if (!changes.ok && !Bun.deepEquals([...before], [...after])) return "a refused update left a trace";
        for (const row of replica.rows("Thing").values()) {
          const name = row.name;
          if (typeof name !== "string" || !content.index("Thing", "name").find(name).includes(row))
            return "the index lost a row";
        }
      }
      return undefined;
    },
    shrink: (messages, fails) => [...shrinkList(messages, (fewer) => fails([...fewer]))],
    format: (messages) => JSON.stringify(messages),
  });
});

test("a reply to a transaction is results or one typed error", () => {
  const operations = [
    op.insert("Thing", { name: "x" }),
    op.select("Thing", []),
    op.delete("Thing", []),
    op.comment("c"),
  ];
  checkProperty({
    cases: 15_000,
    generate: (random) => ({
      result: random.chance(0.2)
        ? randomJson(random, 3)
        : random.list(random.int(7), () =>
            random.pick<unknown>([
              { uuid: ["uuid", `${UUID}1`] },
              { count: random.int(3) },
              { rows: random.list(random.int(3), () => randomJson(random, 3)) },
              { error: randomJson(random, 1), details: randomJson(random, 1) },
              {},
              null,
              randomJson(random, 2),
            ]),
          ),
      error: random.chance(0.8) ? null : randomJson(random, 2),
    }),
    failure(reply) {
      const results = decodeResults(playground, operations, reply);
      if (results.ok) return results.value.length === operations.length ? undefined : "results are missing";
      const { code, details, operation } = results.error;
      if (typeof code !== "string" || typeof details !== "string") return "an error without words";
      return operation === null || operation < operations.length ? undefined : "an error of no operation";
    },
    shrink: (one) => one,
    format: (one) => JSON.stringify(one),
  });
});

test("a schema and a list of remotes are parsed or refused with a reason", async () => {
  const schema = await Bun.file(`${import.meta.dir}/support/playground.ovsschema`).text();
  checkProperty({
    cases: 5_000,
    generate: (random) => ({
      schema: damaged(random, JSON.parse(schema)),
      remotes: random
        .list(random.int(8), () =>
          random.pick(["unix:", "tcp:", "ssl:", ",", "[::1]", ":", "6640", "h", "/", "99999", " "]),
        )
        .join(""),
    }),
    failure(one) {
      const [schemaResult, remotes] = [parseDatabaseSchema(one.schema), parseRemotes(one.remotes)];
      if (!schemaResult.ok && schemaResult.error === "") return "no reason";
      if (!remotes.ok) return remotes.error === "" ? "no reason" : undefined;
      return remotes.value.length > 0 ? undefined : "no remote";
    },
    shrink: (one) => one,
    format: (one) => JSON.stringify(one),
  });
});

/** The value with one part of it replaced by something else. */
function damaged(random: Random, value: unknown): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.1)) return randomJson(random, 2);
  if (Array.isArray(value)) {
    const at = random.int(Math.max(value.length, 1));
    return value.map((item, n) => (n === at ? damaged(random, item) : item));
  }
  const members = Object.entries(value);
  const at = random.int(Math.max(members.length, 1));
  return object(members.map(([name, item], n) => [name, n === at ? damaged(random, item) : item]));
}
