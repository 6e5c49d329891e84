/** What cannot be had at the start, or is taken away later, is had as soon as it can be, and until then it is said. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { askDaemon } from "../../src/control/client.ts";
import { Folder } from "../binary/support/vifplugd.ts";
import { startHypervisor } from "../integration/support/hypervisor.ts";

test("a metrics address that is taken is tried again, and status says so meanwhile", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await using hypervisor = await startHypervisor({ config: { metrics: { listen: `127.0.0.1:${port}` } } });
  const { daemon, chassis } = hypervisor;
  await daemon.waitLog(/ warn control: metrics: cannot listen on 127\.0\.0\.1 port \d+: .*; next try in 1 s/);
  const status = async () => JSON.parse(await chassis.appctl("vifplugd", "plug/status")).metrics;
  expect(await status()).toEqual({
    listen: `127.0.0.1:${port}`,
    state: "failed",
    error: expect.stringContaining("cannot listen on 127.0.0.1"),
  });
  expect(await chassis.appctl("vifplugd", "plug/status", "text")).toMatch(
    /^metrics +failed {2}cannot listen/m,
  );
  await new Promise((resolve) => taken.close(resolve));
  await daemon.waitLog(/ info control: metrics: listening on 127\.0\.0\.1 port/, 30_000);
  expect(await status()).toEqual({ listen: `127.0.0.1:${port}`, state: "listening", error: null });
  expect(await (await fetch(`http://127.0.0.1:${port}/healthz`)).text()).toBe("ok\n");
});

/** A daemon with no database, and what its `plug/status` says. */
async function alone(folder: Folder, ...args: readonly string[]) {
  const runDir = join(folder.path, "run");
  const content = { run_dir: runDir, ovs: { remote: `unix:${folder.path}/none` } };
  const config = await folder.write("vifplugd.yaml", JSON.stringify(content));
  const daemon = folder.start("run", "--config", config, ...args);
  await until(async () => (await askDaemon(runDir, "version", [])).ok);
  const files = async () => {
    const answer = await askDaemon(runDir, "plug/status", []);
    const { files } = JSON.parse(answer.ok ? answer.value.text : "{}") as {
      files?: readonly { kind: string; error: string | null }[];
    };
    return files === undefined ? null : Object.fromEntries(files.map(({ kind, error }) => [kind, error]));
  };
  return { runDir, daemon, files };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await Bun.sleep(100);
}

test("the pid file and the control socket are made anew when somebody removes them with their folder", async () => {
  await using folder = await Folder.make();
  const { runDir, daemon, files } = await alone(folder);
  const ready = { "pid-file": null, "control-socket": null };
  const [pidFile, socket] = [join(runDir, "vifplugd.pid"), join(runDir, `vifplugd.${daemon.pid}.ctl`)];
  rmSync(runDir, { recursive: true });
  await until(() => existsSync(pidFile) && existsSync(socket));
  await until(async () => Bun.deepEquals(await files(), ready));
  await daemon.stop();
  expect([existsSync(pidFile), existsSync(socket)]).toEqual([false, false]);
});

test("a log and a record whose folder comes later have everything from then on, and the record from its beginning", async () => {
  await using folder = await Folder.make();
  const later = join(folder.path, "later");
  const [log, record] = [join(later, "log"), join(later, "record")];
  const { daemon, files } = await alone(folder, "--log-file", log, "--record", record);
  expect(await files()).toEqual({
    "pid-file": null,
    "control-socket": null,
    log: expect.stringContaining(`cannot write the log to ${log}: no such file`),
    record: expect.stringContaining(`cannot write the record to ${record}: no such file`),
  });
  mkdirSync(later);
  await until(() => existsSync(log) && existsSync(record));
  await until(async () => Object.values((await files()) ?? { none: "yet" }).every((error) => error === null));
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  expect(readFileSync(log, "utf8")).toMatch(/ info log: the log is in .*\n(.*\n)*.*SIGTERM: stopping/);
  const { code, stderr } = await folder.run("replay", record);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

test("a log that was removed, and a record that no disk takes, stand in the status", async () => {
  await using folder = await Folder.make();
  const log = join(folder.path, "log");
  const { runDir, daemon, files } = await alone(folder, "--log-file", log, "--record", "/dev/full");
  rmSync(log);
  expect(await files()).toMatchObject({
    log: expect.stringContaining("vlog/reopen makes a new file"),
    record: expect.stringContaining("no space left on device"),
  });
  await askDaemon(runDir, "vlog/reopen", []);
  expect(await files()).toMatchObject({ log: null });
  await daemon.stop();
  expect(readFileSync(log, "utf8")).toContain("SIGTERM: stopping");
});
