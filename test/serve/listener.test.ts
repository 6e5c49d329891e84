// A listener and its clients, when it ends.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientListener } from "../../src/serve/listener.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "vl-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Answers each line with itself. */
function echo() {
  let said = "";
  return {
    push(chunk: Uint8Array) {
      said += new TextDecoder().decode(chunk);
      return null;
    },
    take() {
      const end = said.indexOf("\n");
      if (end < 0) return null;
      const line = said.slice(0, end + 1);
      said = said.slice(end + 1);
      return line;
    },
  };
}

async function started() {
  const path = join(folder, "socket");
  const listener = new ClientListener<string>({
    capacity: 8,
    converse: echo,
    answer: (line) => ({ content: [line] }),
    onDrop: () => undefined,
    onError: () => undefined,
  });
  await listener.listen({ path });
  return { listener, path };
}

async function connected(path: string) {
  const socket = connect(path);
  await once(socket, "connect");
  socket.write("hello\n");
  const [answer] = await once(socket, "data");
  return { socket, answer: String(answer) };
}

test("a client that says nothing more is hung up on when the listener closes", async () => {
  const { listener, path } = await started();
  const clients = [await connected(path), await connected(path)];
  expect(clients.map(({ answer }) => answer)).toEqual(["hello\n", "hello\n"]);
  const gone = clients.map(({ socket }) => once(socket.resume(), "close"));
  listener.close();
  await Promise.all(gone);
  expect(listener.clients).toBe(0);
});

test("nobody can connect once the listener is closed", async () => {
  const { listener, path } = await started();
  listener.close();
  const [refused] = await once(connect(path), "error");
  expect(refused.code).toBeOneOf(["ENOENT", "ECONNREFUSED"]);
});

test("pieces of an answer are asked for as the client reads them, and what is written is told", async () => {
  const path = join(folder, "socket");
  const piece = "x".repeat(10_000);
  const pieces = 1000;
  let [asked, written] = [0, 0];
  function* content() {
    for (; asked < pieces; asked++) yield piece;
  }
  const listener = new ClientListener<string>({
    capacity: 8,
    converse: echo,
    answer: () => ({ content: content(), isLast: true }),
    onWritten: (length) => {
      written += length;
    },
    onDrop: () => undefined,
    onError: () => undefined,
  });
  await listener.listen({ path });
  const socket = connect(path);
  socket.write("all\n");
  await once(socket, "readable");
  // What the system and the client's own buffer hold, and no more, is ready.
  expect(asked).toBeLessThan(pieces / 2);
  let heard = 0;
  for await (const chunk of socket) heard += chunk.length;
  expect([asked, heard, written]).toEqual([pieces, pieces * piece.length, pieces * piece.length]);
  listener.close();
});
