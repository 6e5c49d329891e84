// `vifplugd plan`: one look at what would be done, which writes nothing and takes no lock.
import { expect, test } from "bun:test";
import { makePlan } from "../../src/daemon/planner.ts";
import { SimulatedChassis } from "./support/simulated-chassis.ts";

async function planned(chassis: SimulatedChassis, yaml?: string, systemIdOverride: string | null = null) {
  const warnings: string[] = [];
  const started = chassis.process.elapsed();
  const plan = await chassis.settled(
    makePlan({
      config: chassis.config(yaml),
      systemIdOverride,
      warn: (message) => warnings.push(message),
      environment: chassis.process.environment,
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
  expect(plan.ok).toBe(false);
  expect(took).toBeWithin(5000, 40_000);
});

test("says of a port that has gone that its interface goes, however slow the Southbound is to say so", async () => {
  for (const latency of [0.2, 200, 400]) {
    const chassis = new SimulatedChassis();
    plugLeftover(chassis);
    chassis.world.network.weather.latency = latency;
    const { plan, took } = await planned(chassis);
    expect(plan).toMatchObject({ ok: true, value: { changes: [{ lport: "gone", change: "remove" }] } });
    expect(took).toBeLessThan(10_000);
  }
});

test("is of the chassis that it is told to be", async () => {
  const chassis = new SimulatedChassis();
  const { plan } = await planned(chassis, undefined, "hv7");
  expect(plan).toMatchObject({ ok: false, error: expect.stringContaining("no Chassis row") });
});

test("says of a chassis that the Southbound does not know what is missing", async () => {
  const chassis = new SimulatedChassis();
  chassis.chassis.leave();
  chassis.pass(1000);
  const { plan } = await planned(chassis);
  expect(plan).toMatchObject({ ok: false, error: expect.stringContaining("no Chassis row") });
});
