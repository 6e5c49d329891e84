/** The small parts: remotes, back-off, framing, the judgement of servers, the generator. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { parseDatabaseSchema, parseRemotes, parseUuid } from "ovsdb-jsonrpc";
import { descriptorName, generateModule } from "../../src/ovsdb-jsonrpc/generate/generator.ts";
import type { Row } from "../../src/ovsdb-jsonrpc/schema/schema.ts";
import { ZERO_UUID } from "../../src/ovsdb-jsonrpc/schema/uuid.ts";
import { judgeServer } from "../../src/ovsdb-jsonrpc/session/server-watch.ts";
import { Backoff } from "../../src/ovsdb-jsonrpc/wire/backoff.ts";
import { JsonFramer } from "../../src/ovsdb-jsonrpc/wire/json-framer.ts";
import { MAX_DEPTH } from "../../src/ovsdb-jsonrpc/wire/json-outline.ts";
import { LargeObject, parseJsonText, plainJson } from "../../src/ovsdb-jsonrpc/wire/json-text.ts";
import { Folder, run } from "./support/server.ts";

const encode = (text: string) => new TextEncoder().encode(text);

describe("remotes", () => {
  test("a list of every kind is parsed in order", () => {
    expect(
      parseRemotes("unix:/a b/c.sock, tcp:192.0.2.1:6642,ssl:[2001:db8::1]:6641,tcp:db.example.com"),
    ).toEqual({
      ok: true,
      value: [
        { kind: "unix", name: "unix:/a b/c.sock", path: "/a b/c.sock" },
        { kind: "tcp", name: "tcp:192.0.2.1:6642", host: "192.0.2.1", port: 6642 },
        { kind: "ssl", name: "ssl:[2001:db8::1]:6641", host: "2001:db8::1", port: 6641 },
        { kind: "tcp", name: "tcp:db.example.com", host: "db.example.com", port: 6640 },
      ],
    });
  });

  test.each([
    "",
    " , ",
    "unix:",
    "tcp:",
    "tcp:1.2.3.4:0",
    "tcp:1.2.3.4:65536",
    "tcp:::1:6640",
    "ptcp:6640",
    "/run/db.sock",
  ])("%p is refused with what was expected", (text) => {
    const result = parseRemotes(text);
    expect(result.ok ? "" : result.error).toContain("expected");
  });
});

describe("back-off", () => {
  test("doubles from one second to eight while nothing answers", () => {
    const backoff = new Backoff(1);
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next(null))).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test("starts over after a connection that lasted as long as the longest wait, not after a shorter one", () => {
    const backoff = new Backoff(1);
    backoff.next(null);
    expect(backoff.next(1500)).toBe(2000);
    expect(backoff.next(7999)).toBe(4000);
    expect(backoff.next(8000)).toBe(1000);
  });

  test("never waits longer than a timer of the runtime can, which would fire at once", () => {
    const endless = { minMs: Number.POSITIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY };
    expect(new Backoff(1, endless).next(null)).toBe(2 ** 31 - 1);
    const backoff = new Backoff(1, { minMs: 2 ** 30, maxMs: 2 ** 40 });
    expect([1, 2, 3].map(() => backoff.next(null))).toEqual([2 ** 30, 2 ** 31 - 1, 2 ** 31 - 1]);
  });

  test("has no more than 32 free tries, however many remotes there are", () => {
    const backoff = new Backoff(50_000);
    const waits = () => Array.from({ length: 33 }, () => backoff.next(null)).filter((wait) => wait > 0);
    expect(waits()).toEqual([1000, 2000]);
    backoff.grant(50_000);
    expect(waits()).toHaveLength(2);
  });

  test("tries each of several remotes once without waiting", () => {
    const backoff = new Backoff(3);
    expect([1, 2, 3, 4].map(() => backoff.next(null))).toEqual([0, 0, 1000, 2000]);
    backoff.grant(2);
    expect([1, 2].map(() => backoff.next(null))).toEqual([0, 1000]);
  });
});

describe("framing", () => {
  test("texts without separators are told apart, byte by byte", () => {
    const framer = new JsonFramer();
    const texts: string[] = [];
    for (const byte of encode('{"a":"}\\"{"}[1,[2]]\n {"é":"😀"}')) {
      expect(framer.push(Uint8Array.of(byte), (text) => texts.push(new TextDecoder().decode(text))).ok).toBe(
        true,
      );
    }
    expect(texts).toEqual(['{"a":"}\\"{"}', "[1,[2]]", '{"é":"😀"}']);
    expect(framer.pending).toBe(false);
  });

  test.each(["1", '"a"', "null", "}", "x{}", "{}]"])("%p cannot be a sequence of messages", (text) => {
    const result = new JsonFramer().push(encode(text), () => {});
    expect(result.ok ? "" : result.error).toContain("where an object or array should begin");
  });

  test("a long message is framed in time that grows with its length alone", () => {
    const framer = new JsonFramer();
    const chunk = encode(`"${"x".repeat(62)}",`);
    let bytes = 0;
    framer.push(encode("["), () => {});
    for (let n = 0; n < 200_000; n++) framer.push(chunk, () => {});
    framer.push(encode("0]"), (text) => {
      bytes = text.length;
    });
    expect(bytes).toBe(200_000 * chunk.length + 3);
  });
});

/** The value of one message, as a connection reads it. */
function parseFramed(bytes: Uint8Array, sliceBytes?: number): unknown {
  const values: unknown[] = [];
  new JsonFramer({}, sliceBytes).push(bytes, (text, outline) => values.push(parseJsonText(text, outline)));
  return values[0];
}

