// The daemon's parts, joined: what one of them says reaches the others, and their end leaves nothing undone.
import { describe, expect, test } from "bun:test";
import { explain } from "../../src/plug/explain.ts";
import { Ending } from "../../src/providers/ending.ts";
import type { HostedProvider } from "../../src/providers/hosted.ts";
import type { PrepareAnswer, PrepareInput, Provider, ProviderHost } from "../../src/providers/provider.ts";
import type { CountedEvent } from "../../src/view/coverage.ts";
import { text, uuidOf } from "../simulation/world/rows.ts";
import { plugAs, recordedProvider } from "../support/providers.ts";
import { joinedParts } from "./support/joined-parts.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

/** Parts with which nothing is missing, and which are at rest. */
function ready(provider?: Provider | HostedProvider) {
  const chassis = new SimulatedChassis();
  const parts = joinedParts(chassis, provider === undefined ? {} : { provider });
  chassis.until(() => parts.isReady());
  chassis.pass(1000);
  return { chassis, parts, counted: (event: CountedEvent) => parts.coverage.total(event) };
}

/** Somebody takes an interface off the bridge. */
function takeAway({ chassis }: SimulatedChassis, name: string): void {
  const found = chassis.onBridge().find(({ iface }) => text(iface, "name") === name);
  if (found === undefined) throw new Error(`there is no interface ${name}`);
  chassis.write([
    {
      ...{ op: "mutate", table: "Bridge", where: [["name", "==", "br-int"]] },
      mutations: [["ports", "delete", ["set", [["uuid", uuidOf(found.port)]]]]],
    },
  ]);
}

describe("what the cloud wants", () => {
  test("is plugged and unplugged, counted and told in the log", () => {
    const { chassis, parts, counted } = ready();
    chassis.want("a");
    expect(chassis.plugged()).toEqual(["a"]);
    expect(parts.lines).toContainEqual(expect.stringMatching(/^info plug: a: plugged/));
    chassis.cloud.set("a", null);
    chassis.pass(1000);
    expect(chassis.plugged()).toEqual([]);
    expect([counted("prepare_dummy"), counted("finish_dummy")]).toEqual([2, 2]);
    expect(counted("graph_run")).toBe(parts.runs());
  });

  test("is measured from the Southbound's word to the commit; what somebody undoes here is not", () => {
    const { chassis, parts } = ready();
    chassis.want("a");
    const [latency, ...others] = parts.latencies.recent;
    expect(others).toEqual([]);
    expect(latency?.milliseconds).toBeWithin(0, 100);
    takeAway(chassis, "a");
    chassis.pass(10_000);
    expect(chassis.plugged()).toEqual(["a"]);
    expect(parts.latencies.recent).toHaveLength(1);
  });

  test("is told of with the name of the chassis that has it, where that is another one", () => {
    const { chassis, parts } = ready();
    chassis.want("a");
    chassis.chassis.controller.stop();
    chassis.southbound.transact([
      {
        ...{ op: "insert", table: "Encap", "uuid-name": "encap" },
        row: { type: "geneve", ip: "192.0.2.2", chassis_name: "hv2" },
      },
      {
        ...{ op: "insert", table: "Chassis", "uuid-name": "other" },
        row: { name: "hv2", hostname: "node2", encaps: ["named-uuid", "encap"] },
      },
      {
        ...{ op: "update", table: "Port_Binding", where: [["logical_port", "==", "a"]] },
        row: { chassis: ["named-uuid", "other"] },
      },
    ]);
    chassis.pass(1000);
    expect(parts.statusOf("a")).toMatchObject({
      state: "plugged",
      reason: expect.stringContaining("chassis hv2 (node2) has it"),
    });
  });

  test("is finished once when the answer to its transaction is lost with the connection", () => {
    const { provider, calls } = recordedProvider("dummy");
    const { chassis, parts, counted } = ready(provider);
    const { server } = chassis.chassis;
    const { onCommit } = server;
    server.onCommit = (changes, writer) => {
      onCommit?.(changes, writer);
      if (writer === null) return;
      server.onCommit = onCommit;
      chassis.world.scheduler.after(0, () => server.dropClients());
    };
    chassis.want("a");
    chassis.pass(10_000);
    expect(chassis.plugged()).toEqual(["a"]);
    expect(calls.filter((call) => call.startsWith("finish"))).toEqual(["finish a a"]);
    expect([counted("txn_sent"), counted("ovs_disconnect")]).toEqual([1, 1]);
    expect(parts.statusOf("a")).toMatchObject({ state: "plugged", reason: null });
  });
});

/** A provider whose devices the test adds and gives away. */
class Devices {
  host: ProviderHost | null = null;
  /** Logical ports that have a device. */
  readonly found = new Set<string>();
  /** Whose the interfaces of others are. */
  readonly whose = new Map<string, string>();
  hasNews = false;
  readonly provider: Provider = {
    type: "dummy",
    init: (host) => {
      this.host = host;
    },
    run: () => this.#takeNews(),
    prepare: (input) => this.#answer(input),
  };
  readonly #plug = plugAs();

  #takeNews(): boolean {
    const had = this.hasNews;
    this.hasNews = false;
    return had;
  }

  #answer(input: PrepareInput): PrepareAnswer {
    const { operation, lport, interface: current } = input;
    const misplaced = this.whose.get(current?.name ?? "");
    const rest = misplaced === undefined ? {} : { misplaced };
    const isThere = operation === "remove" || this.found.has(lport.name);
    return { ...(isThere ? this.#plug(input) : { ready: false, reason: "no device yet" }), ...rest };
  }
}

