// The changes that are on their way, and what became of each port's last one: how often it is sent, and what is remembered.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { LATE_MS } from "../../../src/daemon/reconcile/transactor.ts";
import type { Attempt } from "../../../src/plug/attempt.ts";
import type { PrepareAnswer, PrepareInput } from "../../../src/providers/provider.ts";
import { PlugDaemon, settle } from "../../support/plug-daemon.ts";
import { type Calls, plugAs, recordedProvider, registryOf } from "../../support/providers.ts";
import { map, pluggedRow, uuid, wantedRow } from "../../support/rows.ts";
import { transactError } from "../../support/works.ts";

const SHORT_WHILE_MS = 60_000;
const PERIOD_MS = 5 * 60_000;
const refusal = { ok: false, error: transactError("constraint violation", { details: "no" }) } as const;
const disconnected = { ok: false, error: transactError("disconnected") } as const;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

function binding(lport: string, options = {}) {
  return wantedRow(options, { logical_port: lport, _uuid: uuid(0x8000 + lport.charCodeAt(0)) });
}

function inPlace(lport: string, columns = {}) {
  return pluggedRow(lport, { _uuid: uuid(0x9000 + lport.charCodeAt(0)), options: map(), ...columns });
}

async function started(prepare: (input: PrepareInput) => PrepareAnswer = plugAs()) {
  const calls: Calls = [];
  let isChanged = false;
  const run = () => {
    const was = isChanged;
    isChanged = false;
    return was;
  };
  const daemon = new PlugDaemon(registryOf(recordedProvider("dummy", { prepare, run }, calls).provider));
  await daemon.start();
  return {
    daemon,
    calls,
    attempt: (lport = "a"): Attempt | undefined =>
      daemon.reconciler.engine.data(daemon.reconciler.graph.inputs.attempt).get(lport),
    state: (lport = "a") => daemon.reconciler.statuses.get(lport),
    async bind(lport: string, options = {}): Promise<void> {
      daemon.bind(binding(lport, options));
      await settle();
    },
    async reply(result: Parameters<ReturnType<PlugDaemon["next"]>["reply"]>[0]): Promise<void> {
      daemon.next().reply(result);
      await settle();
    },
    /** The provider's tables are others. */
    async change(): Promise<void> {
      isChanged = true;
      daemon.reconciler.schedule();
      await settle();
    },
    async pass(milliseconds: number): Promise<void> {
      jest.advanceTimersByTime(milliseconds);
      await settle();
    },
    /** How many runs this leads to. */
    async runsOf(act: () => unknown): Promise<number> {
      const before = daemon.runs;
      act();
      await settle();
      return daemon.runs - before;
    },
  };
}

describe("a provider has another answer", () => {
  test("in the very turn in which its port's change was sent: it is not sent twice (T2)", async () => {
    const { daemon, bind, attempt } = await started();
    daemon.onRun = () => {
      if (daemon.sent.length === 1 && attempt()?.phase !== "in-flight") {
        daemon.reconciler.answersChanged(["a"]);
      }
    };
    await bind("a");
    expect(daemon.sent).toHaveLength(1);
    expect(attempt()?.phase).toBe("in-flight");
    const { engine, graph } = daemon.reconciler;
    expect(engine.slots.get(graph.inputs.attempt)?.context.cause.label).toBe("sent to the database");
  });

  test("while the change is on its way: its port is asked about again when that has arrived", async () => {
    const { daemon, calls, bind, reply } = await started();
    await bind("a");
    daemon.reconciler.answersChanged(["a"]);
    await settle();
    expect([daemon.sent.length, calls]).toEqual([1, ["prepare a create"]]);
    daemon.setInterface(inPlace("a"));
    await reply({ ok: true });
    expect(calls.filter((call) => call === "prepare a create")).toHaveLength(2);
    calls.length = 0;
    daemon.reconciler.schedule();
    await settle();
    expect(calls).toEqual([]);
  });

  test("while nobody knows what became of the change: its port is asked about again when somebody does", async () => {
    const { daemon, calls, bind, reply } = await started();
    await bind("a");
    daemon.inSync = false;
    await reply(disconnected);
    daemon.reconciler.answersChanged(["a"]);
    daemon.setInterface(inPlace("a"));
    await settle();
    expect(calls).toEqual(["prepare a create"]);
    daemon.inSync = true;
    daemon.reconciler.schedule();
    await settle();
    expect(calls.filter((call) => call === "prepare a create")).toHaveLength(2);
  });

  test("twice in one turn: both count", async () => {
    const { daemon, bind, reply, attempt } = await started();
    daemon.setInterface(inPlace("a"));
    await bind("a");
    daemon.reconciler.answersChanged(["a"]);
    daemon.reconciler.answersChanged(["a"]);
    await settle();
    expect(attempt()).toEqual({ phase: "idle", nonce: 2 });
    await bind("b");
    await reply({ ok: true });
  });

  test("of no port: nothing is run for that", async () => {
    const { daemon, runsOf } = await started();
    expect(await runsOf(() => daemon.reconciler.answersChanged([]))).toBe(0);
  });
});

