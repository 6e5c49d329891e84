// What a row's leaving the view leads to, in every order of events, on real servers of every kind (docs/rules.md, "absent").
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { NOT_RESOLVED } from "../../../src/plug/conditions/wanted.ts";
import type { Message } from "../../ovsdb-jsonrpc/support/proxy.ts";
import { map } from "../../support/rows.ts";
import { cancelMonitors, KINDS, type Servers, startServers } from "./support/southbound-servers.ts";
import { op, type Stage, startStage } from "./support/stage.ts";

const isSelect = ({ method, params }: Message) =>
  method === "transact" && Bun.deepMatch({ table: "Port_Binding" }, Object(params?.[1]));

describe.each(KINDS)("connected to a %s, a row that", (kind) => {
  let servers: Servers;
  let stage: Stage;
  beforeAll(async () => {
    servers = await startServers(kind);
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  beforeEach(async () => {
    stage = await startStage(servers);
  });
  afterEach(() => stage[Symbol.asyncDispose]());

  const unplugged = () => stage.transactions.length > 0;

  /** Keeps what is asked from the server, so that it answers later. */
  function holdQuestions(): void {
    stage.rules.fromChassis = (message) => (isSelect(message) ? "hold" : "pass");
  }

  /** Answers selects in the server's place. */
  function answerSelects(instead: Partial<Message>): void {
    const asked = new Set<number | null>();
    stage.rules.fromChassis = (message) => {
      if (isSelect(message)) asked.add(message.id);
      return "pass";
    };
    stage.rules.toChassis = (message) =>
      message.method === undefined && asked.has(message.id)
        ? { instead: { ...message, ...instead } }
        : "pass";
  }

  test("is gone: one question by its uuid, and its interface goes", async () => {
    stage.calls.length = 0;
    await stage.write(stage.deleteBinding());
    await stage.until(unplugged);
    expect(stage.calls).toEqual(["transact"]);
  });

  test("moved away: its interface goes by what the answer says", async () => {
    stage.calls.length = 0;
    await stage.write(stage.move("elsewhere"));
    await stage.until(unplugged);
    expect(stage.calls).toEqual(["transact"]);
  });

  test("may still be bound here: it stays, and its name brings the row back into view", async () => {
    await stage.write(stage.move("anywhere"));
    await stage.until(() => stage.isInView() && stage.known()?.lports.size === 1);
    expect(stage.status()?.reason).toContain("may still be bound here");
    expect(stage.transactions).toEqual([]);
  });

  test("is back in view before the answer: the view wins", async () => {
    holdQuestions();
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    await stage.write(stage.insertBinding("here"));
    await stage.until(() => stage.isInView());
    stage.proxy.release();
    await stage.write(op.update("SB_Global", [], { options: map({ northd_internal_version: "24" }) }));
    await stage.until(() => stage.northdVersion() === "24");
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    expect(stage.transactions).toEqual([]);
  });

  test("left, came back and left: only the last question counts", async () => {
    holdQuestions();
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    await stage.write(stage.insertBinding("here"));
    await stage.until(() => stage.isInView());
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    stage.rules.fromChassis = () => "pass";
    expect(stage.transactions).toEqual([]);
    stage.proxy.release();
    await stage.until(unplugged);
    expect(stage.calls.filter((method) => method === "transact").length).toBe(2);
  });

  test("leaves to another row of its name in view: there is nothing to ask", async () => {
    stage.calls.length = 0;
    await stage.write(stage.deleteBinding(), stage.insertBinding("here"));
    await stage.write(op.update("SB_Global", [], { options: map({ northd_internal_version: "24" }) }));
    await stage.until(() => stage.northdVersion() === "24");
    expect(stage.isInView()).toBe(true);
    expect(stage.calls).toEqual([]);
    expect(stage.transactions).toEqual([]);
  });

  test("leaves to another row of its name elsewhere: its interface goes", async () => {
    await stage.write(stage.deleteBinding(), stage.insertBinding("elsewhere"));
    await stage.until(unplugged);
  });

  test("leaves because our Chassis row is replaced: asked for by name, when both are settled", async () => {
    await stage.write(stage.move("here by a list that is not resolved"));
    await stage.until(() => stage.known()?.lports.size === 1 && stage.isInView());
    stage.calls.length = 0;
    await stage.write(
      op.delete("Chassis", [["name", "==", "hv1"]]),
      stage.deleteBinding(),
      stage.insertBinding("here by a list that is not resolved"),
    );
    await stage.until(() => stage.known()?.chassisUuid === null);
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    await stage.write(
      op.insert("Encap", { type: "geneve", ip: "192.0.2.9", chassis_name: "hv1" }, "again"),
      op.insert("Chassis", { name: "hv1", hostname: "hv1.example", encaps: [stage.named("again")] }),
    );
    await stage.until(() => stage.known()?.lports.size === 1 && stage.isInView());
    await stage.until(() => stage.status()?.reason === NOT_RESOLVED);
    expect(stage.calls).not.toContain("transact");
    expect(stage.transactions).toEqual([]);
  });

  test("leaves when our hostname changes: asked for by name", async () => {
    stage.calls.length = 0;
    await stage.write(
      op.update("Chassis", [["name", "==", "hv1"]], { hostname: "other.example" }),
      stage.deleteBinding(),
    );
    await stage.until(unplugged);
    expect(stage.calls).not.toContain("transact");
    expect(stage.calls).toContain("monitor_cond_since");
  });

  test.each<[string, Partial<Message>]>([
    ["an error", { result: null, error: { error: "resources exhausted", details: "" } }],
    ["an error in the place of rows", { result: [{ error: "not allowed", details: "" }], error: null }],
    ["null", { result: null, error: null }],
    ["null in the place of rows", { result: [null], error: null }],
    ["canceled", { result: null, error: "canceled" }],
  ])("left, and the answer is no answer (%s): asked for by name", async (_, instead) => {
    answerSelects(instead);
    stage.calls.length = 0;
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.known()?.lports.size === 1);
    await stage.until(unplugged);
    expect(stage.calls).toContain("monitor_cond_since");
  });

  test("left, and the connection is lost before the answer: by name, after the new snapshot", async () => {
    stage.rules.fromChassis = (message) => (isSelect(message) ? "cut" : "pass");
    await stage.write(stage.deleteBinding());
    await stage.until(unplugged);
    expect(stage.known()?.lports.size).toBe(1);
  });

  test("left, and the monitors are cancelled before the answer: by name, after the new snapshot", async () => {
    holdQuestions();
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    const cancelled = Promise.withResolvers<void>();
    stage.rules.toChassis = ({ method }) => {
      if (method === "monitor_canceled") cancelled.resolve();
      return "pass";
    };
    cancelMonitors(servers);
    await cancelled.promise;
    await stage.until(() => stage.absence() !== "asked");
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    stage.proxy.release();
    await stage.until(unplugged);
    expect(stage.known()?.lports.size).toBe(1);
  });

  test("left, and no answer comes: it stays, with that reason, and nothing else is asked", async () => {
    stage.rules.fromChassis = (message) => (isSelect(message) ? "drop" : "pass");
    stage.calls.length = 0;
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    await stage.write(op.insert("Port_Binding", { ...stage.columns("here"), logical_port: "other" }));
    await stage.until(() => stage.statusOf("other") !== undefined);
    expect(stage.status()).toMatchObject({
      state: "plugged",
      reason: "the Southbound is asked whether its port binding is gone, and has not answered yet",
    });
    expect(stage.calls).toEqual(["transact"]);
  });

  test("left while ovn-northd had not filled the Southbound: by name, later (U3)", async () => {
    await stage.write(op.update("SB_Global", [], { options: map() }));
    await stage.until(() => stage.status()?.state === "plugged" && !stage.northdHasWritten());
    stage.calls.length = 0;
    await stage.write(stage.deleteBinding());
    await stage.until(() => !stage.isInView());
    expect(stage.status()?.change).toBeNull();
    await stage.write(op.update("SB_Global", [], { options: map({ northd_internal_version: "24" }) }));
    await stage.until(unplugged);
    expect(stage.calls).not.toContain("transact");
  });
});
