// What is known of the Southbound while a change of the condition is under way, on a real server (rule U3).
import { afterEach, beforeEach, expect, test } from "bun:test";
import { named, operations, realEnvironment, Session, type Uuid } from "ovsdb-jsonrpc";
import { Southbound } from "../../../src/daemon/databases/southbound.ts";
import { Reconciler } from "../../../src/daemon/reconcile/reconciler.ts";
import { Log } from "../../../src/log/log.ts";
import { asInserts } from "../../../src/plug/rows.ts";
import { ovnSouthbound } from "../../../src/schemas/ovn_southbound.gen.ts";
import { type Message, ProxyServer, type Verdict } from "../../ovsdb-jsonrpc/support/proxy.ts";
import { startPlayground } from "../../ovsdb-jsonrpc/support/server.ts";
import { value } from "../../ovsdb-jsonrpc/support/session.ts";
import { holder, settings } from "../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../support/providers.ts";
import { bridgeRow, map, openVSwitchRow, pluggedRow, portRow } from "../../support/rows.ts";

const LPORT = "lsp1";
const op = operations(ovnSouthbound);
const options = { "vif-plug-type": "dummy" };

let server: Awaited<ReturnType<typeof startPlayground>>;
let proxy: ProxyServer;
let cms: Pick<Session<object, object>, "transact" | "close">;
let reconciler: Reconciler;
let southbound: Southbound;
let chassis: Uuid;
/** How to answer what has been sent to the local database. */
let transactions: (() => void)[];
let ran: PromiseWithResolvers<void>;
let onRequest: (message: Message) => Verdict;
let onAnswer: (message: Message) => Verdict;

/** Resolves after the run after which this holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    ran = Promise.withResolvers();
    await ran.promise;
  }
}

const write = async (...operations: Parameters<typeof cms.transact>[0]) =>
  value(await cms.transact(operations));

/** What the CMS asks for the logical port: to be here, or anywhere. */
const request = (here: boolean) =>
  write(
    op.update("Port_Binding", [["logical_port", "==", LPORT]], {
      requested_chassis: here ? chassis : null,
      options: map(here ? { ...options, "requested-chassis": "hv1" } : options),
    }),
  );

const known = () => reconciler.engine.data(reconciler.graph.inputs.southbound).current.acknowledged;
const bindings = () => reconciler.engine.data(reconciler.graph.inputs.portBinding).size;
const status = () => reconciler.statuses.get(LPORT);

beforeEach(async () => {
  server = await startPlayground({}, "/usr/share/ovn/ovn-sb.ovsschema");
  onRequest = onAnswer = () => "pass";
  proxy = await ProxyServer.start(server.socket, {
    fromClient: (message) => onRequest(message),
    fromServer: (message) => onAnswer(message),
  });
  const session = new Session({ database: ovnSouthbound, remotes: server.remote, monitor: {} });
  cms = session;
  await session.synced();
  const encaps = [named("encap")];
  const results = value(
    await session.transact([
      op.insert("SB_Global", { options: map({ northd_internal_version: "23.03" }) }),
      op.insert("Encap", { type: "geneve", ip: "192.0.2.1", chassis_name: "hv1" }, "encap"),
      op.insert("Chassis", { name: "hv1", hostname: "host1", encaps }),
      op.insert("Datapath_Binding", { tunnel_key: 1 }, "switch"),
      op.insert("Port_Binding", {
        logical_port: LPORT,
        datapath: named("switch"),
        tunnel_key: 1,
        options: map(options),
      }),
    ]),
  );
  chassis = results[2].uuid;
  transactions = [];
  ran = Promise.withResolvers();
  const log = new Log({ level: "off", format: "text", write: () => {} });
  reconciler = new Reconciler({
    environment: realEnvironment,
    registry: registryOf(recordedProvider("dummy").provider),
    settings,
    log: log.module("plug"),
    recorder: null,
    transact: () => new Promise((resolve) => transactions.push(() => resolve({ ok: true }))),
    lock: () => "vifplugd_hv1",
    isInSync: () => true,
    outputs: {
      lock: () => {},
      southboundTarget: () => {},
      condition: (condition) => southbound.setCondition(condition),
    },
    onRun: () => ran.resolve(),
  });
  southbound = new Southbound(reconciler, log.module("ovsdb"), () => {}, realEnvironment);
  const { openVSwitch, bridge, port, iface, localSession } = reconciler.graph.inputs;
  const rows = <Row extends { readonly _uuid: Uuid }>(row: Row) => asInserts(new Map([[row._uuid, row]]));
  reconciler.pushRows(openVSwitch, rows(openVSwitchRow()), "snapshot");
  reconciler.pushRows(bridge, rows(bridgeRow()), "snapshot");
  reconciler.pushRows(port, rows(portRow()), "snapshot");
  reconciler.pushRows(iface, rows(pluggedRow(LPORT)), "snapshot");
  reconciler.push(localSession, holder, "holding the lock");
  southbound.setTarget({ kind: "named", remotes: proxy.remote, probeIntervalMs: undefined, tls: {} });
  await until(() => known()?.lports.has(LPORT) === true && bindings() === 1);
});

afterEach(async () => {
  southbound.close();
  cms.close();
  const stopped = reconciler.stop();
  for (const answer of transactions) answer();
  await stopped;
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

test("a port is not unplugged when its binding leaves with a change of the condition, before the server's word for it", async () => {
  let change: number | null = null;
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  onRequest = ({ id, method }) => {
    if (method !== "monitor_cond_change" || change !== null) return "pass";
    change = id;
    asked.resolve();
    return "hold";
  };
  onAnswer = ({ id }) => {
    if (id === null || id !== change) return "pass";
    answered.resolve();
    return "hold";
  };
  await request(true);
  // Requested here, it need not be asked for by its name any more.
  await until(() => known()?.lports.size === 0);
  await request(false);
  await until(() => status()?.reason?.includes("may still be bound here") === true);

  await asked.promise;
  proxy.release();
  await until(() => bindings() === 0);
  expect(status()).toMatchObject({ state: "plugged", reason: "its port binding is not in view yet" });
  // The rows that leave come before the answer, which may not be there yet.
  await answered.promise;
  proxy.release();
  await until(() => known()?.lports.has(LPORT) === true && bindings() === 1);
  expect(transactions).toEqual([]);
});

test("a port whose binding is really gone is unplugged, but not before the server has answered", async () => {
  onRequest = ({ method }) => (method === "monitor_cond_change" ? "hold" : "pass");
  await request(true);
  await until(() => known()?.lports.size === 0);
  await write(op.delete("Port_Binding", []));
  await until(() => bindings() === 0);
  expect(status()).toMatchObject({ state: "plugged", reason: "its port binding is not in view yet" });
  expect(transactions).toEqual([]);
  onRequest = () => "pass";
  proxy.release();
  await until(() => transactions.length > 0);
});