test("a long snapshot is parsed in slices, and its rows one slice at a time", () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, n) => `"row ${n}":{"initial":{"name":"${"x".repeat(20)}"}}`,
  );
  const message = `{"id":7,"result":[true,"txn",{"Empty":{},"Thing":{${rows.join(",")}}}],"error":null}`;
  const parsed = Object(parseFramed(encode(message)));
  expect([parsed.id, parsed.error, parsed.result[0], parsed.result[1], parsed.result[2].Empty]).toEqual([
    7,
    null,
    true,
    "txn",
    {},
  ]);
  const { Thing } = parsed.result[2];
  expect(Thing).toBeInstanceOf(LargeObject);
  const names: string[] = [];
  Thing.members((name: string) => names.push(name));
  expect(names).toEqual(rows.map((_, n) => `row ${n}`));
});

test.each([
  ["the reply to monitor_cond_since", '{"id":7,"result":[false,"txn",TABLES],"error":null}'],
  ["the reply to an older monitor", '{"error":null,"id":7,"result":TABLES}'],
  ["a notification", '{"id":null,"method":"update3","params":["id","txn",TABLES]}'],
])("%s keeps every long table apart, and what stands between them", (_name, message) => {
  const long = (name: string) =>
    Array.from(
      { length: 2000 },
      (_, n) => `"${name}${n}" : {"initial":{"text":"${",:{}".repeat(20)}"}}`,
    ).join(" ,\n");
  const tables = `{"A":{},"Long":{${long("a")}},"B":{"b":{"initial":{}}}, "Longer" : { ${long("c")} },"C":{}}`;
  const text = message.replace("TABLES", tables);
  const parsed = parseFramed(encode(text));
  const found: string[] = [];
  const find = (value: unknown) => {
    if (value instanceof LargeObject) found.push("large");
    else if (typeof value === "object" && value !== null) Object.values(value).forEach(find);
  };
  find(parsed);
  expect(found).toEqual(["large", "large"]);
  expect(plainJson(parsed, MAX_DEPTH)).toEqual(JSON.parse(text));
});

test.each([
  ["ends in a comma", '{"a":[{"k":1,}]}'],
  ["is not JSON, and its name comes twice", '{"a":[{"T":{"x":1,"y":@},"T":{}}]}'],
  ["is a name", '{"a":[{{"x":1,"y":2}:1}]}'],
])("a long object that %s is no JSON", (_, text) => {
  expect(() => parseFramed(encode(text), 1)).toThrow(SyntaxError);
});

