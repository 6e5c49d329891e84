// The session with the Southbound in virtual time: what is asked for, what is known to be complete, and what people are told.
import { beforeEach, describe, expect, test } from "bun:test";
import type { JsonObject } from "../../../src/ovsdb-jsonrpc/wire/json.ts";
import { standby } from "../../support/plug-bench.ts";
import { OTHER_CHASSIS, uuid } from "../../support/rows.ts";
import { LPORT, SimulatedStage } from "./support/simulated-stage.ts";

const UNNAMED = [false];

let stage: SimulatedStage;
beforeEach(() => {
  stage = new SimulatedStage();
});

const isMonitor = ({ method, params }: JsonObject) =>
  method === "monitor_cond_since" && Array.isArray(params) && params[0] === "OVN_Southbound";
const isLookup = ({ method }: JsonObject) => method === "transact";

/** The requests that make the server pass over Port_Binding. */
const passes = () => stage.methods().filter((method) => method.startsWith("monitor_cond"));

/** Writes the Southbound as somebody else does. */
function write(...operations: readonly JsonObject[]): void {
  if (!stage.chassis.southbound.transact(operations)) throw new Error("the server is away");
}

/** Another Chassis row. */
const otherChassis = (): readonly JsonObject[] => [
  {
    ...{ op: "insert", table: "Encap", "uuid-name": "encap" },
    row: { type: "geneve", ip: "192.0.2.2", chassis_name: "hv2" },
  },
  {
    ...{ op: "insert", table: "Chassis", "uuid-name": "other" },
    row: { name: "hv2", hostname: "node2", encaps: ["named-uuid", "encap"] },
  },
];

const rename = (hostname: string): JsonObject => ({
  ...{ op: "update", table: "Chassis", where: [["name", "==", "hv1"]], row: { hostname } },
});

/** The server that is lost, and comes back. */
function lose(): void {
  const [server] = stage.chassis.southbound.servers;
  server?.kill();
  stage.until(() => stage.state.synced === false);
}
function comeBack(): void {
  const [server] = stage.chassis.southbound.servers;
  server?.start();
  stage.until(() => stage.state.synced);
}

describe("before the Southbound is named", () => {
  test("there is nothing to ask, to hold or to close", () => {
    const { southbound } = stage;
    southbound.inquire([]);
    southbound.inquireChassis([OTHER_CHASSIS]);
    southbound.resetClusterState();
    southbound.acceptCluster();
    expect([southbound.state, southbound.remotes, southbound.lost, southbound.fault]).toEqual([
      ...[null, null, null, null],
    ]);
    expect([southbound.rows, southbound.rowsOf("chassis").size]).toEqual([0, 0]);
    southbound.close();
    expect(stage.requests).toEqual([]);
  });

  test("that nobody knows where it is changes nothing", () => {
    stage.southbound.setTarget({ kind: "unknown" });
    expect([stage.southbound.state, stage.lines]).toEqual([null, []]);
  });
});

