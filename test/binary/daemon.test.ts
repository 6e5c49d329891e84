/** The compiled daemon's life as a process: start, signals, pid file, log; with no database there at all. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { executable } from "../../tools/chassis/daemon.ts";
import { Folder } from "./support/vifplugd.ts";

/** A configuration that points at nothing but the folder. */
function writeConfig(folder: Folder, more: object = {}): Promise<string> {
  const config = {
    ovs: { remote: `unix:${join(folder.path, "none.sock")}` },
    run_dir: runDir(folder),
    ...more,
  };
  return folder.write("vifplugd.yaml", JSON.stringify(config));
}

function runDir(folder: Folder): string {
  return join(folder.path, "run");
}

function pidFile(folder: Folder): string {
  return join(runDir(folder), "vifplugd.pid");
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends it with exit code 0 and removes the pid file",
  async (signal) => {
    await using folder = await Folder.make();
    const daemon = folder.start("run", "--config", await writeConfig(folder));
    await daemon.waitLog(/Open_vSwitch: not connected/);
    expect(await Bun.file(pidFile(folder)).text()).toBe(`${daemon.pid}\n`);
    expect(await daemon.stop(signal)).toEqual({ code: 0, signal: null });
    expect(existsSync(pidFile(folder))).toBe(false);
  },
);

test("a signal at which other daemons open their log anew does nothing, and the log says what does", async () => {
  await using folder = await Folder.make();
  const daemon = folder.start("run", "--config", await writeConfig(folder));
  await daemon.waitLog(/Open_vSwitch: not connected/);
  for (const signal of ["SIGUSR1", "SIGUSR2"] as const) {
    daemon.kill(signal);
    await daemon.waitLog(new RegExp(` warn main: ${signal} does nothing; .* vlog/reopen`));
  }
  expect(await daemon.stop("SIGTERM")).toEqual({ code: 0, signal: null });
});

test("it goes on when whoever reads its log has left, and ends as usual", async () => {
  await using folder = await Folder.make();
  const config = await writeConfig(folder);
  const daemon = Bun.spawn([executable, "run", "--config", config], { stdout: "ignore", stderr: "pipe" });
  const reader = daemon.stderr.getReader();
  await reader.read();
  await reader.cancel();
  daemon.kill("SIGHUP");
  daemon.kill("SIGTERM");
  expect(await daemon.exited).toBe(0);
  expect(existsSync(pidFile(folder))).toBe(false);
});

test("without a sub-command it is the daemon", async () => {
  await using folder = await Folder.make();
  const daemon = folder.start("--config", await writeConfig(folder));
  await daemon.waitLog(new RegExp(` info main: vifplugd ${RegExp.escape(version)} starts$`));
  expect((await daemon.stop()).code).toBe(0);
});

test("a second one in the same run directory is refused, and the first keeps its pid file", async () => {
  await using folder = await Folder.make();
  const config = await writeConfig(folder);
  const first = folder.start("run", "--config", config);
  await first.waitLog(/Open_vSwitch: not connected/);
  const second = await folder.run("run", "--config", config);
  expect(second.code).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(`^.* error main: another vifplugd runs with pid ${first.pid} .*\\n$`),
  );
  expect(await Bun.file(pidFile(folder)).text()).toBe(`${first.pid}\n`);
  expect((await first.stop()).code).toBe(0);
});

test("it starts over the pid file of one that was killed", async () => {
  await using folder = await Folder.make();
  const config = await writeConfig(folder);
  const first = folder.start("run", "--config", config);
  await first.waitLog(/Open_vSwitch: not connected/);
  await first.stop("SIGKILL");
  expect(existsSync(pidFile(folder))).toBe(true);
  const second = folder.start("run", "--config", config);
  await second.waitLog(/Open_vSwitch: not connected/);
  expect(await Bun.file(pidFile(folder)).text()).toBe(`${second.pid}\n`);
  expect((await second.stop()).code).toBe(0);
});

test("a run directory that cannot be one is an error that names it", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("file", "");
  const { code, stderr } = await folder.run("run", "--config", await writeConfig(folder, { run_dir: file }));
  expect(code).toBe(1);
  expect(stderr).toContain(`cannot write the pid file ${file}/vifplugd.pid`);
});

