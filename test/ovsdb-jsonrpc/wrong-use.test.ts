/** What is used wrongly is said to be, at once and with the right word: nothing is silent, and nothing is only "disconnected". */
import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { listDatabases, parseDatabaseSchema, Session, ZERO_UUID } from "ovsdb-jsonrpc";
import { generateModule } from "../../src/ovsdb-jsonrpc/generate/generator.ts";
import { closingAfterEach, playgroundForAllTests, unchecked } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, OvsdbServer, run, startPlayground } from "./support/server.ts";
import { type EVERYTHING, op, open, openSynced, reach, value } from "./support/session.ts";

const server = playgroundForAllTests();
const closeLater = closingAfterEach();

test("a condition on a column that the table does not have throws, at the start and later", async () => {
  const condition = unchecked<[["name", "==", string]]>([["nane", "==", "x"]]);
  expect(() => open(server.remote, { where: { Thing: condition } })).toThrow(
    "a condition is on column nane, which table Thing does not have",
  );
  const session = closeLater(await openSynced(server.remote));
  expect(() => session.setCondition("Thing", condition)).toThrow("column nane");
  expect(session.acknowledged("Thing")).toEqual([true]);
  session.setCondition("Thing", [["_uuid", "==", ZERO_UUID]]);
});

test("a table or a column that the descriptor does not have throws, and is named", () => {
  const monitor = (selection: object) => () =>
    open(server.remote, { monitor: unchecked<typeof EVERYTHING>(selection) });
  expect(monitor({ Thign: [] })).toThrow("the descriptor of Playground has no table Thign");
  expect(monitor({ Thing: ["nane"] })).toThrow("the descriptor of Playground has no column Thing.nane");
});

test("too few or too many values for an index throw", async () => {
  const session = closeLater(
    new Session({
      database: playground,
      remotes: server.remote,
      monitor: { Thing: ["name", "color"] },
      indexes: { Thing: { both: ["name", "color"] } },
    }),
  );
  const find = unchecked<(...values: unknown[]) => unknown>(
    session.replica.table("Thing").index("both").find,
  );
  const index = session.replica.table("Thing").index("both");
  for (const values of [[], ["a"], ["a", "red", 1]])
    expect(() => find.apply(index, values)).toThrow(`2 parts, and ${values.length} values`);
});

describe("why there is no connection has a code:", () => {
  const code = async (remotes: string, options: Parameters<typeof open>[1] = {}) =>
    (await reach(closeLater(open(remotes, options)), "disconnected")).error.code;

  test("no such socket, nobody behind it, and nobody at the port", async () => {
    const folder = new Folder();
    expect(await code(`unix:${folder.at("none")}`)).toBe("no server");
    writeFileSync(folder.at("file"), "");
    expect(await code(`unix:${folder.at("file")}`)).toBe("no server");
    expect(await code(`unix:${folder.at("file/below")}`)).toBe("no server");
    const gone = await startPlayground();
    const { port } = gone;
    await gone[Symbol.asyncDispose]();
    expect(await code(`tcp:127.0.0.1:${port}`)).toBe("no server");
    folder.remove();
  });

  test("a path that is longer than any socket's, of which a runtime may take the beginning", async () => {
    const { error } = await reach(closeLater(open(`unix:/${"é".repeat(54)}`)), "disconnected");
    expect(error).toMatchObject({ code: "no server", message: expect.stringContaining("at most 107 bytes") });
  });

  test.skipIf(process.getuid?.() === 0)("a socket that one may not use", async () => {
    chmodSync(server.socket, 0);
    expect(await code(server.remote)).toBe("not permitted");
    chmodSync(server.socket, 0o700);
  });

  test("files for TLS that are not named or not there", async () => {
    expect(await code(`ssl:127.0.0.1:${server.port}`, { tls: {} })).toBe("tls files");
    expect(await code(`ssl:127.0.0.1:${server.port}`, { tls: { caCert: "/nonexistent/ca.pem" } })).toBe(
      "tls files",
    );
  });

  test.each([[], ["_Server"]])(
    "a server without the database, also an old one without %p",
    async (...missing) => {
      await using proxy = await ProxyServer.start(server.socket, {
        answer: ({ method, params = [] }) =>
          method === "get_schema" && missing.includes(String(params[0]))
            ? { result: null, error: { error: "unknown database" } }
            : null,
      });
      const session = closeLater(
        new Session({ database: { ...playground, name: "Elsewhere" }, remotes: proxy.remote, monitor: {} }),
      );
      expect((await reach(session, "disconnected")).error.code).toBe("no database");
    },
  );
});

