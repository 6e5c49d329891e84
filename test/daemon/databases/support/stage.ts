/**
 * A chassis that is connected to a real Southbound, by way of a proxy that sees and may hold every message, with one port
 * plugged in a local database that is the test itself.
 */
import { named, operations, realEnvironment, Session, type Uuid } from "ovsdb-jsonrpc";
import { Southbound } from "../../../../src/daemon/databases/southbound.ts";
import { Reconciler } from "../../../../src/daemon/reconcile/reconciler.ts";
import { Log } from "../../../../src/log/log.ts";
import { asInserts } from "../../../../src/plug/rows.ts";
import { type OVNSouthboundTables, ovnSouthbound } from "../../../../src/schemas/ovn_southbound.gen.ts";
import { type Message, ProxyServer, type Verdict } from "../../../ovsdb-jsonrpc/support/proxy.ts";
import { value } from "../../../ovsdb-jsonrpc/support/session.ts";
import { holder, settings } from "../../../support/plug-bench.ts";
import { recordedProvider, registryOf } from "../../../support/providers.ts";
import { bridgeRow, map, openVSwitchRow, pluggedRow, portRow } from "../../../support/rows.ts";
import type { Servers } from "./southbound-servers.ts";

export const LPORT = "lsp1";
const op = operations(ovnSouthbound);
/** Where a Port_Binding asks to be: `here` and `elsewhere` as ovn-northd resolves them. */
export type Place = "here" | "elsewhere" | "anywhere" | "here by a list that is not resolved";

const NAMES: Readonly<Record<Place, string | null>> = {
  here: "hv1",
  elsewhere: "hv2",
  anywhere: null,
  "here by a list that is not resolved": "hv2,hv1",
};

/** The port is in view by the chassis's row. */
export async function startStage(servers: Servers) {
  const stage = await setStage(servers);
  stage.connect();
  await stage.until(() => stage.isInView() && stage.known()?.chassisUuid === stage.chassis.here);
  stage.forgetRequests();
  return stage;
}

