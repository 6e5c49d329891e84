/** The compiled daemon as a systemd service: what it tells the service manager, and what it writes for the journal. */
import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startChassis } from "../../tools/chassis/chassis.ts";
import { baseConfig, executable } from "../../tools/chassis/daemon.ts";
import { Program } from "../../tools/chassis/program.ts";
import { Folder } from "./support/vifplugd.ts";

const unit = join(import.meta.dir, "../../config/vifplugd.service");
const env = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

/** A service manager at an address; its lines are the datagrams it gets. */
async function startManager(folder: Folder, address: string): Promise<Program> {
  const receiver = new Program({
    name: "notify-receiver",
    argv: [process.execPath, join(import.meta.dir, "support/notify-receiver.ts"), address],
    env,
    cwd: folder.path,
  });
  await receiver.waitLog(/^bound$/);
  return receiver;
}

function startService(folder: Folder, config: string, more: Readonly<Record<string, string>>): Program {
  return new Program({
    name: "vifplugd",
    argv: [executable, "run", "--config", config],
    env: { ...env, ...more },
    cwd: folder.path,
  });
}

/** A configuration that finds no database. */
function lonelyConfig(folder: Folder): Promise<string> {
  const config = {
    ovs: { remote: `unix:${join(folder.path, "none.sock")}` },
    run_dir: join(folder.path, "run"),
  };
  return folder.write("vifplugd.yaml", JSON.stringify(config));
}

