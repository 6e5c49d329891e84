/**
 * Column types (RFC 7047 section 3.2, "<type>" and "<base-type>"): which of them the real server takes in a schema, what a
 * session makes of them, and the TypeScript that a row has for them.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { getSchema, parseDatabaseSchema } from "ovsdb-jsonrpc";
import { startTestServer } from "ovsdb-jsonrpc/testing";
import { generateModule } from "../../../src/ovsdb-jsonrpc/generate/generator.ts";
import { defaultValue } from "../../../src/ovsdb-jsonrpc/schema/notation.ts";
import type { UntypedSchema } from "../../../src/ovsdb-jsonrpc/schema/schema.ts";
import { Folder } from "../support/server.ts";
import { shown } from "./support.ts";

const set = (...elements: readonly (string | number)[]) => new Set(elements);
const NOTHING = new Map();

/** A type as a schema has it, its TypeScript, and the value of a row that does not say it. */
const TYPES: readonly (readonly [unknown, string, unknown])[] = [
  ["integer", "Integer", 0],
  ["real", "number", 0],
  ["boolean", "boolean", false],
  ["string", "string", ""],
  ["uuid", "Uuid", "00000000-0000-0000-0000-000000000000"],
  [{ key: "integer" }, "Integer", 0],
  [{ key: { type: "string" } }, "string", ""],
  [{ key: "integer", min: 1, max: 1 }, "Integer", 0],
  [{ key: "integer", min: 0 }, "Integer | null", null],
  [{ key: "integer", min: 0, max: 1 }, "Integer | null", null],
  [{ key: "string", min: 0, max: 1 }, "string | null", null],
  [{ key: "uuid", min: 0, max: 1 }, "Uuid | null", null],
  [{ key: "integer", min: 0, max: 2 }, "ReadonlySet<Integer>", set()],
  [{ key: "integer", min: 1, max: 2 }, "ReadonlySet<Integer>", set(0)],
  [{ key: "real", min: 0, max: "unlimited" }, "ReadonlySet<number>", set()],
  [{ key: "string", min: 1, max: "unlimited" }, "ReadonlySet<string>", set("")],
  [{ key: "string", value: "string", min: 0, max: "unlimited" }, "ReadonlyMap<string, string>", NOTHING],
  [{ key: "string", value: "integer", min: 0, max: 1 }, "ReadonlyMap<string, Integer>", NOTHING],
  [{ key: "integer", value: "real" }, "ReadonlyMap<Integer, number>", new Map([[0, 0]])],
  [{ key: "uuid", value: "boolean", min: 0, max: 5 }, "ReadonlyMap<Uuid, boolean>", NOTHING],
  [{ key: { type: "string", enum: "one" } }, '"one"', ""],
  [{ key: { type: "string", enum: ["set", ["a", "b"]] } }, '"a" | "b"', ""],
  [{ key: { type: "string", enum: ["set", ["a"]] }, min: 0, max: 1 }, '"a" | null', null],
  [{ key: { type: "string", enum: ["set", ["a", "b"]] }, min: 0, max: 2 }, 'ReadonlySet<"a" | "b">', set()],
  [{ key: { type: "integer", enum: ["set", [1, 2]] } }, "(1 | 2) & Integer", 0],
  [{ key: { type: "boolean", enum: true } }, "true", false],
  [{ key: { type: "integer", minInteger: 1, maxInteger: 9 } }, "Integer", 0],
  [{ key: { type: "integer", minInteger: -5 } }, "Integer", 0],
  [{ key: { type: "real", minReal: 0.5, maxReal: 1.5 } }, "number", 0],
  [{ key: { type: "string", minLength: 1, maxLength: 3 } }, "string", ""],
  [{ key: { type: "uuid", refTable: "T" }, min: 0, max: 1 }, "Uuid | null", null],
  [
    { key: { type: "uuid", refTable: "T", refType: "weak" }, min: 0, max: "unlimited" },
    "ReadonlySet<Uuid>",
    set(),
  ],
  [
    { key: "string", value: { type: "uuid", refTable: "T" }, min: 0, max: "unlimited" },
    "ReadonlyMap<string, Uuid>",
    NOTHING,
  ],
];

/** What is no type, or none that a server takes. */
const NO_TYPES: readonly unknown[] = [
  "text",
  "",
  5,
  null,
  true,
  [],
  {},
  { key: "text" },
  { key: 5 },
  { key: {} },
  { key: { type: "text" } },
  { value: "string" },
  { key: "string", value: "text" },
  { key: "integer", min: 2, max: 3 },
  { key: "integer", min: -1 },
  { key: "integer", min: "0" },
  { key: "integer", max: 0 },
  { key: "integer", max: "many" },
  { key: "integer", max: -1 },
];

const schemaOf = (types: readonly unknown[]) => ({
  name: "Types",
  version: "1.0.0",
  tables: {
    T: {
      columns: Object.fromEntries(types.map((type, n) => [`column_${n}`, { type }])),
      isRoot: true,
    },
  },
});

describe("a type", () => {
  let served: UntypedSchema;
  let module = "";
  beforeAll(async () => {
    await using server = await startTestServer({ schema: schemaOf(TYPES.map(([type]) => type)) });
    const schema = await getSchema({ remotes: server.remote }, "Types");
    if (!schema.ok) throw new Error(schema.error.message);
    served = schema.value;
    module = generateModule(served);
  });

  TYPES.forEach(([type, typescript, value], n) => {
    test(`${JSON.stringify(type)} is ${typescript}, and ${shown(value)} at first`, () => {
      expect(module).toContain(`  readonly column_${n}: ${typescript};\n`);
      const column = served.tables.T?.columns[`column_${n}`];
      if (column === undefined) throw new Error("the server has no such column");
      expect<unknown>(defaultValue(column)).toEqual(value);
      expect(parseDatabaseSchema(schemaOf([type]))).toMatchObject({
        ok: true,
        value: { tables: { T: { columns: { column_0: column } } } },
      });
    });
  });
});

describe("what is no type is a column that cannot be read, and no schema of a server has it:", () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  NO_TYPES.forEach((type, n) => {
    test(JSON.stringify(type), async () => {
      const parsed = parseDatabaseSchema(schemaOf([type]));
      expect(parsed.ok && Object.keys(parsed.value.tables.T?.unreadable ?? {})).toEqual(["column_0"]);
      await Bun.write(folder.at(`${n}.ovsschema`), JSON.stringify(schemaOf([type])));
      const { status } = spawnSync("ovsdb-tool", [
        "create",
        folder.at(`${n}.db`),
        folder.at(`${n}.ovsschema`),
      ]);
      expect(status).toBe(1);
    });
  });
});
