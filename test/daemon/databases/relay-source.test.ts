// A relay shows whatever its source has: another state of the database may come over the same connection, without a word.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, rmSync } from "node:fs";
import type { Message } from "../../ovsdb-jsonrpc/support/proxy.ts";
import { run } from "../../ovsdb-jsonrpc/support/server.ts";
import { map } from "../../support/rows.ts";
import { DATABASE, SCHEMA, type Servers, startServers } from "./support/southbound-servers.ts";
import { op, type Stage, setStage } from "./support/stage.ts";

const asksForPort = ({ method, params }: Message) =>
  method === "transact" && JSON.stringify(params).includes('"table":"Port_Binding"');

/** How another file takes the place of the source's database. */
const WAYS = ["while it runs", "while it is down"] as const;

describe.each(WAYS)("a relay whose source is given another database %s", (way) => {
  let servers: Servers;
  let stage: Stage;
  let backup: string;
  beforeEach(async () => {
    servers = await startServers("relay");
    stage = await setStage(servers);
    backup = `${source().file}.backup`;
  });
  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  async function inView(): Promise<void> {
    stage.connect();
    await stage.until(() => stage.isInView() && stage.known()?.chassisUuid === stage.chassis.here);
    stage.forgetRequests();
  }

  function source() {
    if (servers.source === null) throw new Error("a relay has a source");
    return servers.source;
  }

  function backUp(): void {
    copyFileSync(source().file, backup);
  }

  /** The source goes on with the database that the backup is of, or with an empty one. */
  async function replace(bringBack: (file: string) => void): Promise<void> {
    const { server, file } = source();
    if (way === "while it runs") server.appctl("ovsdb-server/remove-db", DATABASE);
    else await server.stop();
    rmSync(file);
    bringBack(file);
    if (way === "while it runs") server.appctl("ovsdb-server/add-db", file);
    else await server.start();
  }

  const restore = () => replace((file) => copyFileSync(backup, file));

  test("restored from a backup with the row that is gone: the view wins over the answer", async () => {
    backUp();
    await inView();
    stage.rules.fromChassis = (message) => (asksForPort(message) ? "hold" : "pass");
    await stage.write(stage.deleteBinding());
    await stage.until(() => stage.absence() === "asked");
    await restore();
    await stage.until(() => stage.isInView() && stage.known()?.chassisUuid === stage.chassis.here);
    stage.rules.fromChassis = () => "pass";
    stage.proxy.release();
    await stage.write(op.update("SB_Global", [], { options: map({ northd_internal_version: "24" }) }));
    await stage.until(() => stage.northdVersion() === "24");
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    expect(stage.transactions).toEqual([]);
  });

  test("restored from a backup without a row that came later: its interface goes", async () => {
    await stage.write(stage.deleteBinding());
    backUp();
    await stage.write(stage.insertBinding("here"));
    await inView();
    await restore();
    await stage.until(() => stage.transactions.length > 0);
    expect(stage.isInView()).toBe(false);
    expect(stage.known()?.chassisUuid).toBe(stage.chassis.here);
  });

  test("that is empty: everything stays, and is asked for by name when it is filled", async () => {
    await inView();
    await replace((file) => run("ovsdb-tool", "create", file, SCHEMA));
    await stage.until(() => stage.isSynced() && !stage.isInView() && !stage.northdHasWritten());
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    expect(stage.requests.filter(asksForPort)).toEqual([]);
    await stage.write(
      op.insert("Encap", { type: "geneve", ip: "192.0.2.9", chassis_name: "hv1" }, "again"),
      op.insert("Chassis", { name: "hv1", hostname: "hv1.example", encaps: [stage.named("again")] }),
    );
    await stage.until(() => (stage.known()?.chassisUuid ?? null) !== null);
    expect(stage.status()).toMatchObject({ state: "plugged", change: null });
    await stage.write(op.insert("SB_Global", { options: map({ northd_internal_version: "24" }) }));
    await stage.until(() => stage.transactions.length > 0);
    expect(stage.known()?.lports.size).toBe(1);
    expect(stage.requests).not.toBeEmpty();
    expect(stage.requests.filter(asksForPort)).toEqual([]);
  });
});