describe("a start", () => {
  test("passes over Port_Binding once, by the chassis's row", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.pass();
    expect(passes()).toEqual(["monitor_cond_since"]);
    expect(stage.isInView()).toBe(true);
    expect(stage.known()).toMatchObject({ chassisName: "hv1", hostname: stage.chassis.chassis.hostname });
    expect(stage.state).toMatchObject({ synced: true, stranger: null, view: expect.any(Number) });
    expect(stage.southbound).toMatchObject({ rows: 3, lost: null, fault: null });
    expect([...stage.southbound.rowsOf("portBinding").values()]).toMatchObject([{ logical_port: LPORT }]);
    expect(stage.southbound.remotes).toBe(stage.chassis.southbound.remotes);
    expect(stage.counted).toEqual(["sb_snapshot"]);
    expect(stage.lines).toContainEqual(expect.stringMatching(/^info ovsdb: OVN_Southbound: in sync with/));
  });

  test("asks for the chassis's own row, and for no other", () => {
    write(...otherChassis());
    stage.start();
    expect([...stage.southbound.rowsOf("chassis").values()]).toMatchObject([{ name: "hv1" }]);
  });

  test("asks for no row of a chassis whose name was another one when it was looked up", () => {
    stage.rules.toServer = (message) => (isLookup(message) ? "hold" : "pass");
    stage.learnName();
    stage.connect();
    stage.pass(1000);
    stage.learnName("hv2");
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.state.synced);
    expect(stage.conditions()[0]).toEqual([["options", "includes", ["map", [["requested-chassis", "hv2"]]]]]);
  });

  test("that is ended before a name is known leaves nothing behind", () => {
    stage.connect();
    stage.pass(1000);
    stage.southbound.close();
    stage.pass(0);
    expect(stage.chassis.process.leftOver).toEqual({ timers: 0, connections: 0 });
  });

  test("comes to rest", () => {
    stage.start();
    stage.pass(60_000);
    const before = stage.methods().length;
    stage.pass(60_000);
    expect([stage.isAtRest(), stage.methods().length]).toEqual([true, before]);
  });

  test("waits a moment for the chassis's name, and passes once", () => {
    stage.chassis.want(LPORT);
    stage.connect();
    stage.pass(1000);
    expect(passes()).toEqual([]);
    stage.learnName();
    stage.until(() => stage.known()?.chassisUuid != null);
    stage.pass();
    expect(passes()).toEqual(["monitor_cond_since"]);
  });

  test("asks for nothing where no name comes, and for its rows when it does", () => {
    stage.connect();
    stage.pass(3000);
    expect(stage.conditions()).toEqual([UNNAMED]);
    expect(stage.methods()).not.toContain("transact");
    stage.learnName();
    stage.until(() => stage.known()?.chassisUuid != null);
    expect(stage.southbound.rowsOf("chassis").size).toBe(1);
  });

  test.each<[string, (message: JsonObject) => JsonObject]>([
    ["refuses", ({ id = null }) => ({ id, result: null, error: { error: "not allowed", details: "" } })],
    ["says nothing of use to", ({ id = null }) => ({ id, result: [{ error: "no" }], error: null })],
  ])("at a server that %s the lookup asks by name first, and by the row then", (_, answer) => {
    stage.rules.toClient = (message) => {
      const request = stage.requests.find(({ id }) => id === message.id);
      return request !== undefined && isLookup(request) && message.result !== undefined
        ? answer(message)
        : message;
    };
    stage.start();
    expect(passes()).toEqual(["monitor_cond_since", "monitor_cond_change"]);
    const [byName] = stage.conditions();
    expect(byName).toEqual([["options", "includes", ["map", [["requested-chassis", "hv1"]]]]]);
  });

  test("asks by name where the chassis has no row, which comes later", () => {
    stage.rules.toServer = (message) => (isMonitor(message) ? "hold" : "pass");
    stage.learnName();
    stage.connect();
    stage.pass(1000);
    write(rename("another.example"));
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.known()?.hostname === "another.example");
    expect(passes()).toEqual(["monitor_cond_since", "monitor_cond_change"]);
  });
});