/** Everything is there, and the chassis is not connected yet. */
export async function setStage(servers: Servers, environment = realEnvironment) {
  const cms = new Session({
    database: ovnSouthbound,
    remotes: servers.writable,
    leaderOnly: true,
    monitor: {},
  });
  await cms.synced();
  const write = async (...operations: Parameters<typeof cms.transact>[0]) => {
    await cms.synced();
    return value(await cms.transact(operations));
  };
  const rows = (name: string, ip: string) =>
    [
      op.insert("Encap", { type: "geneve", ip, chassis_name: name }, `encap${name}`),
      op.insert("Chassis", { name, hostname: `${name}.example`, encaps: [named(`encap${name}`)] }),
    ] as const;
  const made = value(
    await cms.transact([
      op.insert("SB_Global", { options: map({ northd_internal_version: "23.03" }) }),
      ...rows("hv1", "192.0.2.1"),
      ...rows("hv2", "192.0.2.2"),
      op.insert("Datapath_Binding", { tunnel_key: 1 }),
    ]),
  );
  const chassis = { here: made[2].uuid, elsewhere: made[4].uuid };
  const datapath = made[5].uuid;
  let keys = 1;
  const requested = (place: Place) => {
    const names = NAMES[place];
    return {
      requested_chassis: place === "here" || place === "elsewhere" ? chassis[place] : null,
      options: map({ "vif-plug-type": "dummy", ...(names === null ? {} : { "requested-chassis": names }) }),
    };
  };
  const columns = (place: Place) => ({
    logical_port: LPORT,
    datapath,
    tunnel_key: keys++,
    ...requested(place),
  });
  await write(op.insert("Port_Binding", columns("here")));
  const binding = (server: Seen) => server.replica.table("Port_Binding").rows.values().next().value;
  await hasArrived(servers, (server) => binding(server)?.requested_chassis === chassis.here);
  const requests: Message[] = [];
  const calls: string[] = [];
  const transactions: (() => void)[] = [];
  let ran = Promise.withResolvers<void>();
  const rules = {
    fromChassis: (_: Message): Verdict => "pass",
    toChassis: (_: Message): Verdict | { readonly instead: Message } => "pass",
  };
  const proxy = await ProxyServer.start(servers.server.socket, {
    fromClient: (message) => {
      if (message.method !== undefined) {
        calls.push(message.method);
        requests.push(message);
      }
      return rules.fromChassis(message);
    },
    fromServer: (message) => rules.toChassis(message),
  });
  const log = new Log({ level: "off", format: "text", write: () => {} });
  const reconciler: Reconciler = new Reconciler({
    environment,
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
      inquiries: (inquiries) => southbound.inquire(inquiries),
      otherChassis: (rows) => southbound.inquireChassis(rows),
    },
    onRun: () => ran.resolve(),
  });
  const southbound: Southbound = new Southbound(reconciler, log.module("ovsdb"), () => {}, environment);
  const inputs = reconciler.graph.inputs;
  const insert = <Row extends { readonly _uuid: Uuid }>(row: Row) => asInserts(new Map([[row._uuid, row]]));
  reconciler.pushRows(inputs.bridge, insert(bridgeRow()), "snapshot");
  reconciler.pushRows(inputs.port, insert(portRow()), "snapshot");
  reconciler.pushRows(inputs.iface, insert(pluggedRow(LPORT)), "snapshot");
  reconciler.push(inputs.localSession, holder, "holding the lock");

  const stage = {
    rules,
    /** What the chassis has sent: the methods, and the requests themselves. */
    calls,
    requests,
    forgetRequests() {
      calls.length = 0;
      requests.length = 0;
    },
    transactions,
    reconciler,
    proxy,
    chassis,
    write,
    /** Resolves when the chassis's server has no row of the chassis any more. */
    hasNoRow: () =>
      hasArrived(servers, (server) =>
        server.replica
          .table("Chassis")
          .rows.values()
          .every(({ name }) => name !== "hv1"),
      ),
    learnName: () => reconciler.pushRows(inputs.openVSwitch, insert(openVSwitchRow()), "snapshot"),
    /** @param named whether the chassis knows its name by then */
    connect({ named = true } = {}) {
      if (named) stage.learnName();
      const remotes = proxy.remote;
      southbound.setTarget({ kind: "named", remotes, probeIntervalMs: undefined, tls: {} });
    },
    status: () => reconciler.statuses.get(LPORT),
    absence: () => reconciler.engine.data(reconciler.graph.absence).get(LPORT)?.kind,
    isInView: () => reconciler.engine.data(reconciler.graph.inputs.portBinding).has(LPORT),
    isSynced: () => reconciler.engine.data(inputs.southbound).current.synced,
    /** What is known for sure of this chassis. */
    known: () => reconciler.engine.data(reconciler.graph.inputs.southbound).current.acknowledged,
    statusOf: (lport: string) => reconciler.statuses.get(lport),
    northdHasWritten: () => reconciler.engine.data(reconciler.graph.localChassis).current.northdHasWritten,
    northdVersion() {
      const [row] = reconciler.engine.data(reconciler.graph.inputs.sbGlobal).values();
      return row?.options.get("northd_internal_version");
    },
    named,
    columns,
    insertBinding: (place: Place) => op.insert("Port_Binding", columns(place)),
    move: (place: Place) => op.update("Port_Binding", [["logical_port", "==", LPORT]], requested(place)),
    deleteBinding: () => op.delete("Port_Binding", [["logical_port", "==", LPORT]]),
    /** Resolves after the run after which this holds. */
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        ran = Promise.withResolvers();
        await ran.promise;
      }
    },
    async [Symbol.asyncDispose]() {
      southbound.close();
      const everything = ["Port_Binding", "Datapath_Binding", "Chassis", "Encap", "SB_Global"] as const;
      await stage.write(...everything.map((table) => op.delete(table, [])));
      cms.close();
      const stopped = reconciler.stop();
      for (const answer of transactions) answer();
      await stopped;
      await proxy[Symbol.asyncDispose]();
    },
  };
  return stage;
}

const SEEN = { Chassis: ["name"], Port_Binding: ["requested_chassis"] } as const;
type Seen = Session<OVNSouthboundTables, typeof SEEN>;

/** A member of a cluster, and a relay, learn of a commit after whoever made it. */
async function hasArrived({ server }: Servers, holds: (seen: Seen) => boolean): Promise<void> {
  const session = new Session({ database: ovnSouthbound, remotes: server.remote, monitor: SEEN });
  const { promise, resolve } = Promise.withResolvers<void>();
  session.onBatch(() => holds(session) && resolve());
  await promise;
  session.close();
}

export type Stage = Awaited<ReturnType<typeof setStage>>;
export { op };
