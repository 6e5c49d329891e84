/** Two vifplugd on one chassis, with a real chassis under them: one of them decides, and never both. */
import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { baseConfig, startDaemon } from "../../tools/chassis/daemon.ts";
import type { Program } from "../../tools/chassis/program.ts";
import { type Hypervisor, startHypervisor } from "./support/hypervisor.ts";

/** A second daemon; it has the first one's run directory unless given another. */
function startSecond({ chassis }: Hypervisor, runDir = chassis.runDir): Promise<Program> {
  const config = { ...baseConfig(chassis), run_dir: runDir, providers: [{ type: "dummy" }] };
  return startDaemon({ chassis, config: { ...config, log: { level: "debug" } }, name: "second" });
}

async function ownRunDir({ chassis }: Hypervisor): Promise<string> {
  const dir = join(chassis.dir, "run2");
  await mkdir(dir);
  return dir;
}

test("the second in one run directory is refused, and the first goes on", async () => {
  await using hv = await startHypervisor();
  const second = await startSecond(hv);
  expect(await second.exited).toEqual({ code: 1, signal: null });
  expect(second.lines).toHaveLength(1);
  expect(second.lines[0]).toContain(`another vifplugd runs with pid ${hv.daemon.pid}`);
  expect((await Bun.file(join(hv.chassis.runDir, "vifplugd.pid")).text()).trim()).toBe(`${hv.daemon.pid}`);
  await hv.addPlugged("lsp1");
});

test("a daemon that was killed does not keep the next one out of its run directory", async () => {
  await using hv = await startHypervisor();
  const before = hv.daemon.pid;
  await hv.daemon.stop("SIGKILL");
  await hv.startDaemon();
  expect(hv.daemon.pid).not.toBe(before);
  await hv.addPlugged("lsp1");
});

test("with another run directory it stands by, and takes over when the first is killed", async () => {
  await using hv = await startHypervisor();
  const before = await hv.addPlugged("lsp1");
  const second = await startSecond(hv, await ownRunDir(hv));
  await second.waitLog(/ info plug: standing by: another vifplugd holds the lock vifplugd_hv1$/);
  await second.waitLog(/ debug plug: lsp1: plugged: another vifplugd holds the lock vifplugd_hv1$/);

  await hv.addPlugged("lsp2");
  await hv.deleteLport("lsp2");
  await hv.gone("lsp2");
  await hv.settle();
  expect(await hv.writesTo("lsp2")).toHaveLength(2);

  await hv.daemon.stop("SIGKILL");
  await second.waitLog(/holding the lock vifplugd_hv1/);
  await hv.addPlugged("lsp3");
  await hv.settle();
  expect((await hv.interface("lsp1"))._uuid).toBe(before._uuid);
  for (const lport of ["lsp1", "lsp3"]) expect(await hv.writesTo(lport)).toHaveLength(1);
});

test("what happens while nobody is active is dealt with by the one that takes over", async () => {
  await using hv = await startHypervisor();
  await hv.addPlugged("deleted");
  const second = await startSecond(hv, await ownRunDir(hv));
  await second.waitLog(/another vifplugd holds the lock/);
  await hv.chassis.kill("ovsdb-server", "SIGSTOP");
  await hv.daemon.stop("SIGKILL");
  await hv.deleteLport("deleted");
  await hv.addLport("new");
  await hv.chassis.kill("ovsdb-server", "SIGCONT");
  await hv.gone("deleted");
  await hv.installed("new");
  await hv.settle();
  expect(await hv.writesTo("new")).toHaveLength(1);
});

test("the one that stands by ends on SIGTERM and writes nothing", async () => {
  await using hv = await startHypervisor();
  await hv.addPlugged("lsp1");
  const second = await startSecond(hv, await ownRunDir(hv));
  await second.waitLog(/another vifplugd holds the lock/);
  expect(await second.stop()).toEqual({ code: 0, signal: null });
  await hv.addPlugged("lsp2");
  await hv.settle();
  for (const lport of ["lsp1", "lsp2"]) expect(await hv.writesTo(lport)).toHaveLength(1);
});