describe("a connection that is lost", () => {
  test("is told, counted and why, and over when there is another one that finds the same", () => {
    stage.start();
    const view = stage.state.view ?? 0;
    lose();
    expect(stage.southbound.lost).not.toBeNull();
    expect(stage.counted).toContain("sb_disconnect");
    expect(stage.state).toMatchObject({ synced: false, view: null });
    expect(stage.lastChange.cause.label).toBe(stage.southbound.state?.kind ?? "");
    stage.until(() => stage.southbound.state?.kind === "connecting");
    expect(stage.southbound.lost).not.toBeNull();
    comeBack();
    stage.pass();
    expect(stage.southbound.lost).toBeNull();
    expect(stage.state.view).toBeGreaterThan(view);
    expect(stage.counted.filter((event) => event === "sb_snapshot")).toHaveLength(2);
    expect(passes().filter((method) => method === "monitor_cond_change")).toEqual([]);
  });

  test("in which the Chassis row became another one is followed by a question for that one", () => {
    stage.start();
    const [before] = [stage.known()?.chassisUuid];
    stage.rules.toServer = (message) => (isLookup(message) ? "hold" : "pass");
    lose();
    const [server] = stage.chassis.southbound.servers;
    server?.start();
    stage.pass(60_000);
    write({ op: "delete", table: "Chassis", where: [["name", "==", "hv1"]] });
    stage.pass(1000);
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => {
      const uuid = stage.known()?.chassisUuid;
      return uuid != null && uuid !== before;
    });
  });

  test("is followed by no other question, where the host had another name only when its row was looked up", () => {
    stage.start();
    const usual = stage.chassis.chassis.hostname;
    lose();
    stage.rules.toServer = (message) => (isMonitor(message) ? "hold" : "pass");
    stage.chassis.chassis.setHostname("another.example");
    const [server] = stage.chassis.southbound.servers;
    server?.start();
    stage.pass(20_000);
    stage.chassis.chassis.setHostname(usual);
    stage.pass(1000);
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.state.synced);
    stage.pass(1000);
    expect(stage.known()).toMatchObject({ chassisName: "hv1", hostname: usual });
    expect(passes()).not.toContain("monitor_cond_change");
  });

  test("before its monitor began leaves nothing behind of the row that was looked up", () => {
    const { chassis, southbound } = stage.chassis;
    const [server] = southbound.servers;
    stage.start();
    const isHeld = ({ method }: JsonObject) => method === "monitor_cond_change";
    stage.rules.toServer = (message) => (isHeld(message) || isMonitor(message) ? "hold" : "pass");
    // What the server has done of this change nobody knows, so that the next monitor has to begin anew.
    chassis.setHostname("present.example");
    stage.until(() => passes().includes("monitor_cond_change"));
    lose();
    chassis.setHostname("passing.example");
    server?.start();
    stage.until(() => JSON.stringify(stage.conditions().at(-1)).includes("passing.example"));
    server?.kill();
    chassis.setHostname("present.example");
    stage.rules.toServer = () => "pass";
    comeBack();
    stage.pass(1000);
    expect(stage.known()?.hostname).toBe("present.example");
    expect(JSON.stringify(stage.conditions().at(-1))).not.toContain("passing.example");
    expect(passes().filter((method) => method === "monitor_cond_change")).toHaveLength(1);
  });

  test("is not waited for any longer when somebody asks for a reset", () => {
    stage.start();
    lose();
    stage.pass(60_000);
    const [server] = stage.chassis.southbound.servers;
    server?.start();
    expect(stage.southbound.state?.kind).not.toBe("synced");
    stage.southbound.resetClusterState();
    stage.pass(500);
    expect(stage.southbound.state?.kind).toBe("synced");
    const before = stage.requests.length;
    stage.southbound.resetClusterState();
    stage.pass(500);
    expect(stage.requests).toHaveLength(before);
  });
});