describe("a provider", () => {
  test("that has found a device for a port is asked about it at once, however long ago the last try was", () => {
    const devices = new Devices();
    const { chassis, counted } = ready(devices.provider);
    chassis.want("a");
    chassis.pass(60_000);
    const tries = counted("port_retry");
    expect(tries).toBeGreaterThan(0);
    devices.found.add("a");
    devices.host?.wake(["a"]);
    chassis.pass(100);
    expect(chassis.plugged()).toEqual(["a"]);
    expect([counted("provider_wake"), counted("port_retry")]).toEqual([1, tries]);
  });

  test("that has found devices is asked about every port at once", () => {
    const devices = new Devices();
    const { chassis, counted } = ready(devices.provider);
    for (const lport of ["a", "b"]) chassis.want(lport);
    chassis.pass(60_000);
    const tries = counted("port_retry");
    for (const lport of ["a", "b"]) devices.found.add(lport);
    devices.hasNews = true;
    devices.host?.wake();
    chassis.pass(100);
    expect(chassis.plugged()).toEqual(["a", "b"]);
    expect(counted("port_retry")).toBe(tries);
  });

  test("that knows an interface to be another's by now has it unplugged, which is counted", () => {
    const devices = new Devices();
    const { chassis, counted } = ready(devices.provider);
    devices.found.add("a");
    chassis.want("a");
    expect(chassis.plugged()).toEqual(["a"]);
    devices.found.delete("a");
    devices.whose.set("a", "VF 3");
    devices.host?.wake(["a"]);
    chassis.pass(1000);
    expect(chassis.plugged()).toEqual([]);
    expect(counted("port_misplaced")).toBe(1);
  });

  test("is heard in the log, with its type, and its calls are timed", () => {
    const devices = new Devices();
    const { chassis, parts } = ready(devices.provider);
    devices.host?.log("info", "found 2 devices");
    expect(parts.lines.at(-1)).toBe("info provider: dummy: found 2 devices");
    chassis.want("a");
    const timed = parts.providerTimes.all.map(({ type, callback }) => `${type} ${callback}`);
    expect(timed).toContain("dummy prepare");
  });

  test("that starts late is asked about the ports that have waited for it", () => {
    let failures = 3;
    const { chassis } = ready({
      ...new Devices().provider,
      init: () => {
        if (failures-- > 0) throw new Error("the driver is not loaded");
      },
      prepare: plugAs(),
    });
    chassis.want("a");
    expect(chassis.plugged()).toEqual([]);
    chassis.until(() => chassis.plugged().length > 0);
    expect(chassis.plugged()).toEqual(["a"]);
  });
});

describe("the end", () => {
  test("waits for the answer to what is in flight, and tells the provider of that before the provider ends", async () => {
    const { provider, calls } = recordedProvider("dummy", { destroy: () => void calls.push("destroy") });
    const { chassis, parts } = ready(provider);
    chassis.world.network.weather.latency = 300;
    chassis.cloud.set("a", {
      ...{ type: "", parent: "" },
      options: new Map([
        ["requested-chassis", "hv1"],
        ["vif-plug-type", "dummy"],
      ]),
    });
    chassis.until(() => parts.reconciler.inFlight > 0);
    await parts.stop();
    expect(chassis.plugged()).toEqual(["a"]);
    expect(calls.slice(-3)).toEqual(["finish a a", "release a a", "destroy"]);
  });

  test("tries no provider again that has not started", async () => {
    const { chassis, parts } = ready({
      ...new Devices().provider,
      init: () => {
        throw new Error("the driver is not loaded");
      },
    });
    await parts.stop();
    expect(chassis.process.leftOver.timers).toBe(0);
  });

  test("gives a provider that is a program two seconds and a half to end", async () => {
    const end = Promise.withResolvers<void>();
    let isForced = false;
    const force = () => {
      isForced = true;
      end.resolve();
    };
    const { chassis, parts } = ready({
      ...new Devices().provider,
      destroy: () => new Ending(end.promise, force),
    });
    const began = chassis.process.elapsed();
    await parts.stop();
    expect(isForced).toBe(true);
    expect(chassis.process.elapsed() - began).toBeWithin(2500, 3000);
  });
});

describe("a node of the graph that throws", () => {
  /** As long as it is out of order, the node that reads it throws. */
  class OutOfOrder implements Provider {
    readonly type = "dummy";
    readonly prepare = plugAs();
    isOut = false;
    get maintainedOptions(): readonly string[] {
      if (this.isOut) throw new RangeError("out of order");
      return [];
    }
  }

  test("is counted and told, and nothing is ready until the node has been recomputed", () => {
    const provider = new OutOfOrder();
    const { chassis, parts, counted } = ready(provider);
    provider.isOut = true;
    chassis.want("a");
    expect(parts.reconciler.obstacle).toEqual({
      code: "internal-error",
      reason: expect.stringMatching(/^an internal error in node advice \(\w+\): out of order; .* report/),
    });
    expect(parts.isReady()).toBe(false);
    const { engine, graph, obstacle } = parts.reconciler;
    const reason = obstacle?.reason;
    expect(explain(engine, graph, "a", reason)).toMatchObject({ status: null, remedy: reason });
    expect(parts.lines).toContainEqual(
      expect.stringMatching(/^error plug: internal error, please report it: node advice: \w+ threw, .* at /s),
    );
    const before = counted("internal_error");
    expect(before).toBeGreaterThan(0);
    chassis.pass(3000);
    expect(counted("internal_error")).toBe(before + 3);
    expect(chassis.plugged()).toEqual([]);
    provider.isOut = false;
    chassis.pass(1500);
    expect(parts.isReady()).toBe(true);
    expect(chassis.plugged()).toEqual(["a"]);
    expect(counted("internal_error")).toBe(before + 3);
  });
});
