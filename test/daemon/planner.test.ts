// `vifplugd plan`: one look at what would be done, which writes nothing and takes no lock.
import { describe, expect, test } from "bun:test";
import { makePlan } from "../../src/daemon/planner.ts";
import { onBehalfOf } from "../../src/providers/culprit.ts";
import type { HostedProvider } from "../../src/providers/hosted.ts";
import type { Provider, ProviderHost } from "../../src/providers/provider.ts";
import { plugAs } from "../support/providers.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

interface Circumstances {
  readonly yaml?: string;
  readonly systemIdOverride?: string;
  /** Takes the place of the provider that the configuration names. */
  readonly provider?: Provider | HostedProvider;
  /** Is thrown outside of any call, so many milliseconds after the start. */
  readonly stray?: { readonly afterMs: number; readonly error: unknown; readonly of?: string };
}

async function planned(chassis: SimulatedChassis, circumstances: Circumstances = {}) {
  const { yaml, systemIdOverride = null, provider, stray } = circumstances;
  const { environment } = chassis.process;
  const warnings: string[] = [];
  const started = chassis.process.elapsed();
  const plan = await chassis.settled(
    makePlan({
      config: chassis.config(yaml, provider),
      systemIdOverride,
      warn: (message) => warnings.push(message),
      onStrayErrors: (listener) => {
        if (stray === undefined) return () => {};
        return environment.timer(stray.afterMs, () => {
          if (stray.of === undefined) listener(stray.error);
          else onBehalfOf(stray.of, () => listener(stray.error));
        });
      },
      environment,
    }),
  );
  return { plan, warnings, took: chassis.process.elapsed() - started };
}

/** An interface that was plugged for a logical port which is not there any more. */
function plugLeftover({ chassis }: SimulatedChassis): void {
  const ids = [
    ["iface-id", "gone"],
    ["ovn-plugged", "dummy"],
  ];
  const external_ids = ["map", ids];
  chassis.write([
    {
      op: "insert",
      table: "Interface",
      row: { name: "gone", type: "internal", external_ids },
      "uuid-name": "i",
    },
    { op: "insert", table: "Port", row: { name: "gone", interfaces: ["named-uuid", "i"] }, "uuid-name": "p" },
    {
      ...{ op: "mutate", table: "Bridge", where: [["name", "==", "br-int"]] },
      mutations: [["ports", "insert", ["set", [["named-uuid", "p"]]]]],
    },
  ]);
}

test("says what would be plugged, and plugs nothing", async () => {
  const chassis = new SimulatedChassis();
  chassis.want("a", { "vif-plug-mtu-request": "1400" });
  chassis.want("b", { "vif-plug-type": "other" });
  const { plan, warnings, took } = await planned(chassis);
  expect(plan).toMatchObject({
    ok: true,
    value: {
      chassis: "hv1",
      bridge: "br-int",
      changes: [{ lport: "a", change: "create", mtu_request: 1400 }],
      ports: [{ lport: "b", state: "no-provider" }],
    },
  });
  expect(warnings).toEqual([]);
  expect(chassis.plugged()).toEqual([]);
  expect(chassis.requests).not.toContain("lock");
  expect(took).toBeLessThan(5000);
});

test("leaves no connection and no timer behind", async () => {
  const chassis = new SimulatedChassis();
  await planned(chassis);
  expect(chassis.process.leftOver.timers).toBe(0);
  chassis.pass(60_000);
  expect(chassis.process.leftOver).toEqual({ timers: 0, connections: 0 });
});

test("waits five seconds for a local database that is not there, and says that it is not", async () => {
  const chassis = new SimulatedChassis();
  chassis.chassis.server.kill();
  const { plan, took } = await planned(chassis);
  expect(plan).toMatchObject({ ok: false, error: expect.stringMatching(/Open_vSwitch.*; .*refused/) });
  expect(took).toBeWithin(5000, 30_000);
});

test("waits half a minute for a database that is there and does not answer", async () => {
  const chassis = new SimulatedChassis();
  chassis.want("a");
  chassis.southbound.servers[0]?.halt(8000);
  const late = await planned(chassis);
  expect(late.plan).toMatchObject({ ok: true, value: { changes: [{ lport: "a" }] } });
  expect(late.took).toBeWithin(8000, 30_000);
  chassis.southbound.servers[0]?.halt(100_000);
  const { plan, took } = await planned(chassis);
  expect(plan).toMatchObject({
    ok: false,
    error: expect.stringMatching(
      /^the Southbound is not connected .*; \S+: not all has arrived within 30 s$/,
    ),
  });
  expect(took).toBeWithin(5000, 40_000);
});

