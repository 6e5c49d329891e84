/** How a session finds its server, notices that it is gone, and comes back. */
import { describe, expect, test } from "bun:test";
import net from "node:net";
import { operations, parseDatabaseSchema, Session, type SessionState } from "ovsdb-jsonrpc";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import { playground } from "./support/playground.gen.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, run, startPlayground } from "./support/server.ts";
import { failure, names, next, op, open, openSynced, reach, value, whileOffline } from "./support/session.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

const thing = (name: string) => op.insert("Thing", { name, color: "red" });

describe("states", () => {
  test("a session connects, gets in sync, and closes", async () => {
    const states: SessionState[] = [];
    const session = closeLater(open(server.remote));
    session.onState((state) => states.push(state));
    expect(session.state).toEqual({ kind: "connecting", remote: server.remote });
    await session.synced();
    session.close();
    expect(states).toEqual([
      { kind: "connecting", remote: server.remote },
      { kind: "connected", remote: server.remote, leader: null, cid: null },
      { kind: "synced", remote: server.remote, leader: null, cid: null },
      { kind: "closed" },
    ]);
  });

  test("a closed session says so to those who wait for it to be in sync", async () => {
    const session = open("unix:/nonexistent/socket");
    const synced = session.synced();
    session.close();
    expect(await synced).toBe(false);
    expect(await session.synced()).toBe(false);
  });

  test("a server that is not there is named, with the reason and the time of the next attempt", async () => {
    const session = closeLater(open("unix:/nonexistent/socket", { backoff: { minMs: 1000, maxMs: 8000 } }));
    const { error, retryInMs } = await reach(session, "disconnected");
    expect(error.code).toBe("no server");
    expect(error.message).toContain("unix:/nonexistent/socket");
    expect(error.message).toContain("ENOENT");
    expect(retryInMs).toBe(1000);
  });

  test("a server without the database is left", async () => {
    const session = closeLater(open(server.remote, { database: { ...playground, name: "Elsewhere" } }));
    expect((await reach(session, "disconnected")).error.message).toContain("no database Elsewhere");
  });

  test("a database that is added later is found", async () => {
    const session = closeLater(open(server.remote));
    await session.synced();
    server.appctl("ovsdb-server/remove-db", "Playground");
    expect((await reach(session, "disconnected")).error.code).toBe("no database");
    server.appctl("ovsdb-server/add-db", server.file);
    expect(await session.synced()).toBe(true);
  });

  test("something that does not speak JSON-RPC is left as soon as it is noticed", async () => {
    const folder = new Folder();
    const impostor = net.createServer((socket) => socket.write("220 mail.example.com ESMTP\r\n"));
    await new Promise<void>((resolve) => impostor.listen(folder.at("impostor"), resolve));
    const session = closeLater(open(`unix:${folder.at("impostor")}`));
    const { error } = await reach(session, "disconnected");
    session.close();
    expect(error.code).toBe("protocol error");
    expect(error.message).toContain("the server sent byte 0x32 where an object or array should begin");
    impostor.close();
    folder.remove();
  });

  test("a message beyond the limit ends the connection with that reason", async () => {
    const session = closeLater(open(server.remote, { limits: { maxBytes: 1000 } }));
    const { error } = await reach(session, "disconnected");
    expect(error).toMatchObject({ code: "protocol error" });
    expect(error.message).toContain("longer than 1000 bytes");
  });

  test("wrong remotes are refused when the session is made", () => {
    expect(() => open("udp:127.0.0.1:6640")).toThrow("unknown connection method");
  });

  test("a monitor of what the descriptor lacks is refused when the session is made", () => {
    const { Part, ...tables } = playground.tables;
    const { serial: _serial, ...columns } = Part.columns;
    const database: typeof playground = JSON.parse(
      JSON.stringify({ ...playground, tables: { ...tables, Part: { columns } } }),
    );
    expect(() => open(server.remote, { database })).toThrow("has no column Part.serial");
  });
});