describe("a transaction without an answer", () => {
  const told = ({ lines }: PlugDaemon) =>
    lines.filter((line) => line.includes("has not answered a transaction"));

  test("is told of once, in the log and as the reason of its ports, and its answer counts when it comes", async () => {
    const { daemon, bind, state, attempt, reply, pass } = await started();
    await bind("a");
    await pass(LATE_MS - 1);
    expect([state()?.reason, told(daemon)]).toEqual(["sent to the database", []]);
    await pass(1);
    expect(state()).toMatchObject({
      state: "pending",
      reason: "sent to the database, which has not said what became of it: no answer within 10 s",
    });
    await pass(10 * LATE_MS);
    expect(told(daemon)).toEqual([expect.stringMatching(/ warn plug: .* logical port a cannot be decided /)]);
    expect(daemon.sent).toHaveLength(1);
    daemon.setInterface(inPlace("a"));
    await reply({ ok: true });
    expect([state()?.state, attempt()?.phase]).toEqual(["plugged", "idle"]);
  });

  test("is told of with how many ports it has, and the first of them", async () => {
    const { daemon, pass } = await started();
    for (const lport of ["a", "b"]) daemon.bind(binding(lport));
    await settle();
    await pass(LATE_MS);
    expect(told(daemon)).toEqual([expect.stringContaining(" 2 logical ports (a, …) cannot be decided ")]);
  });

  test("that is lost in the end is decided from what the rows tell", async () => {
    const { daemon, bind, state, reply, pass } = await started();
    await bind("a");
    await pass(LATE_MS);
    await reply(disconnected);
    // It is not there, and was sent once more.
    expect(state()?.reason).toBe("sent to the database");
    daemon.setInterface(inPlace("a"));
    await reply({ ok: true });
    expect(state()?.state).toBe("plugged");
  });

  test("that was answered in time is not told of", async () => {
    const { daemon, bind, reply, pass } = await started();
    await bind("a");
    daemon.setInterface(inPlace("a"));
    await reply({ ok: true });
    await pass(2 * LATE_MS);
    expect(told(daemon)).toEqual([]);
  });
});

describe("a transaction that is refused for want of the lock", () => {
  const notOwner = { ok: false, error: transactError("not owner") } as const;

  test("says nothing against its change when the lock has been taken away", async () => {
    const { daemon, bind, reply, attempt, state } = await started();
    await bind("a");
    daemon.lock = null;
    await reply(notOwner);
    expect([attempt()?.phase, state()?.retry, daemon.sent.length]).toEqual(["idle", false, 0]);
  });

  test("is tried again with back-off when the server has not taken the lock away", async () => {
    const { daemon, bind, reply, attempt } = await started();
    await bind("a");
    await reply(notOwner);
    expect([attempt()?.phase, daemon.sent.length]).toEqual(["failed", 0]);
    expect(daemon.reconciler.ports.nextTry("a")).toBeGreaterThan(Date.now());
  });
});