test("an ssl: remote without files for TLS throws", async () => {
  const expected = "ssl:h:1: an ssl: remote needs the option tls";
  expect(() => open("unix:/x,ssl:h:1")).toThrow(expected);
  expect(() => listDatabases({ remotes: "ssl:h:1" })).toThrow(expected);
  const session = closeLater(await openSynced(server.remote));
  expect(() => session.setRemotes("ssl:h:1")).toThrow(expected);
  expect(session.state.kind).toBe("synced");
});

test("_version is read, and is another one after each change", async () => {
  const session = closeLater(await openSynced(server.remote));
  value(await session.transact([op.insert("Thing", { name: "versioned", color: "red" })]));
  const version = async () => {
    const [result] = value(
      await session.transact([op.select("Thing", [["name", "==", "versioned"]], ["_version", "count"])]),
    );
    expect(result.rows[0]?.count).toBeNumber();
    return result.rows[0]?._version;
  };
  const before = await version();
  expect(before).toMatch(/^[0-9a-f-]{36}$/);
  expect(await version()).toBe(before);
  value(await session.transact([op.update("Thing", [["name", "==", "versioned"]], { count: 9 })]));
  expect(await version()).not.toBe(before);
});

describe("a column that cannot be understood", () => {
  const schema = {
    name: "Odd",
    version: "1.0.0",
    tables: {
      T: {
        isRoot: true,
        columns: {
          name: { type: "string" },
          choice: {
            type: {
              key: { type: "uuid", enum: ["set", [["uuid", "00000000-0000-0000-0000-00000000000a"]]] },
              min: 0,
              max: 1,
            },
          },
        },
      },
    },
  };
  const odd = {
    ...schema.tables.T.columns,
    later: { type: "decimal" },
    lines: { type: "\u2028evil()" },
    never: { type: { key: { type: "string", enum: ["set", []] } } },
  };

  test("is a reference like any other when it is one of a few, which Open vSwitch takes", async () => {
    const folder = new Folder();
    writeFileSync(folder.at("odd.ovsschema"), JSON.stringify(schema));
    run("ovsdb-tool", "create", folder.at("odd.db"), folder.at("odd.ovsschema"));
    const strange = new OvsdbServer(folder, "odd", { databases: [folder.at("odd.db")] });
    await strange.start();
    const database = value(parseDatabaseSchema(schema));
    const session = closeLater(
      new Session({ database, remotes: strange.remote, monitor: { T: ["name", "choice"] } }),
    );
    expect(await session.synced()).toBe(true);
    expect(generateModule(database)).toContain("readonly choice: Uuid | null;");
    session.close();
    await strange.kill();
    folder.remove();
  });

  test("is left out, with the reason, and the other columns are there; also in what is generated", () => {
    const parsed = value(parseDatabaseSchema({ ...schema, tables: { T: { columns: odd } } }));
    expect(Object.keys(parsed.tables.T?.columns ?? {})).toEqual(["name", "choice"]);
    expect(parsed.tables.T?.unreadable).toEqual({
      later: 'Odd.T.later: unknown atomic type "decimal"',
      lines: 'Odd.T.lines: unknown atomic type "\u2028evil()"',
      never: 'Odd.T.never: "enum" holds no value',
    });
    const module = generateModule(parsed);
    expect(module).toContain('// Left out: Odd.T.later: unknown atomic type "decimal"');
    expect(module).not.toContain("readonly later");
    expect(module).toContain('// Left out: Odd.T.lines: unknown atomic type " evil()"');
  });

  test("is nobody's problem but of who monitors it", async () => {
    await using proxy = await ProxyServer.start(server.socket, {
      fromServer: ({ id, result }) =>
        typeof result === "object" &&
        result !== null &&
        "tables" in result &&
        JSON.stringify(result).includes("Thing")
          ? { instead: { id, result: strange(result), error: null } }
          : "pass",
    });
    const strange = (result: object): unknown => {
      const copy = JSON.parse(JSON.stringify(result));
      copy.tables.Thing.columns.note.type = { key: "decimal", min: 0, max: 1 };
      return copy;
    };
    const user = (columns: readonly ("name" | "note")[]) =>
      closeLater(new Session({ database: playground, remotes: proxy.remote, monitor: { Thing: columns } }));
    const other = user(["name"]);
    expect(await other.synced()).toBe(true);
    expect(other.has("Thing", "note")).toBe(false);
    const { error } = await reach(user(["note"]), "disconnected");
    expect(error).toMatchObject({
      code: "failed",
      message: expect.stringContaining('unknown atomic type "decimal"'),
    });
  });
});