describe("reconnect", () => {
  test("the first batch of a new connection is the difference to what was known", async () => {
    const session = closeLater(await openSynced(server.remote));
    const other = closeLater(await openSynced(server.remote));
    value(await session.transact([thing("stays"), thing("goes"), op.insert("Only", { value: 1 })]));
    const stays = [...session.replica.table("Thing").rows.values()].find(({ name }) => name === "stays");
    const batch = await whileOffline(session, server.remote, async () => {
      expect(names(session)).toEqual(["goes", "stays"]);
      const changes = [
        op.delete("Thing", [["name", "==", "goes"]]),
        thing("comes"),
        op.update("Only", [], { value: 2 }),
      ];
      value(await other.transact(changes));
    });
    expect(batch.initial).toBe(true);
    expect(batch.tables.Only).toMatchObject([{ old: { value: 1 }, new: { value: 2 } }]);
    expect(names(session)).toEqual(["comes", "stays"]);
    expect([...session.replica.table("Thing").rows.values()].find(({ name }) => name === "stays")).toBe(
      stays,
    );
  });

  test("when nothing has changed the first batch is empty, and delivered", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote));
    value(await session.transact([thing("a")]));
    const batch = next(session.onBatch.bind(session));
    proxy.cut();
    expect(await batch).toEqual({ initial: true, tables: { Thing: [], Part: [], Only: [] } });
  });

  test("a server that was restarted is found again, with the whole content as a difference", async () => {
    const session = closeLater(await openSynced(server.remote));
    value(await session.transact([thing("a")]));
    const down = reach(session, "disconnected");
    await server.stop();
    await down;
    await server.start();
    const batch = await next(session.onBatch.bind(session));
    expect(batch.tables.Thing).toEqual([]);
    expect(names(session)).toEqual(["a"]);
  });

  test("a transaction whose reply was lost ends as disconnected, and what it did is found after the reconnect", async () => {
    let transaction: number | null = null;
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ id, method }) {
        if (method === "transact") transaction = id;
        return "pass";
      },
      fromServer: ({ id }) => (id !== null && id === transaction ? "cut" : "pass"),
    });
    const session = closeLater(await openSynced(proxy.remote));
    const error = failure(await session.transact([thing("committed")]));
    transaction = null;
    expect(error).toMatchObject({ code: "disconnected", operation: null, retryable: true });
    await session.synced();
    expect(names(session)).toEqual(["committed"]);
  });

  test("reconnect() leaves a good server and is back at once", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote, { backoff: { minMs: 60_000, maxMs: 60_000 } }));
    session.reconnect();
    expect(session.state).toMatchObject({ kind: "disconnected", retryInMs: 0 });
    await session.synced();
    expect(proxy.connections).toBe(2);
  });
});

describe("listeners", () => {
  test("one may close the session, and nothing is told afterwards", async () => {
    const session = closeLater(open(server.remote));
    const told: string[] = [];
    session.onState(({ kind }) => told.push(kind));
    session.onCondition(() => told.push("condition"));
    session.onBatch(() => session.close());
    expect(await session.synced()).toBe(false);
    expect(told).toEqual(["connecting", "connected", "closed"]);
  });

  test("one may ask for another server, and the session is in sync with that one", async () => {
    const session = closeLater(open(server.remote));
    const told: string[] = [];
    session.onState(({ kind }) => told.push(kind));
    const remove = session.onBatch(() => {
      remove();
      session.reconnect();
    });
    await session.synced();
    expect(told).toEqual(["connecting", "connected", "disconnected", "connecting", "connected", "synced"]);
  });

  test("one that is added during an event gets the next, one that is removed gets none", async () => {
    const session = closeLater(await openSynced(server.remote));
    const told: string[] = [];
    const remove = session.onBatch(() => told.push("removed"));
    session.onBatch(() => told.push("kept"));
    remove();
    let added = false;
    session.onBatch(() => {
      if (!added) session.onBatch(() => told.push("added"));
      added = true;
    });
    value(await session.transact([thing("one")]));
    value(await session.transact([thing("two")]));
    expect(told).toEqual(["kept", "kept", "added"]);
  });
});

