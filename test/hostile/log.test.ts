/** The log of the compiled executable, when its reader is stuck, its file is rotated, or somebody makes it talk. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { closeSync, constants, mkdirSync, openSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { memory } from "../../bench/support/usage.ts";
import { askDaemon } from "../../src/control/client.ts";
import { executable } from "../../tools/chassis/daemon.ts";
import { run } from "../../tools/chassis/program.ts";
import { Folder } from "../binary/support/vifplugd.ts";
import { startHypervisor } from "../integration/support/hypervisor.ts";

const MiB = 1 << 20;

let folder: Folder;
let runDir = "";
let config = "";
beforeEach(async () => {
  folder = await Folder.make();
  runDir = join(folder.path, "run");
  mkdirSync(runDir);
  config = await folder.write(
    "vifplugd.yaml",
    JSON.stringify({ run_dir: runDir, log: { level: "debug" }, ovs: { remote: `unix:${folder.path}/none` } }),
  );
});
afterEach(() => folder[Symbol.asyncDispose]());

/** What the daemon answers; waits until it does. */
async function ask(method: string, ...params: readonly string[]): Promise<string> {
  for (;;) {
    const answer = await askDaemon(runDir, method, params);
    if (answer.ok) return answer.value.text;
    await Bun.sleep(20);
  }
}

test("a reader that is stuck holds up neither the daemon nor its end, and costs bounded memory", async () => {
  const pipe = join(folder.path, "log");
  await run(["mkfifo", pipe], { PATH: process.env.PATH ?? "" });
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const daemon = Bun.spawn(["sh", "-c", `exec ${executable} run --config ${config} 2>${pipe}`], {
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  await ask("version");
  const before = memory(daemon.pid).resident;
  // Each is a line of debugging, and far more than a pipe holds.
  const long = "x ".repeat(10_000);
  for (let round = 0; round < 3000; round++) {
    await askDaemon(runDir, "no-such-command", [long]);
    if (round % 100 === 0) await Bun.sleep(100);
  }
  expect(memory(daemon.pid).resident - before).toBeLessThan(32 * MiB);
  daemon.kill("SIGTERM");
  // The bound is ten times what it takes.
  expect(await Promise.race([daemon.exited, Bun.sleep(50_000).then(() => "still there")])).toBe(0);
  closeSync(reader);
});

describe("--log-file", () => {
  test("has the log instead of standard error, and is opened anew after it was renamed", async () => {
    const file = join(folder.path, "vifplugd.log");
    const daemon = folder.start("run", "--config", config, "--log-file", file);
    await ask("version");
    expect(await ask("vlog/list")).toMatch(/^main +OFF +OFF +DBG$/m);
    renameSync(file, `${file}.1`);
    await ask("vlog/set", "any:file:dbg");
    expect(readFileSync(`${file}.1`, "utf8")).toMatch(/ info main: vifplugd \S+ starts\n/);
    expect(await ask("vlog/reopen")).toBe("");
    await ask("version");
    expect(readFileSync(file, "utf8")).toMatch(/received request version/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(readFileSync(file, "utf8")).toMatch(/SIGTERM: stopping/);
    expect(daemon.lines).toEqual([]);
  });

  test("that cannot be written, or that somebody else made a link, leaves the log on standard error", async () => {
    const shared = join(folder.path, "shared");
    mkdirSync(shared);
    await run(["chmod", "777", shared], { PATH: process.env.PATH ?? "" });
    symlinkSync(config, join(shared, "log"));
    const before = readFileSync(config, "utf8");
    for (const file of [join(folder.path, "none/log"), join(shared, "log"), folder.path]) {
      const daemon = folder.start("run", "--config", config, "--log-file", file);
      const text = await ask("plug/status", "text");
      expect(text.replaceAll(/\s+/g, " ")).toContain(` log failed cannot write the log to ${file}: `);
      await daemon.stop();
      expect(daemon.lines[0]).toContain(` error log: cannot write the log to ${file}: `);
      expect(daemon.lines.join("\n")).toContain("SIGTERM: stopping");
    }
    expect(readFileSync(config, "utf8")).toBe(before);
  });
});

test("without a file there is nothing to open anew, and the last lines are there", async () => {
  const daemon = folder.start("run", "--config", config);
  await ask("version");
  expect(await ask("vlog/reopen")).toContain("Logging to file not configured");
  expect(await ask("vlog/set", "any:file:dbg")).toContain("logs to the console only");
  const tail = await ask("log/tail", "1000");
  expect(tail).toMatch(/ info main: vifplugd \S+ starts\n/);
  expect((await ask("log/tail", "1")).trimEnd().split("\n")).toHaveLength(1);
  expect(await ask("log/tail", "many")).toContain("expected a number of lines");
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

test("an option of a megabyte that changes without end writes less log than one second's limit allows", async () => {
  await using hypervisor = await startHypervisor({ config: { log: { level: "info" } } });
  const { chassis, daemon } = hypervisor;
  await hypervisor.addPlugged("first");
  const from = daemon.lines.length;
  for (let round = 0; round < 12; round++) {
    await chassis.nbctl(
      "--",
      "set",
      "Logical_Switch_Port",
      "first",
      `options:vif-plug-mtu-request=${round}${"y".repeat(100_000)}`,
    );
  }
  await hypervisor.addPlugged("last");
  const written = daemon.lines.slice(from).reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  expect(written).toBeLessThan(100 * 8192);
  for (const line of daemon.lines) expect(Buffer.byteLength(line)).toBeLessThan(8192);
});
