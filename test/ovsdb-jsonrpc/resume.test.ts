/** Coming back with `monitor_cond_since`: only what was missed is sent, unless what was seen is uncertain. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { type Condition, ZERO_UUID } from "ovsdb-jsonrpc";
import { closingAfterEach } from "./support/for-tests.ts";
import type { Thing } from "./support/playground.gen.ts";
import { type Message, type ProxyRules, ProxyServer } from "./support/proxy.ts";
import { type Cluster, type OvsdbServer, startCluster } from "./support/server.ts";
import {
  names,
  next,
  op,
  openSynced,
  type PlaygroundSession,
  reach,
  value,
  whileOffline,
} from "./support/session.ts";

let cluster: Cluster;
let server: OvsdbServer;
const closeLater = closingAfterEach();

beforeEach(async () => {
  cluster = await startCluster(1);
  server = cluster.leader;
});

afterEach(async () => {
  await cluster[Symbol.asyncDispose]();
});

/** A proxy that notes what was asked since which transaction, and whether the server could tell. */
async function observe(fromServer: ProxyRules["fromServer"] = () => "pass") {
  const since: unknown[] = [];
  const conditions: unknown[] = [];
  const found: unknown[] = [];
  const asked = new Set<number | null>();
  const proxy = await ProxyServer.start(server.socket, {
    fromClient({ id, method, params }) {
      if (method === "monitor_cond_since" && params?.[0] === "Playground") {
        asked.add(id);
        since.push(params[3]);
        conditions.push(Object(params[2]).Thing[0].where);
      }
      return "pass";
    },
    fromServer(message) {
      if (asked.delete(message.id)) found.push(Object(message.result)[0]);
      return fromServer(message);
    },
  });
  return Object.assign(proxy, { since, conditions, found });
}

async function writer(): Promise<PlaygroundSession> {
  return closeLater(await openSynced(server.remote));
}

/** An update of the playground, as opposed to one of the server's own database. */
function isUpdate({ method, params }: Message): boolean {
  return method === "update3" && String(params?.[0]).startsWith("Playground");
}

const thing = (name: string) => op.insert("Thing", { name, color: "red" });

test("a reconnect asks for what came after the last transaction, and gets no more", async () => {
  await using proxy = await observe();
  const session = closeLater(await openSynced(proxy.remote));
  const other = await writer();
  value(await session.transact([thing("stays"), thing("goes")]));
  const batch = await whileOffline(session, proxy.remote, async () => {
    value(await other.transact([op.delete("Thing", [["name", "==", "goes"]]), thing("comes")]));
  });
  expect(batch.initial).toBe(true);
  expect(batch.tables.Thing.length).toBe(2);
  expect(names(session)).toEqual(["comes", "stays"]);
  expect(proxy.found).toEqual([false, true]);
  expect(proxy.since[0]).toBe(ZERO_UUID);
  expect(proxy.since[1]).not.toBe(ZERO_UUID);
});

test("a condition that was set while there was no connection is asked for after the resumption", async () => {
  await using proxy = await observe();
  value(await (await writer()).transact([thing("a"), thing("b")]));
  const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [["name", "==", "a"]] } }));
  const down = reach(session, "disconnected");
  proxy.cut();
  await down;
  const wanted: Condition<Thing> = [["name", "==", "b"]];
  session.setCondition("Thing", wanted);
  await next(session.onCondition.bind(session), ({ Thing }) => Thing === wanted);
  expect(names(session)).toEqual(["b"]);
  expect(proxy.found).toEqual([false, true]);
  expect(proxy.conditions).toEqual([[["name", "==", "a"]], [["name", "==", "a"]]]);
});

test("a condition change in flight at a reconnect makes everything be asked for again", async () => {
  let cut = true;
  await using proxy = await observe((message) => {
    if (!isUpdate(message) || !cut) return "pass";
    cut = false;
    return "cut";
  });
  value(await (await writer()).transact([thing("a"), thing("b")]));
  cut = false;
  const session = closeLater(await openSynced(proxy.remote, { where: { Thing: [["name", "==", "a"]] } }));
  cut = true;
  const wanted: Condition<Thing> = [["name", "==", "b"]];
  session.setCondition("Thing", wanted);
  await next(session.onCondition.bind(session), ({ Thing }) => Thing === wanted);
  expect(names(session)).toEqual(["b"]);
  expect(proxy.since).toEqual([ZERO_UUID, ZERO_UUID]);
  expect(proxy.conditions.at(-1)).toEqual([["name", "==", "b"]]);
});

test("an update that cannot be applied makes everything be asked for again", async () => {
  let lose = false;
  await using proxy = await observe((message) => {
    if (!isUpdate(message) || !lose) return "pass";
    lose = false;
    return "drop";
  });
  const session = closeLater(await openSynced(proxy.remote));
  const other = await writer();
  lose = true;
  value(await other.transact([thing("missed")]));
  const down = reach(session, "disconnected");
  value(await other.transact([op.update("Thing", [["name", "==", "missed"]], { count: 2 })]));
  expect((await down).error.message).toContain("modified, but it is not in the replica");
  await session.synced();
  expect([...session.replica.table("Thing").rows.values()]).toMatchObject([{ name: "missed", count: 2 }]);
  expect(proxy.since).toEqual([ZERO_UUID, ZERO_UUID]);
});