describe("remotes", () => {
  test("the next remote is tried at once when one does not answer", async () => {
    const remotes = `unix:/nonexistent/a,unix:/nonexistent/b,${server.remote}`;
    const backoff = { minMs: 60_000, maxMs: 60_000 };
    const session = closeLater(open(remotes, { shuffleRemotes: false, backoff }));
    const tried: string[] = [];
    session.onState((state) => {
      if (state.kind === "connecting") tried.push(state.remote);
    });
    await session.synced();
    expect(tried).toEqual(remotes.split(","));
  });

  test("remotes are replaced without losing the replica", async () => {
    await using first = await ProxyServer.start(server.socket);
    await using second = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(first.remote));
    value(await session.transact([thing("a")]));
    const batch = next(session.onBatch.bind(session));
    session.setRemotes(second.remote);
    expect(await batch).toMatchObject({ initial: true, tables: { Thing: [] } });
    expect(session.state).toMatchObject({ kind: "synced", remote: second.remote });
    session.setRemotes(`${first.remote},${second.remote}`);
    expect(session.state).toMatchObject({ kind: "synced", remote: second.remote });
  });

  test("remotes that come while a back-off is running are tried at once", async () => {
    const session = closeLater(open("unix:/nonexistent/a", { backoff: { minMs: 60_000, maxMs: 60_000 } }));
    await reach(session, "disconnected");
    session.setRemotes(server.remote);
    expect(await session.synced()).toBe(true);
  });

  test("remotes that are replaced while the first is being tried are tried instead", async () => {
    const session = closeLater(open("unix:/nonexistent/a", { backoff: { minMs: 60_000, maxMs: 60_000 } }));
    const remove = session.onState(({ kind }) => {
      if (kind !== "connecting") return;
      remove();
      session.setRemotes(server.remote);
    });
    expect(await session.synced()).toBe(true);
  });

  test("tcp is spoken as well", async () => {
    const session = closeLater(await openSynced(`tcp:127.0.0.1:${server.port}`));
    value(await session.transact([thing("over tcp")]));
    expect(names(session)).toEqual(["over tcp"]);
  });
});

describe("probe", () => {
  test("a server that is stopped is given up, and found again when it goes on", async () => {
    const session = closeLater(await openSynced(server.remote, { probeIntervalMs: 50 }));
    server.pause();
    const { error } = await reach(session, "disconnected");
    expect(error.code).toBe("inactive");
    server.resume();
    expect(await session.synced()).toBe(true);
  });

  test("a silent server that answers its probes is kept", async () => {
    let echoes = 0;
    let seen = () => {};
    const enough = new Promise<void>((resolve) => {
      seen = resolve;
    });
    await using proxy = await ProxyServer.start(server.socket, {
      fromClient({ method }) {
        if (method === "echo" && ++echoes === 3) seen();
        return "pass";
      },
    });
    const session = closeLater(await openSynced(proxy.remote, { probeIntervalMs: 150 }));
    await enough;
    expect(session.state.kind).toBe("synced");
    expect(proxy.connections).toBe(1);
  });

  test("the interval may be changed while connected", async () => {
    const session = closeLater(await openSynced(server.remote));
    session.setProbeInterval(50);
    server.pause();
    expect((await reach(session, "disconnected")).error.code).toBe("inactive");
    server.resume();
  });

  test("the server's own probe is answered", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(await openSynced(proxy.remote));
    const answer = await proxy.ask({ id: 77, method: "echo", params: ["still", { there: true }] });
    expect(answer).toEqual({ id: 77, result: ["still", { there: true }], error: null });
    expect(session.state.kind).toBe("synced");
  });

  test("a request that only a server carries out is refused by name", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    closeLater(await openSynced(proxy.remote));
    const answer = await proxy.ask({ id: 78, method: "transact", params: [] });
    expect(answer).toMatchObject({
      id: 78,
      result: null,
      error: { error: "unknown method", details: "transact" },
    });
  });
});

