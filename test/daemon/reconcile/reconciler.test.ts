// Where decisions become effects: rules T2 and T3, and the order of the provider's calls.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import type { HostedProvider, Surroundings } from "../../../src/providers/hosted.ts";
import { VERSION } from "../../../src/version.ts";
import { holder, standby } from "../../support/plug-bench.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import {
  type Behaviour,
  type Calls,
  notReady,
  recordedProvider,
  registryOf,
} from "../../support/providers.ts";
import { interfaceRow, map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

/** However a clock is set meanwhile. */
const HOUR_MS = 3_600_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

async function started(
  behaviour: Behaviour = {},
): Promise<{ readonly daemon: PlugDaemon; readonly calls: Calls }> {
  const { provider, calls } = recordedProvider("dummy", behaviour);
  const daemon = new PlugDaemon(registryOf(provider));
  await daemon.start();
  return { daemon, calls };
}

/** Started, and these ports are bound: what is to be written of them is sent. */
async function bound(...lports: readonly string[]) {
  const { daemon, calls } = await started();
  for (const lport of lports) daemon.bind(binding(lport));
  await settle();
  return { daemon, calls };
}

/** The server answers the transaction that was sent first. */
async function reply(daemon: PlugDaemon, result: Parameters<ReturnType<PlugDaemon["next"]>["reply"]>[0]) {
  daemon.next().reply(result);
  await settle();
}

function binding(lport: string, options = {}) {
  return wantedRow(options, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) });
}

function elsewhere(lport: string) {
  return { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)), requested_chassis: null };
}

/** The interface as the provider of these tests asks for it. */
function inPlace(lport: string, columns = {}) {
  return pluggedRow(lport, { _uuid: uuid(0x9000 + lport.charCodeAt(0)), options: map(), ...columns });
}

const refusal = { ok: false, error: transactError("constraint violation", { details: "no" }) } as const;

describe("a port that is plugged", () => {
  test("is prepared, written, finished and released, in this order", async () => {
    const { daemon, calls } = await bound("a");
    expect(calls).toEqual(["prepare a create"]);
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("pending");
    daemon.setInterface(inPlace("a"));
    await reply(daemon, { ok: true });
    expect(calls).toEqual(["prepare a create", "finish a a", "release a a"]);
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("plugged");
    expect(daemon.sent).toEqual([]);
  });

  test("is not decided again while it is in flight, and then from fresh state (T2)", async () => {
    const { daemon, calls } = await bound("a");
    daemon.bind(binding("a", { "vif-plug-mtu-request": "1400" }));
    await settle();
    expect(daemon.sent.length).toBe(1);
    expect(calls).toEqual(["prepare a create"]);
    daemon.setInterface(inPlace("a"));
    await reply(daemon, { ok: true });
    expect(calls).toEqual(["prepare a create", "finish a a", "release a a", "prepare a create"]);
    expect(daemon.next().operations.at(-1)).toMatchObject({ op: "update", row: { mtu_request: 1400 } });
  });

  test("is not sent twice when its binding goes and comes back while it is in flight (T2)", async () => {
    const { daemon } = await bound("a");
    daemon.unbind(binding("a"));
    await settle();
    daemon.bind(binding("a"));
    await settle();
    expect(daemon.sent.length).toBe(1);
    daemon.setInterface(inPlace("a"));
    await reply(daemon, { ok: true });
    expect(daemon.sent).toEqual([]);
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("plugged");
  });

  test("that was refused and is not wanted any more is forgotten, and sent at once when it is wanted again", async () => {
    const { daemon } = await bound("a");
    await reply(daemon, refusal);
    daemon.unbind(binding("a"));
    await settle();
    daemon.bind(binding("a"));
    await settle();
    expect(daemon.sent.length).toBe(1);
  });

  test("and is in place already is prepared and released, and nothing is written (U4)", async () => {
    const { daemon, calls } = await started();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await settle();
    expect(calls).toEqual(["prepare a create", "release a a"]);
    expect(daemon.sent).toEqual([]);
  });

  test("with others in the same turn goes in one transaction (T1)", async () => {
    const { daemon } = await bound("a", "b", "c");
    expect(daemon.sent.length).toBe(1);
    const inserts = daemon.next().operations.filter(({ op }) => op === "insert");
    expect(inserts.length).toBe(6);
  });

  test("and then removed behind our back is asked about again, and each asking ends once", async () => {
    const { daemon, calls } = await bound("a");
    daemon.setInterface(inPlace("a"));
    await reply(daemon, { ok: true });
    calls.length = 0;
    const row = inPlace("a");
    daemon.reconciler.pushRows(
      daemon.reconciler.graph.inputs.iface,
      [{ uuid: row._uuid, old: row, new: null }],
      "update",
    );
    await settle();
    expect(calls).toEqual(["prepare a create"]);
    await reply(daemon, { ok: true });
    expect(calls).toEqual(["prepare a create", "finish a a", "release a a"]);
  });
});

