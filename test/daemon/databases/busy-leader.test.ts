// A leader that waits for its followers answers no question meanwhile, and everything else.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { listDatabases, Session } from "ovsdb-jsonrpc";
import { ovnSouthbound } from "../../../src/schemas/ovn_southbound.gen.ts";
import type { Message } from "../../ovsdb-jsonrpc/support/proxy.ts";
import { DATABASE, type Servers, startServers } from "./support/southbound-servers.ts";
import { op, type Stage, startStage } from "./support/stage.ts";

/** It must not give its place up while the test runs. */
const ELECTION_MS = 60_000;

let servers: Servers;
let stage: Stage;
beforeEach(async () => {
  servers = await startServers("leader", ELECTION_MS);
  stage = await startStage(servers);
});
afterEach(async () => {
  await stage[Symbol.asyncDispose]();
  await servers[Symbol.asyncDispose]();
});

const isQuestion = ({ method }: Message) => method === "transact";

/** The leader has written what its followers have not. */
function isWaiting(): boolean {
  return /Entries not yet committed: [1-9]/.test(servers.server.appctl("cluster/status", DATABASE));
}

test("a port whose row left waits while the leader does not answer, and says so; it goes with the answer", async () => {
  const [asked, answered] = [Promise.withResolvers<Message>(), Promise.withResolvers<void>()];
  stage.rules.fromChassis = (message) => {
    if (!isQuestion(message)) return "pass";
    asked.resolve(message);
    return "hold";
  };
  let isAnswered = false;
  await stage.write(stage.deleteBinding());
  const { id } = await asked.promise;
  stage.rules.toChassis = (message) => {
    if (message.method === undefined && message.id === id) {
      isAnswered = true;
      answered.resolve();
    }
    return "pass";
  };
  for (const other of servers.others) other.pause();
  const writer = new Session({ database: ovnSouthbound, remotes: servers.server.remote, monitor: {} });
  await writer.synced();
  const written = writer.transact([op.insert("Datapath_Binding", { tunnel_key: 2 })]);
  while (!isWaiting()) await Bun.sleep(10);
  stage.proxy.release();
  // Twice: the question is with the leader by the first answer.
  for (let time = 0; time < 2; time++) await listDatabases({ remotes: servers.server.remote });
  expect(isAnswered).toBe(false);
  expect(stage.transactions).toEqual([]);
  expect(stage.status()).toMatchObject({
    state: "plugged",
    reason: "the Southbound is asked whether its port binding is gone, and has not answered yet",
  });
  for (const other of servers.others) other.resume();
  expect(await written).toMatchObject({ ok: true });
  await answered.promise;
  await stage.until(() => stage.transactions.length > 0);
  writer.close();
});
