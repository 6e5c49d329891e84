/** A hostile or broken server costs bounded memory and few connections, and is left with a reason. */
import { describe, expect, test } from "bun:test";
import net from "node:net";
import { join } from "node:path";
import { JsonFramer } from "../../src/ovsdb-jsonrpc/wire/json-framer.ts";
import { closingAfterEach } from "./support/for-tests.ts";
import { ProxyServer } from "./support/proxy.ts";
import { Folder, startPlayground } from "./support/server.ts";
import { op, open, openSynced, value } from "./support/session.ts";

const MIB = 2 ** 20;
const closeLater = closingAfterEach();

/** What a session in a process of its own says of a server that behaves like this. */
async function against(
  behave: (socket: net.Socket) => void,
  maxBytes: number,
): Promise<{ readonly code: string; readonly message: string; readonly peakBytes: number }> {
  const folder = new Folder();
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(folder.at("s"), resolve));
  const program = join(import.meta.dir, "support/hostile-client.ts");
  const child = Bun.spawn([process.execPath, program, `unix:${folder.at("s")}`, String(maxBytes)], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const said = await child.stdout.text();
  for (const socket of sockets) socket.destroy();
  server.close();
  folder.remove();
  return JSON.parse(said.split("\n")[0] ?? "");
}

/** Sends this again and again, as fast as it is read. */
function flood(socket: net.Socket, bytes: Uint8Array): void {
  const send = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on("drain", send);
  send();
}

const letters = new Uint8Array(2 ** 18).fill(0x61);
const limit = 64 * MIB;

describe("a message", () => {
  test("that is longer than the limit is refused at a peak of twice the limit", async () => {
    const { code, message, peakBytes } = await against((socket) => {
      socket.write('{"id":null,"method":"update","params":["');
      flood(socket, letters);
    }, limit);
    expect([code, message]).toEqual([
      "protocol error",
      expect.stringContaining(`longer than ${limit} bytes`),
    ]);
    expect(peakBytes).toBeLessThan(2 * limit);
  });

  test("that is as long as the limit is taken at a peak of six times the limit", async () => {
    const { code, message, peakBytes } = await against((socket) => {
      socket.write('{"id":null,"method":"update","params":["');
      for (let sent = 0; sent < limit - 2 * letters.length; sent += letters.length) socket.write(letters);
      socket.end('"]}');
    }, limit);
    expect([code, message]).toEqual(["disconnected", expect.stringContaining("closed the connection")]);
    expect(peakBytes).toBeLessThan(6 * limit);
  });

  test("of which nothing can be cut costs a peak of twice the limit, whatever is in it", async () => {
    const { code, message, peakBytes } = await against((socket) => {
      socket.write('{"a":[[');
      flood(socket, letters.slice().fill(0x3a));
    }, limit);
    expect([code, message]).toEqual([
      "protocol error",
      expect.stringContaining(`longer than ${limit} bytes`),
    ]);
    expect(peakBytes).toBeLessThan(2 * limit);
  });

  test("has a limit of 256 MiB unless another is given", () => {
    const framer = new JsonFramer();
    const chunk = new Uint8Array(16 * MIB).fill(0x61);
    const ignore = () => {};
    expect(framer.push(new TextEncoder().encode('["'), ignore).ok).toBe(true);
    for (let n = 0; n < 15; n++) expect(framer.push(chunk, ignore).ok).toBe(true);
    expect(framer.push(chunk, ignore)).toMatchObject({
      ok: false,
      error: `a message longer than ${2 ** 28} bytes`,
    });
  });

  test("that comes byte by byte costs no more than one that comes at once", async () => {
    const program = join(import.meta.dir, "support/byte-by-byte.ts");
    const child = Bun.spawn([process.execPath, program], { stdout: "pipe", stderr: "inherit" });
    const { isWhole, mostBytes } = JSON.parse(await child.stdout.text());
    expect(isWhole).toBe(true);
    // 150 bytes a byte would be 1,200 MiB.
    expect(mostBytes).toBeLessThan(128 * MIB);
  });
});

