/** What goes over the wire, as text without secrets and as numbers. */
import { expect, test } from "bun:test";
import { type Environment, realEnvironment, type WireMessage } from "ovsdb-jsonrpc";
import { closingAfterEach } from "./support/for-tests.ts";
import { ProxyServer } from "./support/proxy.ts";
import { startPlayground } from "./support/server.ts";
import { next, op, openSynced, value } from "./support/session.ts";

const closeLater = closingAfterEach();

test("every message is told of, both ways and in order, without any secret", async () => {
  await using server = await startPlayground();
  const messages: WireMessage[] = [];
  const session = closeLater(
    await openSynced(server.remote, { onMessage: (message) => messages.push(message) }),
  );
  const since = messages.length;
  const options = new Map([
    ["ipsec-psk", "hunter2"],
    ["plain", "seen"],
  ]);
  value(await session.transact([op.insert("Thing", { name: "t", color: "red", options, note: "n" })]));
  value(
    await session.transact([
      op.mutate("Thing", [["options", "includes", options]], [["options", "delete", ["ipsec-psk"]]]),
    ]),
  );
  const texts = messages.slice(since).map(({ direction, text }) => `${direction} ${text()}`);
  expect(
    texts.some((text) => text.startsWith("sent ") && text.includes('"transact"') && text.includes("seen")),
  ).toBe(true);
  expect(
    texts.some((text) => text.startsWith("received ") && text.includes('"update3"') && text.includes("seen")),
  ).toBe(true);
  expect(texts.join()).not.toContain("hunter2");
  expect(texts.join()).toContain('["ipsec-psk","***"]');
  expect(messages.every(({ at, length }) => at > 1e12 && length > 0)).toBe(true);
  expect(messages.at(-1)?.text(10)).toMatch(/^.{10}… \(\d+ characters\)$/);
});

test("columns are secrets by their names as well, and the names may be others", async () => {
  await using server = await startPlayground();
  const texts: string[] = [];
  const session = closeLater(
    await openSynced(server.remote, { onMessage: ({ text }) => texts.push(text()), secretNames: /^note$/ }),
  );
  value(await session.transact([op.insert("Thing", { name: "t", color: "red", note: "hidden" })]));
  value(await session.transact([op.update("Thing", [["note", "==", "hidden"]], { words: ["shown"] })]));
  expect(texts.join()).not.toContain("hidden");
  expect(texts.join()).toContain("shown");
});

test("a listener that throws keeps nothing from going on", async () => {
  await using server = await startPlayground();
  const uncaught: unknown[] = [];
  const catching = (call: () => void) => {
    try {
      call();
    } catch (error) {
      uncaught.push(error);
    }
  };
  const environment: Environment = {
    ...realEnvironment,
    soon: (call) => queueMicrotask(() => catching(call)),
  };
  const session = closeLater(
    await openSynced(server.remote, {
      environment,
      onMessage: () => {
        throw new Error("a listener's own");
      },
    }),
  );
  value(await session.transact([op.comment("on")]));
  expect(uncaught.length).toBeGreaterThan(0);
});

test("messages, bytes and connections are counted", async () => {
  await using server = await startPlayground();
  await using proxy = await ProxyServer.start(server.socket);
  const session = closeLater(await openSynced(proxy.remote));
  // The replies to what a session asks at its beginning have come by then.
  value(await session.transact([op.comment("settled")]));
  const before = session.counters;
  expect(before.connections).toBe(1);
  value(await session.transact([op.comment("counted")]));
  const after = session.counters;
  expect(after.messagesSent - before.messagesSent).toBe(1);
  expect(after.messagesReceived - before.messagesReceived).toBe(1);
  expect(after.charactersSent - before.charactersSent).toBeGreaterThan(50);
  expect(after.bytesReceived).toBeGreaterThan(before.bytesReceived);
  const again = next(session.onState.bind(session), ({ kind }) => kind === "synced");
  proxy.cut();
  await again;
  expect(session.counters.connections).toBe(2);
});
