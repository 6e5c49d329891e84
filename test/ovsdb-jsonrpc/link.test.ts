/** How the one connection of a session is made, probed and given up. */
import { describe, expect, spyOn, test } from "bun:test";
import { closingAfterEach, playgroundForEachTest } from "./support/for-tests.ts";
import { type ProxyRules, ProxyServer } from "./support/proxy.ts";
import { next, op, open, openSynced, reach, value } from "./support/session.ts";

const server = playgroundForEachTest();
const closeLater = closingAfterEach();

/** Counts the probes, and tells of the first. */
function countProbes() {
  const first = Promise.withResolvers<void>();
  const probes = { count: 0, first: first.promise };
  const rules: ProxyRules = {
    fromClient({ method }) {
      if (method === "echo") {
        probes.count++;
        first.resolve();
      }
      return "pass";
    },
  };
  return { probes, rules };
}

describe("probes", () => {
  test("a server that accepts connections and says nothing is waited for longer each time", async () => {
    const session = closeLater(
      open(server.remote, { probeIntervalMs: 30, backoff: { minMs: 20, maxMs: 80 } }),
    );
    await session.synced();
    server.pause();
    const waits: number[] = [];
    const removed = next(session.onState.bind(session), (state) => {
      if (state.kind === "disconnected") waits.push(state.retryInMs);
      return waits.length === 4;
    });
    await removed;
    server.resume();
    // The first comes after a connection that was good for longer than it.
    expect(waits).toEqual([20, 40, 80, 80]);
  });

  test.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 3_000_000_000])(
    "with an interval of %p there are none, nor timers that fire at once, until it is changed",
    async (probeIntervalMs) => {
      const { probes, rules } = countProbes();
      const timers = spyOn(globalThis, "setTimeout");
      await using proxy = await ProxyServer.start(server.socket, rules);
      const session = closeLater(await openSynced(proxy.remote, { probeIntervalMs }));
      for (let round = 0; round < 20; round++) value(await session.transact([op.comment("busy")]));
      const delays = timers.mock.calls.map(([, delay]) => delay ?? 0);
      timers.mockRestore();
      expect(delays).not.toBeEmpty();
      expect(delays.filter((delay) => !(delay >= 0 && delay < 2 ** 31))).toEqual([]);
      expect(probes.count).toBe(0);
      session.setProbeInterval(1);
      await probes.first;
    },
  );
});

describe("remotes", () => {
  test("a list without any is refused, and the connection stays", async () => {
    expect(() => open(server.remote, { remotes: [] })).toThrow("no remote given");
    const session = closeLater(await openSynced(server.remote));
    expect(() => session.setRemotes([])).toThrow("no remote given");
    value(await session.transact([op.comment("still here")]));
  });

  test("reconnect() does not wait for the end of a back-off", async () => {
    await using proxy = await ProxyServer.start(server.socket);
    const session = closeLater(
      open(`unix:/nonexistent/socket,${proxy.remote}`, {
        shuffleRemotes: false,
        backoff: { minMs: 60_000, maxMs: 60_000 },
      }),
    );
    await session.synced();
    proxy.cut();
    expect(await reach(session, "disconnected")).toMatchObject({ retryInMs: 60_000 });
    session.reconnect();
    expect(session.state.kind).toBe("connecting");
    expect(await session.synced()).toBe(true);
  });
});