describe("news of the chassis itself", () => {
  test("is another view, and a former hostname is remembered and asked for no more", () => {
    stage.start();
    const { view } = stage.state;
    const before = stage.chassis.chassis.hostname;
    stage.chassis.chassis.setHostname("another.example");
    stage.until(() => stage.known()?.hostname === "another.example");
    expect(stage.state.view).toBeGreaterThan(view ?? 0);
    const { engine, graph } = stage.reconciler;
    expect([...engine.data(graph.inputs.formerHostnames).current.values()]).toEqual([new Set([before])]);
    expect(JSON.stringify(stage.conditions().at(-1))).toContain("another.example");
    expect(JSON.stringify(stage.conditions().at(-1))).not.toContain(before);
  });

  test("of others' port bindings is the same view", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    stage.pass();
    const { view } = stage.state;
    const [known, { cause }, told] = [stage.known(), stage.lastChange, stage.pushed.length];
    stage.chassis.want("another");
    stage.until(() => stage.isInView("another"));
    expect(stage.state.view).toBe(view ?? -1);
    expect(stage.known()).toBe(known);
    expect(stage.lastChange.cause).toBe(cause);
    expect(stage.pushed.slice(told)).toStrictEqual([]);
    expect(stage.counted).toContain("sb_update");
  });

  test("that ovn-northd is another version is another view", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    stage.pass();
    const { view } = stage.state;
    const options = ["map", [["northd_internal_version", "2"]]];
    write({ op: "update", table: "SB_Global", where: [], row: { options } });
    stage.pass();
    expect(stage.state.view).toBeGreaterThan(view ?? 0);
    expect(stage.known()?.chassisUuid).not.toBeNull();
  });

  test("is not complete while its condition is on its way", () => {
    stage.start();
    stage.rules.toServer = ({ method }) => (method === "monitor_cond_change" ? "hold" : "pass");
    stage.chassis.chassis.setHostname("another.example");
    stage.pass(2000);
    expect(stage.state).toMatchObject({ synced: true, acknowledged: null, view: null });
    expect(stage.lastChange.cause.label).toBe("condition requested");
    stage.release();
    stage.until(() => stage.known()?.hostname === "another.example");
    expect(stage.lastChange.cause.label).toBe("condition acknowledged");
  });

  test("is not complete while the condition after the next one is on its way", () => {
    stage.start();
    stage.rules.toServer = ({ method }) => (method === "monitor_cond_change" ? "hold" : "pass");
    stage.chassis.chassis.setHostname("another.example");
    stage.pass(2000);
    stage.chassis.chassis.setHostname("a-third.example");
    stage.pass(2000);
    stage.release();
    stage.pass(2000);
    expect(JSON.stringify(stage.conditions().at(-1))).toContain("a-third.example");
    expect(stage.state).toMatchObject({ synced: true, acknowledged: null, view: null });
    stage.release();
    stage.until(() => stage.known()?.hostname === "a-third.example");
  });

  test("asks for its condition once, whatever comes while that is on its way", () => {
    stage.start();
    stage.rules.toServer = ({ method }) => (method === "monitor_cond_change" ? "hold" : "pass");
    stage.chassis.chassis.setHostname("another.example");
    stage.pass(2000);
    write({ op: "update", table: "SB_Global", where: [], row: { options: ["map", []] } });
    stage.pass(2000);
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.known()?.hostname === "another.example");
    stage.pass();
    expect(passes().filter((method) => method === "monitor_cond_change")).toHaveLength(1);
  });

  test("after a first condition that the server refused is complete when the next one is acknowledged", () => {
    stage.rules.toServer = (message) => {
      if (message.method === "monitor_cond_change") return "hold";
      const isRefused = isLookup(message) || JSON.stringify(message).includes('"requested-chassis","hv1"');
      return isRefused ? "refuse" : "pass";
    };
    stage.learnName();
    stage.connect();
    stage.until(() => stage.lastChange.cause.label === "condition requested");
    expect(stage.state).toMatchObject({ synced: true, acknowledged: null, view: null });
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.known()?.chassisUuid != null);
  });

  test("for which the server refuses the condition is told, and never complete", () => {
    stage.start();
    const before = stage.known()?.hostname;
    stage.rules.toClient = (message) => {
      const request = stage.requests.find(({ id }) => id === message.id);
      if (request?.method !== "monitor_cond_change" || message.method !== undefined) return message;
      return { id: message.id ?? null, result: null, error: { error: "syntax error", details: "no" } };
    };
    stage.chassis.chassis.setHostname("another.example");
    stage.pass(5000);
    expect(stage.lines).toContainEqual(
      expect.stringMatching(/^error ovsdb: OVN_Southbound: the condition on Port_Binding is refused: /),
    );
    expect(stage.known()?.hostname).toBe(before);
    expect(stage.southbound.refused).toMatch(/^the server refuses .* of this chassis \(syntax error: no\); /);
  });

  test("for which the server refuses every condition by its row says so, until a server answers", () => {
    stage.rules.toServer = (message) =>
      JSON.stringify(message).includes('["requested_chassis","=="') ? "refuse" : "pass";
    stage.learnName();
    stage.connect();
    stage.until(() => stage.southbound.refused !== null && stage.state.synced);
    stage.pass(10_000);
    expect(stage.state).toMatchObject({ synced: true, acknowledged: null });
    expect(stage.southbound.refused).toMatch(/^the server refuses .* of this chassis \(syntax error: no\); /);
    expect(stage.sent).toBe(0);
    stage.rules.toServer = () => "pass";
    lose();
    comeBack();
    stage.until(() => stage.known()?.chassisUuid != null);
    expect(stage.southbound.refused).toBeNull();
  });
});

