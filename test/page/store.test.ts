// What the page knows, and what is shown of it.
import { describe, expect, test } from "bun:test";
import { duration, NO_FILTER, quantile, Store } from "../../src/page/browser/store.ts";
import type { PortStatus } from "../../src/view/status-shape.ts";

const port = (lport: string, rest: Partial<PortStatus> = {}): PortStatus => {
  return { lport, type: "dummy", state: "plugged", interface: lport, reason: null, ...rest };
};

function storeOf(...ports: readonly PortStatus[]): Store {
  const store = new Store();
  store.take("ports", { changed: ports, gone: [] });
  return store;
}

const names = (ports: readonly PortStatus[]) => ports.map(({ lport }) => lport);

test("ports come, change and go", () => {
  const store = storeOf(port("a"), port("b"));
  store.take("ports", { changed: [port("a", { state: "conflict" })], gone: ["b"] });
  expect([...store.ports.values()]).toEqual([port("a", { state: "conflict" })]);
});

test("a stream that begins forgets what another one said", () => {
  const store = storeOf(port("a"));
  store.take("hello", { page: "x", pid: 1 });
  expect(store.ports.size).toBe(0);
});

test("counts are those of the states that there are, the worst first", () => {
  const store = storeOf(port("a"), port("b", { state: "held" }), port("c", { reason: "not bound" }));
  expect(store.counts()).toEqual([
    { state: "held", count: 1, noted: 0 },
    { state: "plugged", count: 2, noted: 1 },
  ]);
  expect(store.inTrouble).toBe(2);
  store.take("chassis", {
    ...{
      version: "0",
      ready: false,
      reason: "not bound",
      bridge: "br-int",
      providers: [],
      metrics: null,
      files: [],
    },
    chassis: { name: "hv1", uuid: null },
    connections: {
      ovs: { remote: null, state: "connected", error: null },
      southbound: { remote: null, state: "connected", error: null, leader: null },
    },
  });
  expect(store.inTrouble).toBe(1);
  expect(store.shown({ ...NO_FILTER, state: "trouble" }).map(({ lport }) => lport)).toEqual(["b"]);
});

describe("a filter lets through", () => {
  const store = storeOf(
    port("web1"),
    port("db1", { interface: "web9" }),
    port("db2", { type: "acme", state: "no-provider", reason: "no enabled PROVIDER" }),
    port("db3", { reason: "ovn-controller has not bound it" }),
  );
  const shown = (filter: object) => names(store.shown({ ...NO_FILTER, ...filter })).sort();

  test("by the name of the port and of the interface", () =>
    expect(shown({ text: "WEB" })).toEqual(["db1", "web1"]));
  test("by the reason", () => expect(shown({ text: "provider" })).toEqual(["db2"]));
  test("by state", () => expect(shown({ state: "no-provider" })).toEqual(["db2"]));
  test("what is in trouble", () => expect(shown({ state: "trouble" })).toEqual(["db2", "db3"]));
  test("by plug type", () => expect(shown({ provider: "acme" })).toEqual(["db2"]));
  test("everything when it is empty", () => expect(shown({ text: "  " })).toHaveLength(4));
});

test("what is kept of commits and recomputes is bounded", () => {
  const store = new Store();
  for (let seq = 1; seq <= 1000; seq++) store.take("latencies", [{ seq, time: 0, milliseconds: 1 }]);
  expect(store.latencies.length).toBeLessThan(300);
  expect(store.latencies.at(-1)?.seq).toBe(1000);
});

test("a quantile is one of the values", () => {
  expect(quantile([5, 1, 3], 0.5)).toBe(3);
  expect(quantile([1, 2], 0.99)).toBe(2);
  expect(quantile([], 0.5)).toBeNull();
});

test.each([
  [0, "<1 ms"],
  [2, "2 ms"],
  [2.45, "2.5 ms"],
  [24.4, "24 ms"],
  [1500, "1.5 s"],
])("%p milliseconds are %p", (milliseconds, text) => expect(duration(milliseconds)).toBe(text));
