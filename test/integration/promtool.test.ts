// What Prometheus's own checker says of the metrics of a real daemon, and of the alerts.
import { beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { startHypervisor } from "./support/hypervisor.ts";

const root = join(import.meta.dir, "../..");

let promtool = "";

beforeAll(() => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["sh", "tools/promtool.sh"], { cwd: root });
  if (exitCode !== 0) throw new Error(stderr.toString());
  promtool = stdout.toString().trim();
}, 240_000);

async function check(args: readonly string[], stdin = ""): Promise<{ code: number; text: string }> {
  const child = Bun.spawn([promtool, ...args], {
    cwd: join(root, "config/prometheus"),
    stdin: Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
    timeout: 50_000,
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, text: out + err };
}

test("promtool has nothing to say against the metrics, with all that can be among them", async () => {
  await using hypervisor = await startHypervisor({
    config: { metrics: { listen: "127.0.0.1:0", engine: true, public: true } },
  });
  await hypervisor.addPlugged("plugged");
  await hypervisor.addLport('in "trouble"\\', { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
  const line = await hypervisor.daemon.waitLog(/metrics: listening on 127\.0\.0\.1 port \d+/);
  const response = await fetch(`http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}/metrics`);
  const metrics = await response.text();
  expect(metrics).toContain("vifplugd_port_info{");
  expect(metrics).toContain("vifplugd_node_recomputes_total{");
  expect(await check(["check", "metrics"], metrics)).toEqual({ code: 0, text: "" });
});

test("promtool finds what is not as Prometheus wants it", async () => {
  const { code, text } = await check(["check", "metrics"], "# TYPE x_total gauge\nx_total 1\n");
  expect(code).not.toBe(0);
  expect(text).toContain("x_total");
});

test("the alerts are rules, and each comes when its test says so", async () => {
  expect(await check(["check", "rules", "alerts.yaml"])).toMatchObject({ code: 0 });
  const { code, text } = await check(["test", "rules", "alerts.test.yaml"]);
  expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining("SUCCESS") });
});