describe("a plugged port whose binding is not in view", () => {
  test("is asked for by its name, and not when it has come", () => {
    stage.start();
    stage.until(() => stage.known()?.lports.has(LPORT) === true);
    expect(stage.conditions().at(-1)).toEqual([["logical_port", "==", LPORT]]);
    stage.chassis.want(LPORT);
    stage.until(() => stage.isInView() && stage.known()?.lports.size === 0);
    expect(stage.methods()).toContain("monitor_cancel");
  });

  test("is not known to be gone while news of the chassis itself may bring it", () => {
    stage.start();
    stage.until(() => stage.known()?.lports.has(LPORT) === true);
    stage.rules.toServer = ({ method }) => (method === "list_dbs" ? "hold" : "pass");
    write({ op: "update", table: "SB_Global", where: [], row: { options: ["map", []] } });
    stage.until(() => stage.state.isInDoubt === true);
    expect(stage.known()?.lports.size).toBe(0);
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.state.isInDoubt === false && stage.known()?.lports.has(LPORT) === true);
  });

  test("is in doubt from news of others' port bindings until the server's next reply", () => {
    stage.start();
    stage.until(() => stage.known()?.lports.has(LPORT) === true);
    stage.rules.toServer = ({ method }) => (method === "list_dbs" ? "hold" : "pass");
    stage.chassis.want("another");
    stage.until(() => stage.state.isInDoubt === true);
    expect(stage.known()?.lports.has(LPORT)).toBe(true);
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.state.isInDoubt === false);
  });

  test("whose name the server refuses is told of, and not known to be gone", () => {
    stage.rules.toServer = (message) =>
      JSON.stringify(message).includes('"logical_port","=="') ? "refuse" : "pass";
    stage.start();
    stage.pass(5000);
    expect(stage.lines).toContainEqual(
      expect.stringMatching(/^error ovsdb: OVN_Southbound: the condition on Port_Binding is refused: /),
    );
    expect(stage.known()?.lports.has(LPORT)).not.toBe(true);
    expect(stage.southbound.refused).toMatch(/^the server refuses .* by their names \(syntax error: no\); /);
  });

  test("that another chassis has bound is told of with that chassis's name", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    write(...otherChassis(), {
      ...{ op: "update", table: "Port_Binding", where: [["logical_port", "==", LPORT]] },
      row: { chassis: ["named-uuid", "other"] },
    });
    const { engine, graph } = stage.reconciler;
    stage.until(() => engine.data(graph.inputs.otherChassis).size === 1);
    expect([...engine.data(graph.inputs.otherChassis).values()]).toEqual([
      { name: "hv2", hostname: "node2" },
    ]);
  });

  test("that left is asked about by its row, and its interface goes with the answer", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    const before = stage.methods().length;
    stage.chassis.cloud.set(LPORT, null);
    stage.until(() => stage.sent === 1);
    expect(stage.methods().slice(before)).toEqual(["transact"]);
    expect(JSON.stringify(stage.requests.at(-1))).toContain('["_uuid","==",["uuid",');
  });

  test("that left with news of the chassis itself is asked for by its name", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    const before = stage.methods().length;
    stage.chassis.cloud.ports.delete(LPORT);
    write(rename("another.example"), {
      ...{ op: "delete", table: "Port_Binding", where: [["logical_port", "==", LPORT]] },
    });
    stage.until(() => stage.sent === 1);
    expect(stage.methods().slice(before)).not.toContain("transact");
    expect(stage.conditions()).toContainEqual([["logical_port", "==", LPORT]]);
  });

  test("that left before a snapshot is asked for by its name", () => {
    stage.chassis.want(LPORT);
    stage.start();
    stage.until(() => stage.isInView());
    const before = stage.methods().length;
    lose();
    stage.chassis.cloud.set(LPORT, null);
    comeBack();
    stage.until(() => stage.sent === 1);
    // The one question is for the Chassis row.
    expect(
      stage
        .methods()
        .slice(before)
        .filter((method) => method === "transact"),
    ).toHaveLength(1);
  });
});

describe("a target", () => {
  const echoes = () => stage.requests.filter(({ method }) => method === "echo").length;
  const ELSEWHERE = "tcp:10.0.0.9:6642";

  test("that is another remote is told, and connected to", () => {
    stage.start();
    const { network } = stage.chassis.world;
    network.listen(ELSEWHERE, network.listener(stage.chassis.southbound.remotes) ?? null);
    stage.connect({ remotes: ELSEWHERE });
    expect(stage.southbound.remotes).toBe(ELSEWHERE);
    stage.until(() => {
      const { state } = stage.southbound;
      return state?.kind === "synced" && state.remote === ELSEWHERE;
    });
    expect(stage.lines).toContainEqual(`info ovsdb: the Southbound is now at ${ELSEWHERE}`);
  });

  test("that is the same is no news", () => {
    stage.start();
    stage.pass(60_000);
    const [requests, lines] = [stage.methods().length, stage.lines.length];
    stage.connect();
    stage.pass();
    expect([stage.methods().length, stage.lines.length]).toEqual([requests, lines]);
    expect(stage.southbound.state?.kind).toBe("synced");
  });

  test("by which its server is watched closer has the server asked more often", () => {
    stage.start();
    stage.pass(100_000);
    const usual = echoes();
    stage.connect({ probeIntervalMs: 1000 });
    stage.pass(100_000);
    expect(echoes() - usual).toBeGreaterThan(2 * usual + 50);
  });

  test("has its own interval from the start", () => {
    stage.learnName();
    stage.connect({ probeIntervalMs: 1000 });
    stage.pass(100_000);
    expect(echoes()).toBeGreaterThan(50);
  });

  test("has its own certificate, and another one from the next connection on", () => {
    const [first, second] = [{ certificate: "/a.pem" }, { certificate: "/b.pem" }];
    stage.learnName();
    stage.connect({ tls: first });
    stage.until(() => stage.state.synced);
    expect(stage.secured).toEqual([first]);
    stage.connect({ tls: { ...first } });
    stage.pass();
    expect(stage.secured).toEqual([first]);
    stage.connect({ tls: second });
    lose();
    comeBack();
    expect(stage.secured.at(-1)).toEqual(second);
  });
});