test("how many changes are on their way is known", async () => {
  const { daemon, bind, reply } = await started();
  await bind("a");
  await bind("b");
  expect(daemon.reconciler.inFlight).toBe(2);
  daemon.setInterface(inPlace("a"));
  await reply({ ok: true });
  expect(daemon.reconciler.inFlight).toBe(1);
});

test("the end waits for every change that is on its way", async () => {
  const { daemon, bind, reply } = await started();
  await bind("a");
  await bind("b");
  let isStopped = false;
  const stopping = daemon.reconciler.stop().then(() => {
    isStopped = true;
  });
  await reply({ ok: true });
  expect(isStopped).toBe(false);
  daemon.next().reply({ ok: true });
  await stopping;
});

test("at the end nobody knows of a change in doubt, and that is told", async () => {
  const { daemon, bind, reply } = await started();
  await bind("a");
  daemon.inSync = false;
  await reply(disconnected);
  await daemon.reconciler.stop();
  expect(daemon.lines.at(-1)).toEndWith("warn plug: a: not written: disconnected");
});

test("a change that goes on its own after a refusal is sent at once, and not called outdated", async () => {
  const { daemon, reply } = await started();
  for (const lport of ["a", "b"]) daemon.bind(binding(lport));
  await settle();
  await reply({ ok: false, error: { ...refusal.error, operation: 1 } });
  expect(daemon.sent).toHaveLength(1);
  expect(daemon.lines.filter((line) => line.includes("not sent again"))).toEqual([]);
});

test("why an interface goes is told with that", async () => {
  const { daemon, bind, reply } = await started();
  daemon.setInterface(inPlace("a"));
  await bind("a");
  daemon.bind({ ...binding("a", { "requested-chassis": "hv2" }), requested_chassis: null });
  await settle();
  daemon.removeInterface(inPlace("a"));
  await reply({ ok: true });
  const [told = ""] = daemon.lines.filter((line) => line.includes("plug: a: unplugged interface a: "));
  expect(told).toMatch(/unplugged interface a: \w/);
  expect(told).not.toContain("undefined");
});

describe("what made a port be decided", () => {
  test("is told when its change is committed, and not when it is refused", async () => {
    const { daemon, bind, reply } = await started();
    await bind("a");
    await bind("b");
    await reply(refusal);
    expect(daemon.committed).toEqual([]);
    await reply({ ok: true });
    expect(daemon.committed).toMatchObject([{ source: "port_binding", label: "update", key: "b" }]);
  });

  test("is not told where every port was decided", async () => {
    const { daemon, reply } = await started();
    daemon.lock = null;
    daemon.bind(binding("a"));
    await settle();
    daemon.lock = "vifplugd_hv1";
    daemon.bind(binding("a", { "vif-plug-mtu-request": "1400" }));
    daemon.reconciler.recompute("test");
    await settle();
    await reply({ ok: true });
    expect(daemon.committed).toHaveLength(0);
  });
});

test("a port that was tried again keeps that count when it has stayed in place for a while", async () => {
  const { daemon, bind, reply, pass, state } = await started();
  await bind("a");
  await reply(refusal);
  await pass((daemon.reconciler.ports.nextTry("a") ?? 0) - Date.now());
  expect(daemon.retries).toBe(1);
  daemon.setInterface(inPlace("a"));
  await reply({ ok: true });
  const { tries } = state() ?? {};
  expect(tries).toBeGreaterThan(0);
  await pass(3 * PERIOD_MS);
  expect(state()?.tries).toBe(tries ?? 0);
});

