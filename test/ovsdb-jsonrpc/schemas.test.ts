/** Schemas of servers: asked for without a session, converted while a session starts, and what may be asked of them. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { getSchema, listDatabases, parseDatabaseSchema, Session } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest, unchecked } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, PLAYGROUND, run } from "./support/server.ts";
import { failure, next, open, openSynced, value } from "./support/session.ts";

const server = playgroundForEachTest();
let folder: Folder;
const closeLater = closingAfterEach();

beforeEach(() => {
  folder = new Folder();
});

afterEach(() => folder.remove());

/** Lets `note` hold many values where it holds one. */
async function convert(): Promise<void> {
  const schema = await Bun.file(PLAYGROUND).json();
  schema.tables.Thing.columns.note.type.max = "unlimited";
  schema.version = "2.0.0";
  await Bun.write(folder.at("wide.ovsschema"), JSON.stringify(schema));
  run("ovsdb-client", "convert", server.remote, folder.at("wide.ovsschema"));
}

function transact(operation: object): void {
  run("ovsdb-client", "transact", server.remote, JSON.stringify(["Playground", operation]));
}

describe("a conversion", () => {
  test("between the question for the schema and the monitor is noticed", async () => {
    const descriptor = await Bun.file(PLAYGROUND).json();
    descriptor.tables.Thing.columns.note.type.max = "unlimited";
    let monitors = 0;
    const held = Promise.withResolvers<void>();
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ method, params }) {
        if (method !== "monitor_cond_since" || params?.[0] !== "Playground" || ++monitors > 1) return "pass";
        held.resolve();
        return "hold";
      },
    });
    const database = value(parseDatabaseSchema(descriptor));
    const session = closeLater(
      new Session({ database, remotes: proxy.remote, monitor: { Thing: ["name", "note"] } }),
    );
    await held.promise;
    await convert();
    transact({ op: "insert", table: "Thing", row: { name: "a", color: "red", note: "x" } });
    proxy.release();
    const converted = () => session.state.kind === "synced" && session.served?.version === "2.0.0";
    await next(session.onState.bind(session), converted);
    const changed = next(session.onBatch.bind(session));
    transact({ op: "mutate", table: "Thing", where: [], mutations: [["note", "insert", "y"]] });
    await changed;
    const [row] = session.replica.table("Thing").rows.values();
    expect(row?.note).toEqual(new Set(["x", "y"]));
    expect(proxy.connections).toBe(1);
  });

  test("that the server cancels the monitor for leads to one new start", async () => {
    const monitors: unknown[] = [];
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ method, params }) {
        if (method === "monitor_cond_since" && params?.[0] === "Playground") monitors.push(params[1]);
        return "pass";
      },
    });
    const session = closeLater(await openSynced(proxy.remote));
    const states: string[] = [];
    session.onState(({ kind }) => states.push(kind));
    const converted = next(session.onState.bind(session), ({ kind }) => kind === "synced");
    await convert();
    await converted;
    expect(session.served?.version).toBe("2.0.0");
    expect(states).toEqual(["connected", "synced"]);
    expect(monitors.length).toBe(2);
  });
});

describe("a server", () => {
  test("tells its databases and their schemas, whatever they are", async () => {
    const remotes = `unix:/nonexistent/socket,${server.remote}`;
    expect(value(await listDatabases({ remotes })).toSorted()).toEqual(["Playground", "_Server"]);
    const schema = value(await getSchema({ remotes }, "Playground"));
    expect(schema).toMatchObject({ name: "Playground", version: playground.version });
    expect(Object.keys(schema.tables).sort()).toEqual(Object.keys(playground.tables).sort());
    expect(failure(await getSchema({ remotes }, "Elsewhere"))).toEqual({
      code: "refused",
      message: expect.stringMatching(/^[^{]*unknown database Elsewhere$/),
    });
  });

  test("that is not there, hangs or is given up is an error", async () => {
    const nowhere = { remotes: "unix:/nonexistent/a,unix:/nonexistent/b" };
    const error = failure(await listDatabases(nowhere));
    expect(error.code).toBe("no server");
    expect(error.message).toContain("/nonexistent/b");
    server.pause();
    const abort = new AbortController();
    const hanging = listDatabases({ remotes: server.remote, signal: abort.signal });
    abort.abort();
    expect(failure(await hanging)).toMatchObject({ code: "canceled" });
    expect(failure(await listDatabases({ ...nowhere, signal: abort.signal }))).toMatchObject({
      code: "canceled",
    });
    server.resume();
  });

  test("has a database of its own, which a session can follow like any other", async () => {
    const database = value(await getSchema({ remotes: server.remote }, "_Server"));
    const session = closeLater(
      new Session({ database, remotes: server.remote, monitor: { Database: ["name", "model"] } }),
    );
    const states: string[] = [];
    session.onState(({ kind }) => states.push(kind));
    expect(await session.synced()).toBe(true);
    expect(states).toEqual(["connecting", "connected", "synced"]);
    const names = [...session.replica.table("Database").rows.values()].map(({ name }) => name);
    expect(names.sort()).toEqual(["Playground", "_Server"]);
  });
});

describe("what is not monitored", () => {
  const monitor = { Thing: ["name", "name", "options"] } as const;
  const options = { database: playground, remotes: "unix:/nonexistent/socket", monitor };

  test("has no condition", () => {
    expect(() => new Session({ ...options, where: unchecked<never>({ Part: [false] }) })).toThrow(
      "the table Part is not monitored",
    );
    const session = closeLater(new Session(options));
    expect(() => session.setCondition(unchecked<never>("Part"), [false])).toThrow(
      "the table Part is not monitored",
    );
    expect(() => session.setCondition(unchecked<never>("toString"), [false])).toThrow("is not monitored");
  });

  test("is not what is named twice", async () => {
    const session = closeLater(new Session({ ...options, remotes: server.remote }));
    expect(await session.synced()).toBe(true);
    transact({ op: "insert", table: "Thing", row: { name: "a", color: "red" } });
    const other = closeLater(open(server.remote));
    await other.synced();
    expect(session.replica.table("Thing").rows.size).toBe(1);
  });
});