test("a schema too long to be parsed at once is a schema all the same", async () => {
  const schema = await Bun.file(`${import.meta.dir}/support/playground.ovsschema`).json();
  for (let n = 0; n < 5000; n++)
    schema.tables.Part.columns[`extra_column_${n}`] = { type: { key: "string", min: 0, max: 1 } };
  const text = encode(JSON.stringify({ id: 1, result: schema, error: null }));
  const parsed = parseDatabaseSchema(Object(parseFramed(text)).result);
  expect(parsed.ok && Object.keys(parsed.value.tables.Part?.columns ?? {}).length).toBe(5002);
});

describe("the judgement of a server", () => {
  const row = (columns: Partial<Row>): Row[] => [
    {
      _uuid: ZERO_UUID,
      name: "db",
      model: "standalone",
      connected: true,
      leader: true,
      schema: "{}",
      index: null,
      ...columns,
    },
  ];
  const idOf = (digit: string) => parseUuid(ZERO_UUID.replaceAll("0", digit)) ?? ZERO_UUID;
  const [one, other] = [idOf("1"), idOf("2")];
  const judge = (columns: Partial<Row>, { leaderOnly = false, minIndex = 0 } = {}) => {
    const seen = minIndex === 0 ? null : { cid: one, index: minIndex };
    const verdict = judgeServer(row({ cid: one, ...columns }), "db", { leaderOnly, seen });
    return verdict.ok ? verdict.value : `${verdict.error.code}: ${verdict.error.message}`;
  };

  test("a standalone server is fit", () => {
    expect(judge({})).toEqual({ leader: null, cid: null, index: null });
  });

  test("a member of a cluster is fit when it has joined, is connected and is not behind", () => {
    expect(judge({ model: "clustered", leader: false, index: 5 }, { minIndex: 5 })).toEqual({
      leader: false,
      cid: one,
      index: 5,
    });
    expect(judge({ model: "clustered", schema: null })).toStartWith("not joined: ");
    expect(judge({ model: "clustered", connected: false })).toStartWith("cluster lost: ");
    expect(judge({ model: "clustered", index: 4 }, { minIndex: 5 })).toStartWith("stale: ");
    expect(judge({ model: "clustered", leader: false }, { leaderOnly: true })).toStartWith("not leader: ");
  });

  test("a member of another cluster is not behind, whatever its index", () => {
    for (const cid of [other, null]) {
      const status = { leader: true, cid, index: 4 };
      expect(judge({ model: "clustered", index: 4, cid }, { minIndex: 5 })).toEqual(status);
    }
  });

  test("a relay is fit when it has its source", () => {
    expect(judge({ model: "relay" })).toEqual({ leader: null, cid: null, index: null });
    expect(judge({ model: "relay", schema: null })).toStartWith("not joined: ");
    expect(judge({ model: "relay", connected: false })).toStartWith("cluster lost: ");
    expect(judge({ model: "relay" }, { leaderOnly: true })).toStartWith("not leader: ");
  });

  test("another database of the same server says nothing", () => {
    expect(judge({ name: "other" })).toBe("no database: the server has no database db");
  });
});