describe("a provider that is not ready", () => {
  test("is released, and asked again with back-off", async () => {
    const { daemon, calls } = await started({ prepare: notReady("no link") });
    daemon.bind(binding("a"));
    await settle();
    expect(calls).toEqual(["prepare a create", "release a none"]);
    const due = daemon.reconciler.ports.nextTry("a");
    expect(due).not.toBeNull();
    jest.advanceTimersByTime((due ?? 0) - Date.now());
    await settle();
    expect(calls.length).toBe(4);
    expect(daemon.reconciler.statuses.get("a")).toMatchObject({ state: "waiting", tries: 1 });
    expect(daemon.sent).toEqual([]);
  });

  test("waits longer from try to try, and starts over when another reason keeps it waiting", async () => {
    const { daemon } = await started({
      prepare: ({ lport }) => notReady(lport.options.has("vf-num") ? "no such VF" : "no VF is named")(),
    });
    daemon.bind(binding("a"));
    await settle();
    const wait = () => (daemon.reconciler.ports.nextTry("a") ?? Number.NaN) - Date.now();
    expect(wait()).toBeWithin(1000, 1251);
    jest.advanceTimersByTime(wait());
    await settle();
    expect(wait()).toBeWithin(2000, 2501);
    daemon.bind(binding("a", { "vf-num": "7" }));
    await settle();
    expect(wait()).toBeWithin(1000, 1251);
  });
});

describe("a change that the server refuses", () => {
  test("is released without finish, reported in its words, and tried again with back-off (T3)", async () => {
    const { daemon, calls } = await bound("a");
    await reply(daemon, refusal);
    expect(calls).not.toContain("finish a a");
    expect(calls.filter((call) => call === "release a a").length).toBe(1);
    expect(daemon.reconciler.statuses.get("a")).toMatchObject({
      state: "error",
      reason: "constraint violation: no",
    });
    expect(daemon.sent).toEqual([]);
    jest.advanceTimersByTime((daemon.reconciler.ports.nextTry("a") ?? 0) - Date.now());
    await settle();
    expect(daemon.sent.length).toBe(1);
  });

  test("is not sent again, nor the back-off started over, for what ovs-vswitchd writes to the row", async () => {
    const { daemon } = await started();
    daemon.setInterface(inPlace("a", { type: "tap" }));
    daemon.bind(binding("a"));
    await settle();
    await reply(daemon, refusal);
    const wait = () => (daemon.reconciler.ports.nextTry("a") ?? Number.NaN) - Date.now();
    jest.advanceTimersByTime(wait());
    await settle();
    await reply(daemon, refusal);
    const due = wait();
    expect(due).toBeWithin(2000, 2501);
    const external_ids = map({ "iface-id": "a", "ovn-plugged": "dummy", "ovn-installed": "true" });
    daemon.setInterface(inPlace("a", { type: "tap", ofport: 7, external_ids }));
    await settle();
    expect(daemon.sent).toEqual([]);
    expect(wait()).toBe(due);
  });

  test("is released once for each time it was prepared, however often it is tried", async () => {
    const { daemon, calls } = await bound("a");
    for (let tries = 0; tries < 3; tries++) {
      await reply(daemon, refusal);
      jest.advanceTimersByTime((daemon.reconciler.ports.nextTry("a") ?? 0) - Date.now());
      await settle();
    }
    daemon.setInterface(inPlace("a"));
    await reply(daemon, { ok: true });
    const count = (call: string) => calls.filter((one) => one === call).length;
    expect(count("release a a")).toBe(count("prepare a create"));
  });

  test("does not hold up the others", async () => {
    const { daemon } = await bound("a", "b");
    await reply(daemon, { ok: false, error: { ...refusal.error, operation: 1 } });
    daemon.setInterface(inPlace("b"));
    await reply(daemon, { ok: true });
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("error");
    expect(daemon.reconciler.statuses.get("b")?.state).toBe("plugged");
  });

  test("is decided anew at once when the port changes", async () => {
    const { daemon } = await bound("a");
    await reply(daemon, refusal);
    daemon.bind(binding("a", { "vif-plug-mtu-request": "1400" }));
    await settle();
    expect(daemon.next().operations[1]).toMatchObject({ op: "insert", row: { mtu_request: 1400 } });
  });
});