test("white space without end is no message", async () => {
  const { code, message, peakBytes } = await against(
    (socket) => flood(socket, letters.slice().fill(0x20)),
    0,
  );
  expect([code, message]).toEqual(["protocol error", expect.stringContaining("white space")]);
  expect(peakBytes).toBeLessThan(64 * MIB);
});

test("a line end between messages is nothing, however many there are", () => {
  const framer = new JsonFramer();
  let texts = 0;
  for (let n = 0; n < 100; n++)
    expect(framer.push(new TextEncoder().encode(`${"\r\n".repeat(1000)}[]`), () => texts++).ok).toBe(true);
  expect(texts).toBe(100);
});

const LONG = "x".repeat(20_000);

test.each([
  ["echoes", { id: "e", method: "echo", params: [LONG] }],
  ["what there is not", { id: "e", method: LONG, params: [] }],
  ["what there is not, by long numbers of its own", { id: LONG, method: "e", params: [] }],
])("a server that asks for %s and never reads the answers is left", async (_, request) => {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const { code, message, peakBytes } = await against((socket) => {
    socket.pause();
    flood(socket, bytes);
  }, 0);
  expect([code, message]).toEqual(["protocol error", expect.stringContaining("does not read the answers")]);
  expect(peakBytes).toBeLessThan(128 * MIB);
});

describe("a server that serves for a moment and fails, again and again, is asked ever more seldom:", () => {
  const backoff = { minMs: 50, maxMs: 400 };

  /** The waits after the first connections, each of which is spoilt once it is in sync. */
  async function waitsAgainst(remote: string, spoil: () => void): Promise<readonly number[]> {
    const session = closeLater(open(remote, { backoff }));
    const waits: number[] = [];
    await new Promise<void>((resolve) => {
      session.onState((state) => {
        if (state.kind === "synced") spoil();
        if (state.kind === "disconnected" && waits.push(state.retryInMs) === 5) resolve();
      });
    });
    session.close();
    return waits;
  }

  test("one that is lost each time", async () => {
    await using server = await startPlayground();
    await using proxy = await ProxyServer.start(server.socket);
    expect(await waitsAgainst(proxy.remote, () => proxy.cut())).toEqual([50, 100, 200, 400, 400]);
  });

  test("one whose first update is wrong each time", async () => {
    await using server = await startPlayground();
    const absent = "00000000-0000-4000-8000-000000000000";
    await using proxy = await ProxyServer.start(server.socket, {
      fromServer: (message) =>
        message.method === "update3" && JSON.stringify(message.params).includes('"Thing"')
          ? {
              instead: {
                ...message,
                params: [...(message.params ?? []).slice(0, 2), { Thing: { [absent]: { modify: {} } } }],
              },
            }
          : "pass",
    });
    const writer = closeLater(await openSynced(server.remote));
    let n = 0;
    const spoil = () => void writer.transact([op.insert("Thing", { name: `t${n++}`, color: "red" })]);
    expect(await waitsAgainst(proxy.remote, spoil)).toEqual([50, 100, 200, 400, 400]);
  });

  test("and one that lasted is left for the next at once, and starts it over", async () => {
    await using server = await startPlayground();
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(open(proxy.remote, { backoff: { minMs: 5, maxMs: 20 } }));
    const waits: number[] = [];
    session.onState((state) => {
      if (state.kind === "disconnected") waits.push(state.retryInMs);
    });
    await session.synced();
    for (let n = 0; n < 3; n++) {
      // It has to be heard of for as long as the longest wait.
      const until = performance.now() + 30;
      while (performance.now() < until) value(await session.transact([op.comment("busy")]));
      proxy.cut();
      await new Promise<void>((resolve) => {
        const remove = session.onState(({ kind }) => {
          if (kind !== "synced") return;
          remove();
          resolve();
        });
      });
    }
    expect(waits).toEqual([5, 5, 5]);
  });
});