describe("the generator", () => {
  /** What the modules are made from, whatever versions the system has. */
  const SCHEMAS = `${import.meta.dir}/../../src/schemas`;
  const GENERATED = [
    [`${SCHEMAS}/open_vswitch.ovsschema`, "../../src/schemas/open_vswitch.gen.ts"],
    [`${SCHEMAS}/ovn_southbound.ovsschema`, "../../src/schemas/ovn_southbound.gen.ts"],
    [`${SCHEMAS}/ovn_northbound.ovsschema`, "../../src/schemas/ovn_northbound.gen.ts"],
    [`${import.meta.dir}/support/playground.ovsschema`, "support/playground.gen.ts"],
  ] as const;

  test.each(GENERATED)("the module of %s is current", async (schema, module) => {
    const parsed = parseDatabaseSchema(await Bun.file(schema).json());
    if (!parsed.ok) throw new Error(parsed.error);
    expect(await Bun.file(`${import.meta.dir}/${module}`).text()).toBe(generateModule(parsed.value));
  });

  test("names follow the database's", () => {
    expect(["Open_vSwitch", "OVN_Southbound", "hardware_vtep", "Playground"].map(descriptorName)).toEqual([
      "openVSwitch",
      "ovnSouthbound",
      "hardwareVtep",
      "playground",
    ]);
  });

  test("whatever a database and its tables are called, the module compiles", async () => {
    const folder = new Folder();
    const column = (type: string) => ({ columns: { constructor: { type }, __proto: { type: "uuid" } } });
    const names = ["Uuid", "UuidRow", "string", "ReadonlySet", "class", "let", "__proto__", "a"];
    for (const database of ["default", "string", "await", "undefined", "Uuid", "DatabaseSchema", "_", "_1"]) {
      const tables = [...names, database, `${descriptorName(database)}Tables`, "DefaultTables", "UuidTables"];
      const parsed = parseDatabaseSchema({
        name: database,
        tables: Object.fromEntries(tables.map((name) => [name, column("string")])),
      });
      if (!parsed.ok) throw new Error(parsed.error);
      const module = generateModule(parsed.value);
      await Bun.write(folder.at(`${database}.ts`), module);
      expect(module).toContain("  readonly UuidRow: UuidRow;");
      expect(module).toContain("  readonly Uuid: UuidRowRow;");
    }
    const root = `${import.meta.dir}/../..`;
    const compilerOptions = {
      typeRoots: [`${root}/node_modules/@types`],
      paths: { "ovsdb-jsonrpc": [`${root}/src/ovsdb-jsonrpc/index.ts`] },
    };
    await Bun.write(
      folder.at("tsconfig.json"),
      JSON.stringify({ extends: `${root}/tsconfig.json`, compilerOptions, include: ["*.ts"] }),
    );
    expect(run(`${root}/node_modules/.bin/tsc`, "-p", folder.at("tsconfig.json"))).toBe("");
    folder.remove();
  });

  test("it runs from the command line, and says what is wrong with its input", async () => {
    const folder = new Folder();
    const generate = `${import.meta.dir}/../../src/ovsdb-jsonrpc/generate.ts`;
    const out = folder.at("out.gen.ts");
    run(process.execPath, "run", generate, `${import.meta.dir}/support/playground.ovsschema`, out);
    expect(run(process.execPath, "run", generate, "--help")).toStartWith("usage: ovsdb-jsonrpc-generate ");
    expect(await Bun.file(out).text()).toBe(
      await Bun.file(`${import.meta.dir}/support/playground.gen.ts`).text(),
    );
    await Bun.write(folder.at("bad.ovsschema"), '{"name":"X","tables":{"T":{"columns":["c"]}}}');
    expect(() =>
      run(process.execPath, "run", generate, folder.at("bad.ovsschema"), folder.at("none.ts")),
    ).toThrow('X.T: "columns": expected an object, not ["c"]');
    expect(existsSync(folder.at("none.ts"))).toBe(false);
    expect(() => run(process.execPath, "run", generate)).toThrow("usage:");
    folder.remove();
  });

  const table = (column: string, key: object = { type: "string" }) => ({
    T: { columns: { [column]: { type: { key } } } },
  });

  test.each<readonly [object, string]>([
    [{ name: "a-b", tables: {} }, 'name of the database is "a-b": expected letters, digits and _'],
    [{ name: "A", version: "1 */ evil() /*", tables: {} }, 'version is "1 */ evil() /*": expected X.Y.Z'],
    [{ name: "A", tables: { "T 1": { columns: {} } } }, 'name of a table is "T 1"'],
    [{ name: "A", tables: table("my-column") }, 'a column of table T, or of a table there, is "my-column"'],
    [{ name: "A", tables: table("x\n", { type: "?" }) }, 'is "x\\n"'],
    [{ name: "A", tables: table("x", { type: "uuid", refTable: "*/ evil() /*" }) }, 'is "*/ evil() /*"'],
  ])(
    "it makes no module of %j, which no server takes and TypeScript would read otherwise",
    async (schema, why) => {
      const folder = new Folder();
      const generate = `${import.meta.dir}/../../src/ovsdb-jsonrpc/generate.ts`;
      await Bun.write(folder.at("bad.ovsschema"), JSON.stringify(schema));
      const make = () =>
        run(process.execPath, "run", generate, folder.at("bad.ovsschema"), folder.at("none.ts"));
      expect(make).toThrow(why);
      expect(existsSync(folder.at("none.ts"))).toBe(false);
      folder.remove();
    },
  );
});
