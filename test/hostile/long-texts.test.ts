/** Texts of megabytes in a database: what people are shown is cut, what programs are shown is whole, and it is quick. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpuSeconds, memory } from "../../bench/support/usage.ts";
import { configPath } from "../../tools/chassis/daemon.ts";
import { Folder } from "../binary/support/vifplugd.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";

const MiB = 1 << 20;
const TYPE = "t".repeat(100_000);
const NAME = `n${"\u202e".repeat(300)}`;

let hypervisor: Hypervisor;
let folder: Folder;
beforeAll(async () => {
  folder = await Folder.make();
  hypervisor = await startHypervisor({ config: { metrics: { listen: "127.0.0.1:0" } } });
  const many = Array.from(
    { length: 300 },
    (_, index) => [`p${index}`, { "vif-plug-type": "unheard-of" }] as const,
  );
  await hypervisor.addLports(Object.fromEntries(many));
  await hypervisor.addLport(NAME, { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
});
afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

const vifplugd = (...args: readonly string[]) =>
  folder.run(...args, "--config", configPath(hypervisor.chassis));

test("one port with a type of 100 kB makes status no slower and no longer than it was", async () => {
  const { pid } = hypervisor.daemon;
  const measure = async () => {
    const before = cpuSeconds(pid);
    const { stdout } = await vifplugd("status");
    return { stdout, cpu: cpuSeconds(pid) - before };
  };
  await measure();
  const plain = await measure();
  await hypervisor.addLport("long", { "vif-plug-type": TYPE });
  await hypervisor.settle();
  await measure();
  const long = await measure();
  expect(long.stdout.length).toBeLessThan(plain.stdout.length * 1.5);
  expect(long.cpu).toBeLessThan(plain.cpu * 3 + 0.05);
  expect(long.stdout).toMatch(/^long +no-provider +t{200}… \(100,000 characters\)/m);
  expect(long.stdout).not.toContain("t".repeat(201));
});

test("explain cuts, and --json has all of the text", async () => {
  const { stdout } = await vifplugd("explain", "long");
  expect(stdout).not.toContain("t".repeat(201));
  expect(stdout.length).toBeLessThan(10_000);
  expect(JSON.parse((await vifplugd("explain", "long", "--json")).stdout).type).toBe(TYPE);
  const { ports } = JSON.parse((await vifplugd("status", "--json")).stdout);
  expect(ports.find(({ lport }: { lport: string }) => lport === "long").type).toBe(TYPE);
});

test("what cannot be seen is seen, everywhere", async () => {
  const outputs = await Promise.all([
    vifplugd("status"),
    vifplugd("explain", NAME),
    vifplugd("plan"),
    vifplugd("explain", `${NAME}nobody`),
  ]);
  for (const { stdout, stderr } of outputs) {
    expect(stdout + stderr).not.toMatch(/(?![\n])[\p{Cc}\p{Cf}]/u);
    expect(stdout + stderr).not.toBe("");
  }
  for (const line of hypervisor.daemon.lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test("a value that is shown keeps its columns in step with names of East Asia", async () => {
  await hypervisor.addLport("网卡-一号", { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
  const rows = (await vifplugd("status")).stdout
    .split("\n")
    .filter((line) => / no-provider +unheard/.test(line));
  const columns = rows
    .filter((line) => !line.startsWith("n\ufffd"))
    .map((line) => Bun.stringWidth(line.slice(0, line.indexOf(" no-provider"))));
  expect(new Set(columns).size).toBe(1);
});

test("none of it stays in memory when it is gone", () => {
  expect(memory(hypervisor.daemon.pid).peak).toBeLessThan(300 * MiB);
});
