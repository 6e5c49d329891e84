// What a start asks a real Southbound of every kind: one pass over Port_Binding, whatever becomes of the Chassis row meanwhile.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type Environment, realEnvironment } from "ovsdb-jsonrpc";
import { CHASSIS_WITHIN_MS } from "../../../src/daemon/databases/chassis-lookup.ts";
import type { Message } from "../../ovsdb-jsonrpc/support/proxy.ts";
import { KINDS, type Servers, startServers } from "./support/southbound-servers.ts";
import { LPORT, op, type Stage, setStage } from "./support/stage.ts";

/** A lookup that is not answered is given up at once. */
const impatient: Environment = {
  ...realEnvironment,
  timer: (milliseconds, call) =>
    realEnvironment.timer(milliseconds === CHASSIS_WITHIN_MS ? 0 : milliseconds, call),
};

const isLookup = ({ method }: Message) => method === "transact";
const isMonitor = ({ method, params }: Message) =>
  method === "monitor_cond_since" && params?.[0] === "OVN_Southbound";

describe.each(KINDS)("a start at a %s", (kind) => {
  let servers: Servers;
  let stage: Stage;
  beforeAll(async () => {
    servers = await startServers(kind);
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  beforeEach(async () => {
    stage = await setStage(servers);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  /** Settled: what is known for sure is of the chassis as it is now. */
  const knows = (uuid: string | null) =>
    stage.until(() => stage.known()?.chassisName === "hv1" && stage.known()?.chassisUuid === uuid);

  /** The requests that make the server pass over Port_Binding. */
  const passes = () =>
    stage.requests
      .filter((message) => isMonitor(message) || message.method === "monitor_cond_change")
      .map(({ method }) => method);

  /** Lets something happen between the answer about the Chassis row and the monitor. */
  async function beforeTheMonitor(happen: () => Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.rules.fromChassis = (message) => {
      if (!isMonitor(message)) return "pass";
      resolve();
      return "hold";
    };
    stage.connect();
    await promise;
    await happen();
    stage.rules.fromChassis = () => "pass";
    stage.proxy.release();
  }

  const newRow = () =>
    [
      op.insert("Encap", { type: "geneve", ip: "192.0.2.9", chassis_name: "hv1" }, "again"),
      op.insert("Chassis", { name: "hv1", hostname: "hv1.example", encaps: [stage.named("again")] }, "hv1"),
    ] as const;
  const noRow = () => op.delete("Chassis", [["name", "==", "hv1"]]);
  const here = () =>
    op.update("Port_Binding", [["logical_port", "==", LPORT]], { requested_chassis: stage.named("hv1") });

  async function replaceRow(): Promise<string> {
    const results = await stage.write(noRow(), ...newRow(), here());
    return uuidOf(results[2]);
  }

  test("passes over Port_Binding once", async () => {
    stage.connect();
    await knows(stage.chassis.here);
    expect(stage.isInView()).toBe(true);
    expect(passes()).toEqual(["monitor_cond_since"]);
  });

  test("sees that the Chassis row was replaced since it was looked up, and asks by the new one", async () => {
    let uuid = "";
    await beforeTheMonitor(async () => {
      uuid = await replaceRow();
    });
    await knows(uuid);
    expect(stage.isInView()).toBe(true);
    expect(passes()).toEqual(["monitor_cond_since", "monitor_cond_change"]);
  });

  test("sees that the Chassis row went since it was looked up, and asks by name until there is another", async () => {
    await beforeTheMonitor(() => stage.write(noRow()));
    await knows(null);
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    const results = await stage.write(...newRow(), here());
    await knows(uuidOf(results[1]));
    expect(stage.isInView()).toBe(true);
  });

  test("sees that the Chassis row came since it was looked up", async () => {
    await stage.write(noRow());
    await stage.hasNoRow();
    let uuid = "";
    await beforeTheMonitor(async () => {
      uuid = uuidOf((await stage.write(...newRow(), here()))[1]);
    });
    await knows(uuid);
    expect(stage.isInView()).toBe(true);
  });

  test("asks by name where there is no Chassis row, and by its row when it comes", async () => {
    await stage.write(noRow());
    await stage.hasNoRow();
    stage.connect();
    await knows(null);
    expect(passes()).toEqual(["monitor_cond_since"]);
    const results = await stage.write(...newRow(), here());
    await knows(uuidOf(results[1]));
    expect(passes()).toEqual(["monitor_cond_since", "monitor_cond_change"]);
  });

  test.each<[string, "an error" | "nothing"]>([
    ["refuses to look the Chassis row up", "an error"],
    ["never answers the lookup", "nothing"],
  ])("that %s asks by name first, and by the row then", async (_, said) => {
    await stage[Symbol.asyncDispose]();
    stage = await setStage(servers, impatient);
    const asked = new Set<number | null>();
    stage.rules.fromChassis = (message) => {
      if (!isLookup(message)) return "pass";
      asked.add(message.id);
      return said === "nothing" ? "drop" : "pass";
    };
    stage.rules.toChassis = (message) =>
      asked.has(message.id) && message.method === undefined
        ? { instead: { id: message.id, result: null, error: { error: "not allowed", details: "" } } }
        : "pass";
    stage.connect();
    await knows(stage.chassis.here);
    expect(stage.isInView()).toBe(true);
    expect(passes()).toEqual(["monitor_cond_since", "monitor_cond_change"]);
  });

  test("that is a reconnect finds the same row, and changes no condition", async () => {
    stage.connect();
    await knows(stage.chassis.here);
    stage.forgetRequests();
    stage.proxy.cut();
    await stage.until(() => !stage.isSynced());
    await stage.until(() => stage.isSynced());
    expect(passes()).toEqual(["monitor_cond_since"]);
  });

  test("that is a reconnect after another Chassis row came meanwhile asks by that one", async () => {
    stage.connect();
    await knows(stage.chassis.here);
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.rules.fromChassis = (message) => {
      if (!isLookup(message)) return "pass";
      resolve();
      return "hold";
    };
    stage.proxy.cut();
    await promise;
    const uuid = await replaceRow();
    stage.rules.fromChassis = () => "pass";
    stage.proxy.release();
    await knows(uuid);
    await stage.until(() => stage.isInView());
    expect(stage.transactions).toEqual([]);
  });

  test("whose chassis has no name yet waits a moment for it, and passes once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    stage.rules.toChassis = (message) => {
      if (Object(message.result).name === "OVN_Southbound") resolve();
      return "pass";
    };
    stage.connect({ named: false });
    await promise;
    stage.learnName();
    await knows(stage.chassis.here);
    expect(passes()).toEqual(["monitor_cond_since"]);
  });
});

function uuidOf(result: object | undefined): string {
  if (result !== undefined && "uuid" in result && typeof result.uuid === "string") return result.uuid;
  throw new Error("nothing was inserted");
}
