// Who asks the daemon: by its control socket, and by HTTP.
import { describe, expect, test } from "bun:test";
import { connect, type NetConnectOpts } from "node:net";
import { MAX_CLIENTS } from "../../src/serve/capacity.ts";
import { daemons, type RunningDaemon } from "./support/running-daemon.ts";

const bench = daemons();

const LISTENING = "metrics: { listen: '127.0.0.1:0' }\nproviders: [{ type: dummy }]";

/** Clients that say nothing; they leave at the end of the test. */
function clients(count: number, where: NetConnectOpts) {
  const sockets = Array.from({ length: count }, () => connect(where));
  const left = sockets.map((socket) => new Promise<void>((resolve) => socket.on("close", () => resolve())));
  for (const socket of sockets) socket.on("error", () => {});
  return {
    anyLeft: Promise.any(left),
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function hasClients(running: RunningDaemon, kind: "control" | "http", count: number): Promise<void> {
  for (;;) {
    const usage = await running.ask("memory/show");
    if (usage.split(" ").includes(`${kind}-clients:${count}`)) return;
  }
}

describe("its control socket", () => {
  test.each([
    ["inc-engine/show-stats"],
    ["plug/show"],
    ["version"],
    ["coverage/show"],
    ["vlog/list"],
    ["list-commands"],
    ["debug/status"],
  ])("answers %s", async (command) => {
    const running = await bench.start();
    expect(await running.ask(command)).not.toBeEmpty();
    expect(running.told.written).toBeGreaterThan(0);
    expect(await running.counted("unixctl_received")).toBe(2);
  });

  test("tells who asks the daemon to end that it has been heard, and the daemon hears it once", async () => {
    const running = await bench.start();
    await running.ask("exit");
    expect(running.told.exits).toBe(1);
  });

  test("keeps so many clients, and lets those go that say nothing", async () => {
    const running = await bench.start();
    using many = clients(MAX_CLIENTS + 8, { path: running.socket });
    await many.anyLeft;
    expect(running.lines.join("\n")).toMatch(/control client disconnected: more than \d+ clients/);
  });
});

test("it says what it keeps, who is connected to it, and where it listens", async () => {
  const running = await bench.ready({ yaml: LISTENING });
  const status: unknown = JSON.parse(await running.ask("plug/status"));
  expect(status).toMatchObject({
    files: [
      { kind: "control-socket", path: running.socket, state: "ready" },
      { kind: "log", path: "/a/log" },
    ],
    metrics: { listen: "127.0.0.1:0", state: "listening" },
  });
  using _three = clients(3, { port: await running.httpPort(), host: "127.0.0.1" });
  using _two = clients(2, { path: running.socket });
  await hasClients(running, "http", 3);
  // And the client that asks.
  await hasClients(running, "control", 3);
});

describe("its listener for HTTP", () => {
  test("shows the metrics of the configuration in force, and the page when that is asked for", async () => {
    const running = await bench.ready();
    const { chassis, daemon, told } = running;
    const listening = (rest: string) =>
      running.config(`metrics: { listen: "127.0.0.1:0"${rest} }\nproviders: [{ type: dummy }]`);
    daemon.reload(listening(", page: true"));
    const written = told.written;
    const usual = await running.fetch();
    expect(told.written - written).toBeGreaterThan(usual.length);
    expect(usual).toContain("vifplugd_");
    expect(usual).not.toContain('node="');
    expect(await running.fetch("/")).toContain("<html");
    daemon.reload(listening(", engine: true"));
    expect(await running.fetch()).toContain('node="');
    const reloaded = await running.metric("vifplugd_last_reload_timestamp_seconds");
    expect(reloaded).toBe(chassis.process.environment.now() / 1000);
    expect(await running.metric("vifplugd_last_reload_success")).toBe(1);
  });

  test("tells of a configuration that was not valid, which changes nothing", async () => {
    const running = await bench.start({ yaml: LISTENING });
    expect(await running.metric("vifplugd_last_reload_success")).toBe(1);
    running.chassis.pass(10_000);
    running.daemon.refuseReload();
    expect(await running.metric("vifplugd_last_reload_success")).toBe(0);
    const refused = await running.metric("vifplugd_last_reload_timestamp_seconds");
    expect(refused).toBe(running.chassis.process.environment.now() / 1000);
  });

  test("keeps so many clients, and lets those go that say nothing", async () => {
    const running = await bench.start({ yaml: LISTENING });
    using many = clients(MAX_CLIENTS + 8, { port: await running.httpPort(), host: "127.0.0.1" });
    await many.anyLeft;
  });

  test("is closed when the daemon has ended", async () => {
    const running = await bench.start({ yaml: LISTENING });
    await running.fetch("/healthz");
    await running.stop();
    await expect(running.fetch("/healthz")).rejects.toThrow();
  });
});