test("says of a port that has gone that its interface goes, however slow the Southbound is to say so", async () => {
  for (const latency of [0.2, 200, 235, 400]) {
    const chassis = new SimulatedChassis();
    plugLeftover(chassis);
    chassis.world.network.weather.latency = latency;
    const { plan, took } = await planned(chassis);
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "gone", change: "remove" }] } });
    expect(took).toBeLessThan(10_000);
  }
});

describe("a Southbound that is silent when it is asked for a port by name", () => {
  /** The Southbound is silent for so long, from that question on. */
  async function plannedIn(
    silentMs: number,
    circumstances: (chassis: SimulatedChassis) => Circumstances = () => ({}),
  ) {
    const chassis = new SimulatedChassis();
    plugLeftover(chassis);
    const plan = planned(chassis, {
      ...circumstances(chassis),
      yaml: "southbound: { probe_interval_ms: 0 }\nproviders: [{ type: dummy }]",
    });
    const questions = () => chassis.requests.filter((method) => method.startsWith("monitor_cond")).length;
    // Two for each database, and one for the name.
    chassis.until(() => questions() === 5);
    chassis.southbound.servers[0]?.halt(silentMs);
    return await plan;
  }

  test("is waited for, because the port may be due to go", async () => {
    const { plan, took } = await plannedIn(8000);
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "gone", change: "remove" }] } });
    expect(took).toBeWithin(8000, 10_000);
  });

  test("is waited for no longer than until it answers, also while a provider never comes to rest", async () => {
    const forEver = Array.from({ length: 1000 }, () => "a");
    const { plan, took } = await plannedIn(8000, (chassis) => ({
      provider: searching(chassis, 100, forEver),
    }));
    expect(plan.ok).toBe(true);
    expect(took).toBeWithin(8000, 10_000);
  });

  test("for half a minute leads to no plan, and to the reason why", async () => {
    const { plan, took } = await plannedIn(100_000);
    expect(plan).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^the Southbound has not said .* gone/),
    });
    expect(took).toBeWithin(30_000, 40_000);
  });
});

test("is of the chassis that it is told to be", async () => {
  const chassis = new SimulatedChassis();
  const { plan } = await planned(chassis, { systemIdOverride: "hv7" });
  expect(plan).toMatchObject({ ok: false, error: expect.stringContaining("no Chassis row") });
});

test("says of a chassis that the Southbound does not know what is missing", async () => {
  const chassis = new SimulatedChassis();
  chassis.chassis.leave();
  chassis.pass(1000);
  const { plan } = await planned(chassis);
  expect(plan).toMatchObject({ ok: false, error: expect.stringMatching(/^[^;]*no Chassis row[^;]*$/) });
});

/** A provider that finds a device for one port after the other, each so many milliseconds after the one before. */
function searching({ process }: SimulatedChassis, everyMs: number, lports: Iterable<string>): Provider {
  const found = new Set<string>();
  const left = lports[Symbol.iterator]();
  const plug = plugAs();
  let search = () => {};
  const findNext = ({ wake }: ProviderHost) => {
    search = process.environment.timer(everyMs, () => {
      const { done, value } = left.next();
      if (done === true) return;
      found.add(value);
      wake([value]);
      findNext({ wake, log: () => {} });
    });
  };
  return {
    type: "dummy",
    init: findNext,
    prepare: (input) =>
      found.has(input.lport.name) ? plug(input) : { ready: false, reason: "no device yet" },
    destroy: () => search(),
  };
}

test("waits until a provider that looks for devices in the background has found no more", async () => {
  const chassis = new SimulatedChassis();
  for (const lport of ["a", "b", "c"]) chassis.want(lport);
  const { plan, took } = await planned(chassis, { provider: searching(chassis, 200, ["a", "b", "c"]) });
  const creates = ["a", "b", "c"].map((lport) => ({ lport, change: "create" }));
  expect(plan).toMatchObject({ ok: true, value: { changes: creates } });
  expect(took).toBeLessThan(5000);
});