test.each(["/nonexistent/record", "/dev/full"])(
  "a record that cannot be written is one line that names it, and the daemon goes on: %s",
  async (file) => {
    await using folder = await Folder.make();
    const config = await writeConfig(folder);
    const daemon = folder.start("run", "--config", config, "--record", file);
    await daemon.waitLog(/Open_vSwitch: not connected/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(daemon.lines.filter((line) => line.includes(file))).toEqual([
      expect.stringMatching(
        new RegExp(` error record: cannot write the record to ${file}: [a-z ]+; vifplugd tries again$`),
      ),
    ]);
  },
);

test("a log and a record in one file are refused, and the file is left alone", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("both", "ours\n");
  const link = join(folder.path, "link");
  symlinkSync(file, link);
  for (const alias of [`${folder.path}/./both`, link]) {
    const args = ["--log-file", file, "--record", alias];
    const { code, stderr } = await folder.run("run", "--config", await writeConfig(folder), ...args);
    expect([code, stderr]).toEqual([
      64,
      `vifplugd: run: --log-file and --record expect two files, received "${alias}" for both\n`,
    ]);
  }
  expect(readFileSync(file, "utf8")).toBe("ours\n");
});

test("a daemon that is refused leaves the record of the one that runs alone", async () => {
  await using folder = await Folder.make();
  const config = await writeConfig(folder);
  const record = join(folder.path, "record");
  const first = folder.start("run", "--config", config, "--record", record);
  await first.waitLog(/Open_vSwitch: not connected/);
  expect((await folder.run("run", "--config", config, "--record", record)).code).toBe(1);
  expect(existsSync(`${record}.1`)).toBe(false);
  await first.stop();
  const second = folder.start("run", "--config", config, "--record", record);
  await second.waitLog(/ info record: .*record existed already; it is kept as .*record\.1$/);
  await second.stop();
});

test("a run_dir that a SIGHUP brings is told with the one that stays in use, however often it changes", async () => {
  await using folder = await Folder.make();
  const config = await writeConfig(folder);
  const daemon = folder.start("run", "--config", config);
  await daemon.waitLog(/Open_vSwitch: not connected/);
  for (const name of ["run2", "run3"]) {
    await writeConfig(folder, { run_dir: join(folder.path, name) });
    daemon.kill("SIGHUP");
    await daemon.waitLog(
      new RegExp(`run_dir stays ${RegExp.escape(runDir(folder))} until .* then .*/${name}$`),
    );
  }
  await daemon.stop();
});

describe("an invalid configuration", () => {
  test("ends it with exit code 78 and the places on stderr, before it touches anything", async () => {
    await using folder = await Folder.make();
    let connections = 0;
    const socket = join(folder.path, "db.sock");
    const server = Bun.listen({
      unix: socket,
      socket: {
        open: () => void connections++,
        data: () => {},
      },
    });
    try {
      const config = await writeConfig(folder, { ovs: { remote: `unix:${socket}` }, chasis: "hv1" });
      const { code, stdout, stderr } = await folder.run("run", "--config", config);
      expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
      expect(stderr).toMatch(
        new RegExp(`^${RegExp.escape(config)}:1:\\d+: chasis: unknown key: .*\\n +1 \\| .*\\n.*\\^\\n$`),
      );
      expect(existsSync(runDir(folder))).toBe(false);
      expect(connections).toBe(0);
    } finally {
      server.stop(true);
    }
  });

  test("is one that was asked for and is not there", async () => {
    await using folder = await Folder.make();
    const { code, stderr } = await folder.run("--config", "absent.yaml");
    expect(code).toBe(78);
    expect(stderr).toStartWith("absent.yaml:1:1: ");
  });
});

describe("the log", () => {
  test("has a line per event: RFC 3339 UTC time, level, module, message", async () => {
    await using folder = await Folder.make();
    const daemon = folder.start("run", "--config", await writeConfig(folder));
    await daemon.waitLog(/Open_vSwitch: not connected/);
    await daemon.stop();
    const line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn|info|debug) [a-z]+: .+$/;
    expect(daemon.lines.filter((each) => !line.test(each))).toEqual([]);
  });

  test("is JSON where that is asked for", async () => {
    await using folder = await Folder.make();
    const daemon = folder.start("run", "--config", await writeConfig(folder, { log: { format: "json" } }));
    await daemon.waitLog(/Open_vSwitch: not connected/);
    await daemon.stop();
    const events = daemon.lines.map((line): unknown => JSON.parse(line));
    const event = { time: expect.any(String), level: expect.any(String), module: expect.any(String) };
    for (const each of events) expect(each).toEqual({ ...event, message: expect.any(String) });
  });

  test("warns once that no provider is enabled", async () => {
    await using folder = await Folder.make();
    const daemon = folder.start("run", "--config", await writeConfig(folder));
    await daemon.waitLog(/Open_vSwitch: not connected/);
    await daemon.stop();
    expect(daemon.lines.filter((line) => / warn .*no provider is enabled/.test(line))).toHaveLength(1);
  });
});