describe("databases", () => {
  test("a schema that is read when the program runs does as well as a generated one", async () => {
    const schema = parseDatabaseSchema(
      await Bun.file(`${import.meta.dir}/support/playground.ovsschema`).json(),
    );
    const database = value(schema);
    const session = new Session({ database, remotes: server.remote, monitor: { Thing: ["name", "words"] } });
    await session.synced();
    const { insert } = operations(database);
    value(await session.transact([insert("Thing", { name: "dynamic", color: "red", words: ["a"] })]));
    const [row] = session.replica.table("Thing").rows.values();
    expect(row).toMatchObject({ name: "dynamic", words: new Set(["a"]) });
    session.close();
  });

  test("the names of the server's databases are listed", async () => {
    const session = closeLater(await openSynced(server.remote));
    expect(value(await session.listDatabases()).toSorted()).toEqual(["Playground", "_Server"]);
  });

  test("a converted schema restarts the monitor; what it lost reads as the default", async () => {
    const session = closeLater(await openSynced(server.remote));
    value(await session.transact([op.insert("Thing", { name: "a", color: "red", note: "n", count: 3 })]));
    expect(session.has("Thing", "note")).toBe(true);
    const schema = await Bun.file(`${import.meta.dir}/support/playground.ovsschema`).json();
    delete schema.tables.Thing.columns.note;
    schema.version = "2.0.0";
    const folder = new Folder();
    await Bun.write(folder.at("new.ovsschema"), JSON.stringify(schema));
    const resynced = next(session.onBatch.bind(session), ({ initial }) => initial);
    run("ovsdb-client", "convert", server.remote, folder.at("new.ovsschema"));
    expect((await resynced).tables.Thing).toMatchObject([
      { old: { note: "n", count: 3 }, new: { note: null, count: 3 } },
    ]);
    expect(session.has("Thing", "note")).toBe(false);
    expect(session.has("Thing", "count")).toBe(true);
    expect(session.served?.version).toBe("2.0.0");
    folder.remove();
  });

  test("a schema that lacks tables and columns is served without them", async () => {
    const folder = new Folder();
    const schema = await Bun.file(`${import.meta.dir}/support/playground.ovsschema`).json();
    delete schema.tables.Only;
    delete schema.tables.Thing.columns.words;
    await Bun.write(folder.at("old.ovsschema"), JSON.stringify(schema));
    await using old = await startPlayground({}, folder.at("old.ovsschema"));
    folder.remove();
    const session = closeLater(
      await openSynced(old.remote, { where: { Thing: [["words", "includes", "x"]] } }),
    );
    expect(session.has("Only", "value")).toBe(false);
    value(await session.transact([thing("a")]));
    expect(names(session)).toEqual([]);
    session.setCondition("Thing", [
      ["words", "includes", "x"],
      ["name", "==", "a"],
    ]);
    await next(session.onCondition.bind(session));
    expect([...session.replica.table("Thing").rows.values()]).toMatchObject([
      { name: "a", words: new Set() },
    ]);
    expect(session.replica.table("Only").rows.size).toBe(0);
  });
});

test("a session of a program keeps it alive until it is closed, and not longer", async () => {
  const script = `
    import { Session } from "ovsdb-jsonrpc";
    import { playground } from ${JSON.stringify(`${import.meta.dir}/support/playground.gen.ts`)};
    const session = new Session({ database: playground, remotes: ${JSON.stringify(server.remote)}, monitor: {} });
    await session.synced();
    session.close();
    console.log("closed");`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    cwd: import.meta.dir,
    stdout: "pipe",
    stderr: "inherit",
  });
  expect(await child.stdout.text()).toBe("closed\n");
  expect(await child.exited).toBe(0);
  expect(new Session({ database: playground, remotes: server.remote, monitor: {} }).close()).toBeUndefined();
});