test("waits no longer than five seconds for a provider that never comes to rest, and leaves no timer behind", async () => {
  const chassis = new SimulatedChassis();
  chassis.want("a");
  const forEver = Array.from({ length: 1000 }, () => "a");
  const { plan, took } = await planned(chassis, { provider: searching(chassis, 100, forEver) });
  expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "a", change: "create" }] } });
  expect(took).toBeWithin(5000, 6000);
  expect(chassis.process.leftOver.timers).toBe(0);
});

test("waits for the provider of one port that has been asked and has not answered yet", async () => {
  const chassis = new SimulatedChassis();
  for (const lport of ["slow", "quick"]) chassis.want(lport);
  const { environment } = chassis.process;
  let isKnown = false;
  const provider: HostedProvider = {
    type: "dummy",
    init: ({ wake }) =>
      void environment.timer(2000, () => {
        isKnown = true;
        wake(["slow"]);
      }),
    attend() {},
    state: () => ({ state: "ready" }),
    describe: () => null,
    answer: ({ lport: { name } }) =>
      name === "quick" || isKnown
        ? { kind: "plug", wanted: { name, type: "internal", options: {} } }
        : { kind: "not-ready", reason: "asked", awaited: true },
  };
  const { plan, took } = await planned(chassis, { provider });
  expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "quick" }, { lport: "slow" }] } });
  expect(took).toBeWithin(2000, 5000);
});

test("says of a provider that does not start why, and does not try to start it when the plan is made", async () => {
  const chassis = new SimulatedChassis();
  chassis.want("a");
  const provider: Provider = {
    type: "dummy",
    init: () => {
      throw new Error("the device is not there");
    },
    prepare: plugAs(),
  };
  const { plan, warnings } = await planned(chassis, { provider });
  expect(plan).toMatchObject({ ok: true, value: { changes: [], ports: [{ lport: "a" }] } });
  expect(warnings).toEqual([expect.stringMatching(/^provider dummy: .*: the device is not there$/)]);
  expect(chassis.process.leftOver.timers).toBe(0);
});

test("of a chassis without ports is there at once, and says that nothing is to be done", async () => {
  const { plan, took } = await planned(new SimulatedChassis());
  expect(plan).toMatchObject({ ok: true, value: { changes: [], ports: [] } });
  expect(took).toBeLessThan(5000);
});

describe("an internal error", () => {
  /** A provider of the executable with a fault outside of its calls: the node of the graph that reads the provider throws. */
  function failing(times: number): Provider {
    let left = times;
    return {
      type: "dummy",
      get maintainedOptions(): readonly string[] {
        if (left-- > 0) throw new RangeError("out of order");
        return [];
      },
      prepare: plugAs(),
    };
  }

  test("in a node of the graph makes no plan, and says what happened, where, and what to do", async () => {
    const chassis = new SimulatedChassis();
    chassis.want("a");
    const { plan, took } = await planned(chassis, { provider: failing(Number.POSITIVE_INFINITY) });
    expect(plan).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /^an internal error in node advice \(\w+\), so no plan can be made; please report the error, .*RangeError: out of order\n +at /,
      ),
    });
    expect(took).toBeWithin(5000, 6000);
    expect(chassis.process.leftOver.timers).toBe(0);
  });

  test("that is over at the next run keeps nobody from the plan", async () => {
    const chassis = new SimulatedChassis();
    chassis.want("a");
    const { plan, took } = await planned(chassis, { provider: failing(1) });
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "a", change: "create" }] } });
    expect(took).toBeWithin(1000, 5000);
  });

  test("outside of any call makes no plan, and says so at once", async () => {
    const chassis = new SimulatedChassis();
    const stray = { afterMs: 10, error: new RangeError("out of order") };
    const { plan, took } = await planned(chassis, { stray });
    expect(plan).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /^an internal error outside of the graph, .* please report .*RangeError: out of order\n +at /,
      ),
    });
    expect(took).toBeLessThan(5000);
  });

  test("outside of any call that is a provider's is told by the provider's name, beside the plan", async () => {
    const chassis = new SimulatedChassis();
    chassis.want("a");
    const stray = { afterMs: 10, error: new RangeError("out of order"), of: "dummy" };
    const { plan, warnings } = await planned(chassis, { stray });
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "a", change: "create" }] } });
    expect(warnings).toEqual(["provider dummy: threw outside of a call: out of order"]);
  });
});