describe("an interface that had become somebody else's", () => {
  /** Port `a` is plugged as eth0, which then is another's. */
  async function misplaced() {
    const device = { name: "eth0", whose: "VF 1" as string | null };
    const all = await started(({ operation, interface: current }) => {
      const rest = device.whose !== null && current?.name === "eth0" ? { misplaced: device.whose } : {};
      if (operation === "remove") return { ready: true, ...rest };
      return { ready: true, interface: { name: device.name, type: "internal", options: {} }, ...rest };
    });
    const { daemon, bind, change } = all;
    const eth0 = inPlace("a", { name: "eth0" });
    daemon.setInterface(eth0);
    device.whose = null;
    await bind("a");
    expect(daemon.sent).toEqual([]);
    device.whose = "VF 1";
    device.name = "eth1";
    await change();
    expect(daemon.sent).toHaveLength(1);
    return { ...all, eth0, device };
  }

  test("is counted when it is gone, for a while", async () => {
    const { daemon, eth0, attempt, reply, pass } = await misplaced();
    daemon.removeInterface(eth0);
    daemon.setInterface(inPlace("b", { name: "eth1", external_ids: eth0.external_ids }));
    await reply({ ok: true });
    expect([daemon.misplaced, attempt()?.sentAway]).toEqual([1, { times: 1 }]);
    await pass(SHORT_WHILE_MS - 1);
    expect(attempt()?.sentAway).toEqual({ times: 1 });
    await pass(1);
    expect(attempt()?.sentAway).toBeUndefined();
    expect(attempt()?.written?.times).toEqual(new Map([["interface", 1]]));
  });

  test("is not counted when its change is refused", async () => {
    const { daemon, reply } = await misplaced();
    await reply(refusal);
    expect(daemon.misplaced).toBe(0);
  });

  test("does not count where it stayed its own", async () => {
    const { daemon, bind, reply } = await started();
    await bind("a");
    daemon.setInterface(inPlace("a"));
    await reply({ ok: true });
    expect(daemon.misplaced).toBe(0);
    await daemon.reconciler.stop();
    expect(jest.getTimerCount()).toBe(0);
  });

  test("counts on while another change of its port is on its way, which is not sent twice", async () => {
    const { daemon, eth0, attempt, bind, reply, pass } = await misplaced();
    const eth1 = inPlace("b", { name: "eth1", external_ids: eth0.external_ids });
    daemon.removeInterface(eth0);
    daemon.setInterface(eth1);
    await reply({ ok: true });
    await bind("a", { "vif-plug-mtu-request": "1400" });
    expect(daemon.sent).toHaveLength(1);
    await pass(SHORT_WHILE_MS);
    expect([daemon.sent.length, attempt()?.phase, attempt()?.sentAway]).toEqual([
      1,
      "in-flight",
      { times: 1 },
    ]);
    daemon.setInterface({ ...eth1, mtu_request: 1400 });
    await reply({ ok: true });
    await pass(SHORT_WHILE_MS);
    expect(attempt()?.sentAway).toBeUndefined();
  });

  test("is nothing to be remembered of a port that is forgotten meanwhile", async () => {
    const { daemon, eth0, attempt, bind, reply, runsOf } = await misplaced();
    daemon.unbind(binding("a"));
    daemon.removeInterface(eth0);
    await reply({ ok: true });
    expect(attempt()).toBeUndefined();
    const eth1 = inPlace("b", { name: "eth1", external_ids: eth0.external_ids });
    daemon.setInterface(eth1);
    await bind("a", { "vif-plug-mtu-request": "1400" });
    daemon.setInterface({ ...eth1, mtu_request: 1400 });
    await reply({ ok: true });
    expect(attempt()?.phase).toBe("idle");
    expect(await runsOf(() => jest.advanceTimersByTime(SHORT_WHILE_MS))).toBe(0);
  });

  test("leaves no timer at the end", async () => {
    const { daemon, eth0, reply } = await misplaced();
    daemon.removeInterface(eth0);
    daemon.setInterface(inPlace("b", { name: "eth1", external_ids: eth0.external_ids }));
    await reply({ ok: true });
    await daemon.reconciler.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
