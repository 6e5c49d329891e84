// The Chassis row is looked up before port bindings are asked for, as soon as the chassis's name is known.
import { afterEach, beforeEach, describe, expect, jest, test } from "bun:test";
import { realEnvironment, Session } from "ovsdb-jsonrpc";
import { AwaitedName, findChassis } from "../../../src/daemon/databases/chassis-lookup.ts";
import { ovnSouthbound } from "../../../src/schemas/ovn_southbound.gen.ts";
import { settle } from "../../support/plug-daemon.ts";
import { SimulatedChassis } from "../support/simulated-chassis.ts";

describe("the Chassis row", () => {
  function connected() {
    const chassis = new SimulatedChassis();
    const remotes = chassis.southbound.remotes;
    const session = new Session({
      ...{ environment: chassis.process.environment, database: ovnSouthbound, remotes, monitor: {} },
    });
    chassis.until(() => session.state.kind === "synced");
    return { chassis, session };
  }

  test("is found by its name, with its hostname", async () => {
    const { chassis, session } = connected();
    expect(await chassis.settled(findChassis(session, "hv1"))).toEqual({
      _uuid: expect.stringMatching(/^[-0-9a-f]{36}$/),
      hostname: chassis.chassis.hostname,
    });
  });

  test("that is not there is none", async () => {
    const { chassis, session } = connected();
    expect(await chassis.settled(findChassis(session, "hv2"))).toBeNull();
  });

  test("is not known where the server does not say", async () => {
    const { chassis, session } = connected();
    session.close();
    expect(await chassis.settled(findChassis(session, "hv1"))).toBeUndefined();
  });
});

describe("the name", () => {
  let name: AwaitedName;
  let isSettled = false;

  beforeEach(() => {
    jest.useFakeTimers();
    name = new AwaitedName(realEnvironment);
    isSettled = false;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  async function awaited(): Promise<void> {
    void name.settled().then(() => {
      isSettled = true;
    });
    await settle();
  }

  test("is waited for as long as the local database may take", async () => {
    await awaited();
    jest.advanceTimersByTime(1999);
    await settle();
    expect(isSettled).toBe(false);
    jest.advanceTimersByTime(1);
    await settle();
    expect(isSettled).toBe(true);
  });

  test("ends the waiting when it comes, and leaves no timer", async () => {
    await awaited();
    expect(isSettled).toBe(false);
    name.end();
    await settle();
    expect([isSettled, jest.getTimerCount()]).toEqual([true, 0]);
  });

  test("that is known already is not waited for", async () => {
    name.end();
    await awaited();
    expect([isSettled, jest.getTimerCount()]).toEqual([true, 0]);
  });
});