test("a provider that is disabled is destroyed when all that it began has ended", async () => {
  const calls: Calls = [];
  const { provider } = recordedProvider("dummy", { destroy: () => calls.push("destroy") }, calls);
  const registry = registryOf(provider);
  const daemon = new PlugDaemon(registry);
  await daemon.start();
  daemon.setInterface(interfaceRow({ name: "kept" }));
  daemon.bind(binding("kept"));
  daemon.bind(binding("sent"));
  await settle();
  calls.length = 0;
  registry.unregister("dummy");
  expect(calls).toEqual(["release kept kept"]);
  daemon.reconciler.schedule();
  await settle();
  expect(calls).toEqual(["release kept kept"]);
  await reply(daemon, { ok: true });
  expect(calls).toEqual(["release kept kept", "finish sent sent", "release sent sent", "destroy"]);
});

describe("a change of which the database does not say what became of it (T5)", () => {
  const unreadable = { ok: false, error: transactError("unreadable result", { details: "odd" }) } as const;
  const disconnected = { ok: false, error: transactError("disconnected") } as const;

  test("is prepared and sent again when the rows that come after the reconnect do not have it", async () => {
    const { daemon, calls } = await bound("a");
    daemon.inSync = false;
    await reply(daemon, disconnected);
    expect(calls).toEqual(["prepare a create"]);
    expect(daemon.reconciler.statuses.get("a")).toMatchObject({
      state: "pending",
      reason: "sent to the database, which has not said what became of it: disconnected",
    });
    expect(daemon.sent).toEqual([]);
    daemon.inSync = true;
    daemon.reconciler.schedule();
    await settle();
    expect(calls).toEqual(["prepare a create", "release a a", "prepare a create"]);
    expect(daemon.sent.length).toBe(1);
  });

  test("is finished when those rows have it", async () => {
    const { daemon, calls } = await bound("a");
    daemon.inSync = false;
    await reply(daemon, disconnected);
    daemon.setInterface(inPlace("a"));
    await settle();
    expect(calls).toEqual(["prepare a create"]);
    daemon.inSync = true;
    daemon.reconciler.schedule();
    await settle();
    expect(calls).toEqual(["prepare a create", "finish a a", "release a a"]);
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("plugged");
    expect(daemon.sent).toEqual([]);
  });

  test("is finished at once when the rows had it before the answer", async () => {
    const { daemon, calls } = await bound("a", "b");
    for (const lport of ["a", "b"]) daemon.setInterface(inPlace(lport));
    await reply(daemon, unreadable);
    expect(calls.filter((call) => call.startsWith("finish"))).toEqual(["finish a a", "finish b b"]);
    expect(daemon.sent).toEqual([]);
  });

  test("is not sent again at once when a server that answers has not carried it out", async () => {
    const { daemon, calls } = await bound("a");
    await reply(daemon, unreadable);
    expect(daemon.sent).toEqual([]);
    expect(daemon.reconciler.statuses.get("a")).toMatchObject({
      state: "error",
      reason: "unreadable result: odd",
      retry: true,
    });
    expect(calls.filter((call) => call.startsWith("finish"))).toEqual([]);
    jest.advanceTimersByTime(1500);
    await settle();
    expect(daemon.sent.length).toBe(1);
  });

  test("is finished as a removal when the interface is gone", async () => {
    const { daemon, calls } = await started();
    const row = inPlace("a");
    daemon.setInterface(row);
    daemon.bind(binding("a"));
    await settle();
    daemon.bind(wantedRow({ "requested-chassis": "hv2" }, { ...elsewhere("a") }));
    await settle();
    calls.length = 0;
    daemon.removeInterface(row);
    await reply(daemon, unreadable);
    expect(calls).toEqual(["finish a none"]);
    expect(daemon.sent).toEqual([]);
  });

  test("is finished as an update when the interface is as it was to be, and not when it is not", async () => {
    const { daemon, calls } = await started();
    daemon.setInterface(inPlace("a", { type: "tap" }));
    daemon.setInterface(inPlace("b", { type: "tap" }));
    for (const lport of ["a", "b"]) daemon.bind(binding(lport));
    await settle();
    calls.length = 0;
    daemon.setInterface(inPlace("a"));
    await reply(daemon, unreadable);
    expect(calls.filter((call) => call.startsWith("finish"))).toEqual(["finish a a"]);
  });

  test("is released when the daemon ends before the database is back", async () => {
    const { daemon, calls } = await bound("a");
    daemon.inSync = false;
    await reply(daemon, disconnected);
    await daemon.reconciler.stop();
    expect(calls).toEqual(["prepare a create", "release a a"]);
  });
});