test("after the end nothing is connected", () => {
  stage.start();
  stage.southbound.close();
  const before = stage.requests.length;
  stage.pass(60_000);
  expect([stage.southbound.state?.kind, stage.requests.length]).toEqual(["closed", before]);
});

describe("another cluster than that of the start", () => {
  const CLUSTERS = [uuid(11), uuid(12)] as const;

  /** The server is one of this cluster, and so far with its log. */
  function become(cid: (typeof CLUSTERS)[number], index: number): void {
    const [server] = stage.chassis.southbound.servers;
    server?.start();
    const rest = { connected: true, leader: true, sid: uuid(13), schema: stage.schema };
    server?.server.setStatus("OVN_Southbound", "clustered", { ...rest, cid, index });
  }

  function exchange(): void {
    become(CLUSTERS[0], 10);
    stage.start();
    lose();
    become(CLUSTERS[1], 5);
    stage.until(() => stage.state.synced);
  }

  test("or the same one is no stranger, and is stale when its log is behind, until somebody says otherwise", () => {
    become(CLUSTERS[0], 10);
    stage.start();
    lose();
    become(CLUSTERS[0], 5);
    stage.pass(30_000);
    expect([stage.state.synced, stage.southbound.lost?.code]).toEqual([false, "stale"]);
    stage.southbound.resetClusterState();
    stage.until(() => stage.state.synced);
    expect([stage.southbound.lost, stage.state.stranger]).toEqual([null, null]);
  });

  test("is a stranger until a complete pass under it was accepted", () => {
    exchange();
    expect(stage.state.stranger).toEqual({ before: CLUSTERS[0], now: CLUSTERS[1] });
    stage.until(() => stage.known()?.lports.has(LPORT) === true);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).toBeNull();
  });

  test("is one still while a part of what a commit changed may be on its way", () => {
    exchange();
    stage.until(() => stage.known()?.lports.has(LPORT) === true && stage.state.isInDoubt !== true);
    stage.rules.toServer = ({ method }) => (method === "list_dbs" ? "hold" : "pass");
    stage.chassis.want("another");
    stage.until(() => stage.state.isInDoubt === true);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).not.toBeNull();
    stage.rules.toServer = () => "pass";
    stage.release();
    stage.until(() => stage.state.isInDoubt === false);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).toBeNull();
  });

  test("is none yet when it is not connected, or a port may yet turn out to be due", () => {
    exchange();
    stage.rules.toServer = (message) =>
      JSON.stringify(message).includes('"logical_port","=="') ? "hold" : "pass";
    lose();
    stage.southbound.acceptCluster();
    expect(stage.state.stranger).not.toBeNull();
    become(CLUSTERS[1], 6);
    stage.until(() => stage.state.synced);
    stage.pass();
    expect(stage.known()?.lports.has(LPORT)).not.toBe(true);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).not.toBeNull();
  });

  test("is none yet while a port that left waits to be asked about", () => {
    stage.chassis.want(LPORT);
    exchange();
    stage.until(() => stage.isInView());
    stage.reconciler.push(stage.reconciler.graph.inputs.localSession, standby, "not holding the lock");
    stage.chassis.cloud.set(LPORT, null);
    stage.until(() => !stage.isInView());
    stage.pass(100);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).not.toBeNull();
  });

  test("is none yet while a port that left is asked about", () => {
    stage.chassis.want(LPORT);
    exchange();
    stage.until(() => stage.isInView());
    stage.rules.toServer = (message) => (isLookup(message) ? "hold" : "pass");
    stage.chassis.cloud.set(LPORT, null);
    stage.until(() => !stage.isInView());
    stage.pass(100);
    stage.southbound.acceptCluster();
    stage.pass(10);
    expect(stage.state.stranger).not.toBeNull();
  });
});
