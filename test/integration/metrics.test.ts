// The metrics listener, on a real chassis: what Prometheus, a load balancer and a supervisor see.
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { baseConfig, configPath } from "../../tools/chassis/daemon.ts";
import { startHypervisor } from "./support/hypervisor.ts";

test("metrics, health and readiness are served where the configuration says, and nowhere else", async () => {
  await using hypervisor = await startHypervisor({
    config: { metrics: { listen: "127.0.0.1:0", engine: true }, log: { level: "debug" } },
  });
  const { chassis } = hypervisor;
  const daemon = hypervisor.daemon;
  const line = await daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
  const base = `http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}`;
  const get = async (path: string, method = "GET") => {
    const response = await fetch(base + path, { method });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    };
  };

  await hypervisor.addPlugged("web1");
  expect(await get("/healthz")).toMatchObject({ status: 200, body: "ok\n" });
  expect(await get("/readyz")).toMatchObject({ status: 200, body: "ready\n" });
  const metrics = await get("/metrics");
  expect(metrics).toMatchObject({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
  for (const sample of [
    /^vifplugd_info\{version="[\d.]+",chassis="hv1"\} 1$/m,
    /^vifplugd_ready 1$/m,
    /^vifplugd_connected\{database="OVN_Southbound"\} 1$/m,
    /^vifplugd_provider_ready\{type="dummy"\} 1$/m,
    /^vifplugd_ports\{state="plugged"\} 1$/m,
    /^vifplugd_ports\{state="held"\} 0$/m,
    /^vifplugd_build_info\{version="[\d.]+",commit="\S+",target="\S+",runtime="Bun [^"]+"\} 1$/m,
    /^vifplugd_lock_held 1$/m,
    /^vifplugd_last_reload_success 1$/m,
    /^vifplugd_event_to_commit_seconds_bucket\{le="\+Inf"\} 1$/m,
    /^vifplugd_event_to_commit_seconds_count 1$/m,
    /^vifplugd_provider_call_seconds_count\{type="dummy",callback="prepare"\} [1-9]\d*$/m,
    /^process_resident_memory_bytes [1-9]\d+$/m,
    /^process_open_fds [1-9]\d*$/m,
    /^vifplugd_node_recomputes_total\{node="plug"\} \d+$/m,
    /^vifplugd_events_total\{event="txn_committed"\} [1-9]\d*$/m,
  ]) {
    expect(metrics.body).toMatch(sample);
  }
  const names = [...metrics.body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
  // What alerts and the dashboard ask for is there, but for what only comes with an event.
  const asked = ["prometheus/alerts.yaml", "grafana/vifplugd.json"].flatMap((file) => {
    const config = readFileSync(join(import.meta.dir, "../../config", file), "utf8");
    return config.match(/\b(?:vifplugd|process)_[a-z_]+(?=[{[ *,)"])/g) ?? [];
  });
  expect(asked.length).toBeGreaterThan(30);
  const known = new Set(names.map(String));
  expect(asked.map((name) => name.replace(/_bucket$/, "")).filter((name) => !known.has(name))).toEqual([]);
  expect(await get("/else")).toMatchObject({ status: 404 });
  expect(await get("/metrics", "POST")).toMatchObject({ status: 405 });
  expect(await get("/metrics", "HEAD")).toMatchObject({ status: 200, body: "" });

  await chassis.stop("ovnsb_db");
  await daemon.waitLog(/OVN_Southbound: not connected/);
  expect(await get("/readyz")).toMatchObject({
    status: 503,
    body: "not ready: the Southbound is not connected or not up to date\n",
  });
  // Of a busy machine the last text is told again, until there is time for another one.
  const isAway = /^vifplugd_connected\{database="OVN_Southbound"\} 0$/m;
  const deadline = performance.now() + 30_000;
  while (!isAway.test((await get("/metrics")).body)) {
    expect(performance.now()).toBeLessThan(deadline);
    await Bun.sleep(100);
  }

  await Bun.write(
    configPath(chassis),
    JSON.stringify({ ...baseConfig(chassis), providers: [{ type: "dummy" }] }),
  );
  const from = daemon.lines.length;
  daemon.kill("SIGHUP");
  await daemon.waitLog(/the configuration is read anew/, 10_000, from);
  await expect(get("/healthz")).rejects.toThrow();
});