describe("the service manager", () => {
  test("is told what is missing until nothing is, that the daemon reloads, and that it stops", async () => {
    await using folder = await Folder.make();
    await using chassis = await startChassis();
    const socket = join(folder.path, "notify");
    const manager = await startManager(folder, socket);
    try {
      const config = await folder.write(
        "vifplugd.yaml",
        JSON.stringify({ ...baseConfig(chassis), providers: [{ type: "dummy" }] }),
      );
      const daemon = startService(folder, config, { NOTIFY_SOCKET: socket });
      await manager.waitLog(/READY=1/);
      await manager.waitLog(/^"STATUS=ready"/);
      const status: unknown = JSON.parse(await chassis.appctl("vifplugd", "plug/status"));
      expect(status).toMatchObject({ ready: true });
      const pointTo = (remote: string) =>
        chassis.vsctl("--no-wait", "set", "Open_vSwitch", ".", `external_ids:ovn-remote="${remote}"`);
      let before = manager.lines.length;
      await pointTo(`unix:${join(folder.path, "none.sock")}`);
      await manager.waitLog(/^"STATUS=not ready: .*Southbound/, undefined, before);
      before = manager.lines.length;
      await pointTo(`unix:${chassis.sbSock}`);
      await manager.waitLog(/^"STATUS=ready"/, undefined, before);
      daemon.kill("SIGHUP");
      await manager.waitLog(/RELOADING=1\\nMONOTONIC_USEC=[1-9]\d+"/);
      await manager.waitLog(/^"READY=1"/, undefined, before);
      expect((await daemon.stop()).code).toBe(0);
      await manager.waitLog(/STOPPING=1/);
    } finally {
      await manager.stop("SIGKILL");
    }
  });

  test("is told that the daemon runs while there is no database, in the words of status", async () => {
    await using folder = await Folder.make();
    const socket = join(folder.path, "notify");
    const manager = await startManager(folder, socket);
    try {
      const config = await lonelyConfig(folder);
      const daemon = startService(folder, config, { NOTIFY_SOCKET: socket });
      await manager.waitLog(/^"READY=1"/);
      const said = await manager.waitLog(/^"STATUS=not ready: /);
      const { stdout } = Bun.spawnSync([executable, "status", "--json", "--config", config], { env });
      const { reason }: { reason: string } = JSON.parse(stdout.toString());
      expect(JSON.parse(said)).toBe(`STATUS=not ready: ${reason}`);
      await daemon.stop();
      await manager.waitLog(/STOPPING=1/);
    } finally {
      await manager.stop("SIGKILL");
    }
  });

  test.each(["path", "abstract name"])("hears the watchdog at a socket with a %s", async (kind) => {
    await using folder = await Folder.make();
    const socket = kind === "path" ? join(folder.path, "notify") : `@${folder.path}`;
    const manager = await startManager(folder, socket);
    try {
      const daemon = startService(folder, await lonelyConfig(folder), {
        NOTIFY_SOCKET: socket,
        WATCHDOG_USEC: "100000",
      });
      await manager.waitLog(/WATCHDOG=1/);
      await manager.waitLog(/WATCHDOG=1/, 10_000, manager.lines.length);
      await daemon.stop();
    } finally {
      await manager.stop("SIGKILL");
    }
  });

  test("hears no watchdog that is meant for another process", async () => {
    await using folder = await Folder.make();
    const socket = join(folder.path, "notify");
    const manager = await startManager(folder, socket);
    try {
      const daemon = startService(folder, await lonelyConfig(folder), {
        NOTIFY_SOCKET: socket,
        WATCHDOG_USEC: "1000",
        WATCHDOG_PID: "1",
      });
      await daemon.waitLog(/Open_vSwitch: not connected/);
      await daemon.stop();
      await manager.waitLog(/STOPPING=1/);
      expect(manager.lines.filter((line) => line.includes("WATCHDOG"))).toEqual([]);
    } finally {
      await manager.stop("SIGKILL");
    }
  });

  test("may be gone", async () => {
    await using folder = await Folder.make();
    const daemon = startService(folder, await lonelyConfig(folder), {
      NOTIFY_SOCKET: join(folder.path, "nobody"),
      WATCHDOG_USEC: "1000",
    });
    await daemon.waitLog(/Open_vSwitch: not connected/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });
});

describe("lines for the journal", () => {
  /** Runs the daemon with JOURNAL_STREAM as a shell makes it, and returns what it has logged. */
  async function logOf(folder: Folder, stream: string): Promise<readonly string[]> {
    const start = `JOURNAL_STREAM=${stream} exec ${executable} run --config ${await lonelyConfig(folder)}`;
    const daemon = new Program({ name: "vifplugd", argv: ["sh", "-c", start], env, cwd: folder.path });
    await daemon.waitLog(/Open_vSwitch: not connected/);
    await daemon.stop();
    return daemon.lines;
  }

  test("begin with their priority", async () => {
    await using folder = await Folder.make();
    const lines = await logOf(folder, "$(stat -L -c %d:%i /proc/self/fd/2)");
    const priorities = { error: 3, warn: 4, info: 6, debug: 7 };
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) {
      const [, priority, level = ""] = /^<(\d)>\S+ (\w+) \w+: /.exec(line) ?? [];
      expect(priorities).toHaveProperty(level, Number(priority));
    }
  });

  test("are lines as ever when standard error is something else", async () => {
    await using folder = await Folder.make();
    const lines = await logOf(folder, "1:1");
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !/^\d{4}-/.test(line))).toEqual([]);
  });
});

// Containers have no systemd, and a service manager is too much to install for two tests.
describe.skipIf(Bun.which("systemd-analyze") === null)("the unit file", () => {
  async function analyze(...args: readonly string[]) {
    const child = Bun.spawn(["systemd-analyze", ...args], {
      env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: 60_000,
    });
    const [stdout, stderr, code] = await Promise.all([
      child.stdout.text(),
      child.stderr.text(),
      child.exited,
    ]);
    return { stdout, stderr, code };
  }

  test("is one that systemd understands", async () => {
    await using folder = await Folder.make();
    const installed = await readFile(unit, "utf8");
    const file = await folder.write(
      "vifplugd.service",
      installed.replace("/usr/bin/vifplugd", executable).replace(/^Documentation=.*$/m, ""),
    );
    expect(await analyze("verify", "--man=no", file)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("exposes little", async () => {
    const { stdout, code } = await analyze(
      "security",
      "--offline=true",
      "--threshold=30",
      "--no-pager",
      unit,
    );
    expect(code).toBe(0);
    const [, exposure = "10"] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(3);
  });
});