test("without the lock nothing is sent", async () => {
  const { daemon } = await started();
  daemon.lock = null;
  daemon.bind(binding("a"));
  await settle();
  expect(daemon.sent).toEqual([]);
});

test("what was pushed in one turn is decided in one run", async () => {
  const { daemon } = await started();
  const before = daemon.runs;
  daemon.lock = null;
  for (const lport of ["a", "b", "c"]) daemon.bind(binding(lport));
  await settle();
  expect(daemon.runs - before).toBe(1);
});

describe("a row that makes a node throw", () => {
  /** Options that cannot be read so many times. */
  class Unreadable extends Map<string, string> {
    #left: number;
    readonly #thrown: unknown;
    constructor(
      options: ReadonlyMap<string, string>,
      times: number,
      thrown: unknown = new Error("unreadable"),
    ) {
      super(options);
      this.#left = times;
      this.#thrown = thrown;
    }
    override get(key: string): string | undefined {
      if (this.#left-- > 0) throw this.#thrown;
      return super.get(key);
    }
  }

  test("is decided a second later, though nothing else happens", async () => {
    const { daemon } = await started();
    const { options, ...row } = binding("a");
    daemon.bind({ ...row, options: new Unreadable(options, 1) });
    await settle();
    expect(daemon.lines).toContainEqual(expect.stringMatching(/threw.*unreadable.* at /s));
    expect(daemon.sent).toEqual([]);
    jest.advanceTimersByTime(1000);
    await settle();
    expect(daemon.sent.length).toBe(1);
  });

  test("and throws no error is told as well", async () => {
    const { daemon } = await started();
    const { options, ...row } = binding("a");
    daemon.bind({ ...row, options: new Unreadable(options, 1, "a mere text") });
    await settle();
    expect(daemon.lines).toContainEqual(expect.stringMatching(/threw.*: a mere text$/));
  });

  test("that cannot be read at all is looked at once a second", async () => {
    const { daemon } = await started();
    const { options, ...row } = binding("a");
    daemon.bind({ ...row, options: new Unreadable(options, Number.POSITIVE_INFINITY) });
    await settle();
    const before = daemon.runs;
    for (let second = 0; second < 3; second++) {
      jest.advanceTimersByTime(1000);
      await settle();
    }
    expect(daemon.runs - before).toBe(3);
    daemon.reconciler.schedule();
    await settle();
    expect([daemon.runs - before, jest.getTimerCount()]).toEqual([4, 1]);
    await daemon.reconciler.stop();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(10_000);
    await settle();
    expect(daemon.runs - before).toBe(4);
  });
});

test("a chassis on which nothing happens is left alone", async () => {
  const { daemon } = await started();
  const before = daemon.runs;
  jest.advanceTimersByTime(3_600_000);
  await settle();
  expect(daemon.runs).toBe(before);
});

test("what the outputs say is told when it is another than before, and not again", async () => {
  const { daemon } = await started();
  expect(daemon.locks).toEqual(["vifplugd_hv1"]);
  expect(daemon.targets).toEqual([{ kind: "unnamed" }]);
  const conditions = daemon.conditions.length;
  daemon.bind(binding("a"));
  await settle();
  expect([daemon.locks, daemon.targets, daemon.conditions].map(({ length }) => length)).toEqual([
    ...[1, 1, conditions],
  ]);
});

test("what was decided of the Southbound of before is left to the run after another one was named (U3)", async () => {
  const { daemon } = await started();
  daemon.setInterface(inPlace("a"));
  daemon.bind(binding("a"));
  await settle();
  daemon.onTarget = () => {
    daemon.reconciler.push(
      daemon.reconciler.graph.inputs.southbound,
      { synced: false, acknowledged: null },
      "another one",
    );
    daemon.bind(binding("c"));
  };
  daemon.bind(wantedRow({ "requested-chassis": "hv2" }, { ...elsewhere("a") }));
  daemon.bind(binding("b"));
  daemon.nameSouthbound("tcp:192.0.2.1:6642");
  await settle();
  const operations = JSON.stringify(daemon.next().operations);
  for (const lport of ["b", "c"]) expect(operations).toContain(`"name":"${lport}"`);
  expect(operations).not.toContain('"delete"');
  expect(daemon.sent).toEqual([]);
  expect(daemon.reconciler.statuses.get("a")?.change).toBeNull();
});

test("what was decided when another Southbound was named is sent also when nothing else happens", async () => {
  const { daemon } = await started();
  daemon.bind(binding("b"));
  daemon.nameSouthbound("tcp:192.0.2.1:6642");
  await settle();
  expect(daemon.sent).toHaveLength(1);
});

test("what the engine does is counted and timed, and told when it is slow", async () => {
  jest.useRealTimers();
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy").provider));
  const { statistics, graph } = daemon.reconciler;
  await daemon.start();
  statistics.options.computeLogThresholdMs = -1;
  daemon.bind(binding("a"));
  await settle();
  const [first] = statistics.history;
  for (const time of [first?.time, first?.reason.cause.time]) {
    expect(time).toBeWithin(Date.now() - HOUR_MS, Date.now() + HOUR_MS);
  }
  expect(statistics.of(graph.plug).recompute).toBeGreaterThan(0);
  expect(statistics.history.some(({ durationMs }) => durationMs > 0)).toBe(true);
  expect(daemon.lines).toContainEqual(expect.stringMatching(/ info plug: node: plug, /));
});

test("before the Southbound has said anything, ports that stay as they are are told for debugging alone", async () => {
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy").provider));
  daemon.setInterface(inPlace("a"));
  await daemon.startLocal();
  const told = daemon.lines.filter((line) => line.includes(" plug: a: "));
  expect(told).toEqual([expect.stringMatching(/ debug plug: a: plugged: ./)]);
});

test("nothing that changed is no reason for a run", async () => {
  const { daemon } = await started();
  const before = daemon.runs;
  daemon.reconciler.pushRows(daemon.reconciler.graph.inputs.iface, [], "update");
  await settle();
  expect(daemon.runs).toBe(before);
});

describe("when every port is decided anew", () => {
  const attempts = ({ reconciler: { engine, graph } }: PlugDaemon) => engine.data(graph.inputs.attempt);

  test("nothing is remembered of a port that nobody wants any more", async () => {
    const { daemon } = await started();
    daemon.setInterface(inPlace("a", { type: "tap" }));
    daemon.bind(binding("a"));
    await settle();
    await reply(daemon, refusal);
    expect([attempts(daemon).size, [...daemon.reconciler.ports.lports()]]).toEqual([1, ["a"]]);
    daemon.unbind(binding("a"));
    daemon.removeInterface(inPlace("a"));
    daemon.reconciler.recompute("test");
    await settle();
    expect([attempts(daemon).size, [...daemon.reconciler.ports.lports()]]).toEqual([0, []]);
  });

  test("what is asked anew is released, and what waits goes on to wait with the new answer", async () => {
    const { daemon, calls } = await started();
    daemon.setInterface(inPlace("a"));
    for (const lport of ["a", "b"]) daemon.bind(binding(lport));
    await settle();
    await reply(daemon, refusal);
    const ofPort = (lport: string) => calls.filter((call) => call.split(" ")[1] === lport);
    calls.length = 0;
    daemon.reconciler.recompute("test");
    await settle();
    expect(ofPort("a")).toEqual(["prepare a create", "release a a"]);
    // The former answer is released, and the new one is kept.
    expect(ofPort("b")).toEqual(["prepare b create", "release b b"]);
    await daemon.reconciler.stop();
    expect(ofPort("b")).toEqual(["prepare b create", "release b b", "release b b"]);
  });

  test("nothing is remembered of a port that waited to be decided, and that is gone", async () => {
    const { daemon } = await started();
    daemon.reconciler.push(
      daemon.reconciler.graph.inputs.localSession,
      { synced: true, lock: { kind: "asked", name: "vifplugd_hv1", held: false } },
      "standing by",
    );
    daemon.bind(binding("a"));
    await settle();
    const { ports } = daemon.reconciler;
    expect([daemon.reconciler.statuses.get("a")?.state, ports.history.lastChange("a") === null]).toEqual([
      "pending",
      false,
    ]);
    daemon.unbind(binding("a"));
    daemon.reconciler.recompute("test");
    await settle();
    expect(ports.history.lastChange("a")).toBeNull();
  });

  test("and nothing is told of a port that is gone", async () => {
    const { daemon } = await started();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await settle();
    expect([attempts(daemon).size, [...daemon.reconciler.ports.lports()]]).toEqual([0, ["a"]]);
    daemon.unbind(binding("a"));
    daemon.removeInterface(inPlace("a"));
    daemon.reconciler.recompute("test");
    await settle();
    expect([...daemon.reconciler.ports.lports()]).toEqual([]);
  });

  test.each([false, true])("nor of a port that nobody ever wanted (recomputed: %p)", async (isRecomputed) => {
    const { daemon } = await started();
    daemon.reconciler.answersChanged(["nobody"]);
    if (isRecomputed) daemon.reconciler.recompute("test");
    await settle();
    expect(attempts(daemon).size).toBe(0);
  });
});

describe("a provider that runs on its own", () => {
  async function hosted(lock: boolean) {
    const attended: Surroundings[] = [];
    const provider: HostedProvider = {
      type: "dummy",
      attend: (surroundings) => attended.push(surroundings),
      state: () => ({ state: "ready" }),
      describe: () => null,
      answer: () => ({ kind: "not-ready", reason: "it comes up" }),
    };
    const daemon = new PlugDaemon(registryOf(provider));
    const { localSession } = daemon.reconciler.graph.inputs;
    await daemon.start();
    attended.length = 0;
    daemon.reconciler.push(localSession, lock ? holder : standby, "lock");
    daemon.reconciler.schedule();
    await settle();
    return attended;
  }

  test("is told where ports are decided, as long as that is here", async () => {
    const [first] = await hosted(true);
    expect(first).toEqual({ vifplugd: VERSION, chassis: "hv1", bridge: "br-int" });
  });

  test("is left alone while the daemon stands by", async () => {
    expect(await hosted(false)).toEqual([]);
  });

  /** A daemon, and what its provider is told to forget. */
  async function forgetting() {
    const told: (readonly string[])[] = [];
    const provider: HostedProvider = {
      type: "dummy",
      attend() {},
      state: () => ({ state: "ready" }),
      describe: () => null,
      answer: ({ lport: { name } }) => ({
        kind: "plug",
        wanted: { name, type: "internal", options: {} },
      }),
      forget: (lports) => void told.push(lports),
    };
    const daemon = new PlugDaemon(registryOf(provider));
    await daemon.start();
    return { daemon, told };
  }

  test("is told to forget a port that is gone, and not before its change has an outcome", async () => {
    const { daemon, told } = await forgetting();
    daemon.bind(binding("a"));
    await settle();
    daemon.unbind(binding("a"));
    await settle();
    expect([daemon.sent.length, told]).toEqual([1, []]);
    await reply(daemon, refusal);
    expect(new Set(told.flat())).toEqual(new Set(["a"]));
    expect(told).not.toContainEqual([]);
  });

  test("forgets no port that is plugged, also while the daemon stands by", async () => {
    const { daemon, told } = await forgetting();
    daemon.setInterface(inPlace("a"));
    daemon.bind(binding("a"));
    await settle();
    daemon.reconciler.push(daemon.reconciler.graph.inputs.localSession, standby, "lock");
    await settle();
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("plugged");
    expect(told).toEqual([]);
  });
});

describe("verify", () => {
  test("runs what waits for a run first, and nothing else", async () => {
    const { daemon } = await started();
    const before = daemon.runs;
    expect(daemon.reconciler.verify(daemon.source).differences).toEqual([]);
    expect(daemon.runs - before).toBe(0);
    daemon.bind(binding("a"));
    expect(daemon.reconciler.verify(daemon.source).differences).toEqual([]);
    expect([daemon.runs - before, daemon.sent.length]).toEqual([2, 1]);
  });
});

describe("stop", () => {
  test("is the end of every run and every push", async () => {
    const { daemon } = await started();
    daemon.reconciler.schedule();
    await daemon.reconciler.stop();
    const before = daemon.runs;
    daemon.bind(binding("a"));
    daemon.reconciler.answersChanged(["a"]);
    daemon.reconciler.schedule();
    await settle();
    expect([daemon.runs - before, daemon.reconciler.engine.needsRun]).toEqual([0, false]);
  });

  test("waits for what is in flight, ends it, and decides nothing more (U5)", async () => {
    const { daemon, calls } = await bound("a");
    let stopped = false;
    const stopping = daemon.reconciler.stop().then(() => (stopped = true));
    daemon.bind(binding("b"));
    await settle();
    expect(stopped).toBe(false);
    daemon.next().reply({ ok: true });
    await stopping;
    expect(calls).toEqual(["prepare a create", "finish a a", "release a a"]);
    expect(daemon.sent).toEqual([]);
  });

  test("sends nothing again that was refused for another port's sake, because it knows no more what has changed (U3)", async () => {
    const { daemon, calls } = await bound("a", "b");
    const stopping = daemon.reconciler.stop();
    await reply(daemon, { ok: false, error: { ...refusal.error, operation: 1 } });
    await stopping;
    expect(daemon.sent).toEqual([]);
    const released = calls.filter((call) => call.startsWith("release"));
    expect(released.sort()).toEqual(["release a a", "release b b"]);
  });

  test("releases what waits for something else, and leaves no timer", async () => {
    const { daemon, calls } = await started({
      prepare: ({ lport }) =>
        lport.name === "w"
          ? notReady("no link")()
          : { ready: true, interface: { name: "taken", type: "", options: {} } },
    });
    const { iface } = daemon.reconciler.graph.inputs;
    const taken = pluggedRow("x", { _uuid: uuid(0x9999), name: "taken" });
    daemon.reconciler.pushRows(iface, [{ uuid: taken._uuid, old: null, new: taken }], "update");
    daemon.bind(binding("a"));
    daemon.bind(binding("w"));
    await settle();
    expect(daemon.reconciler.statuses.get("a")?.state).toBe("conflict");
    await daemon.reconciler.stop();
    expect(calls.filter((call) => call === "release a taken").length).toBe(1);
    const before = calls.length;
    jest.advanceTimersByTime(120_000);
    await settle();
    expect(calls.length).toBe(before);
  });
});
