/** The compiled executable's command line: what it prints where, and its exit codes. */
import { describe, expect, test } from "bun:test";
import { stat, utimes } from "node:fs/promises";
import { version } from "../../package.json" with { type: "json" };
import { executable } from "../../tools/chassis/daemon.ts";
import { hostTarget } from "../../tools/package/targets.ts";
import { Folder } from "./support/vifplugd.ts";

test.each(["version", "--version", "-V"])(
  "%s prints the version, and what it was made from",
  async (argument) => {
    await using folder = await Folder.make();
    const { code, stdout, stderr } = await folder.run(argument);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [first, ...facts] = stdout.trimEnd().split("\n");
    expect(first).toBe(`vifplugd ${version}`);
    expect(facts).toEqual([
      expect.stringMatching(/^commit +([0-9a-f]{12}(-dirty)?|unknown)$/),
      `target     ${hostTarget().name}`,
      `runtime    Bun ${Bun.version} (${Bun.revision.slice(0, 9)})`,
      expect.stringMatching(/^providers {2}dummy, /),
      "linked     none",
    ]);
  },
);

test.each(["help", "--help"])("%s prints every command", async (argument) => {
  await using folder = await Folder.make();
  const { code, stdout, stderr } = await folder.run(argument);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of ["run", "check", "version", "help"]) {
    expect(stdout).toMatch(new RegExp(`^ +${command}\\b`, "m"));
  }
});

test.each(["status", "help"])("%s has a help of its own, within 80 columns", async (command) => {
  await using folder = await Folder.make();
  const { code, stdout, stderr } = await folder.run("help", command);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toStartWith(`Usage: vifplugd ${command} [`);
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([["graph"], ["providers"]])(
  "%s goes on with a configuration that is not valid, and says so in one line",
  async (command) => {
    await using folder = await Folder.make();
    const config = await folder.write("bad.yaml", "chasis: hv1\nlog: { level: loud }\n");
    const { code, stdout, stderr } = await folder.run(command, "--config", config);
    expect(code).toBe(0);
    expect(stdout).not.toBe("");
    expect(stderr).toMatch(
      new RegExp(
        `^vifplugd: ${command}: ${RegExp.escape(config)}:1:1: chasis: .* \\(and 1 more: vifplugd check --config ${RegExp.escape(config)}\\)\\n$`,
      ),
    );
  },
);

describe("standard output", () => {
  /** A shell's line, with the executable as $0. */
  function shell(line: string) {
    const { exitCode, stderr } = Bun.spawnSync(["sh", "-c", line, executable]);
    return { exitCode, stderr: stderr.toString() };
  }

  test("that cannot be written is an error", () => {
    const { exitCode, stderr } = shell('"$0" providers >/dev/full');
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^vifplugd: cannot write to standard output: ENOSPC: .*\n$/);
  });

  test("that nobody reads any more is none", () => {
    expect(shell('{ "$0" providers; echo "exit $?" >&2; } | :').stderr).toBe("exit 0\n");
  });
});

describe("what is not understood is one line on stderr and exit 64", () => {
  test.each([
    ["an unknown command", ["bogus"], "bogus"],
    ["an empty command", [""], '""'],
    ["an unknown option", ["--bogus"], "--bogus"],
    ["an unknown option of a command", ["check", "--bogus=1"], "--bogus"],
    ["an option of another command", ["version", "--config", "x"], "--config"],
    ["an option without its value", ["check", "--config"], "--config"],
    ["a surplus argument", ["run", "surplus"], "surplus"],
    ["a command after its options", ["--config", "x", "status"], "the command comes first: vifplugd status"],
    ["the help of an unknown command", ["help", "bogus"], "bogus"],
  ])("%s", async (_, args, named) => {
    await using folder = await Folder.make();
    const { code, stdout, stderr } = await folder.run(...args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toMatch(/^vifplugd: .+\n$/);
    expect(stderr).toContain(named);
  });
});

describe("check", () => {
  test("prints nothing when the configuration is valid", async () => {
    await using folder = await Folder.make();
    const file = await folder.write(
      "good.yaml",
      `ovs:
  remote: tcp:127.0.0.1:6640
  bridge: br-test
southbound: { remote: "ssl:192.0.2.1:6642,ssl:[2001:db8::1]:6642", probe_interval_ms: 0 }
chassis: hv1
plug: { on_withdraw: keep, on_rename: report, additional_chassis: false }
providers:
  - type: dummy
    match: [dummy, test]
run_dir: /run/test
log: { level: debug, format: json }
`,
    );
    expect(await folder.run("check", "--config", file)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test("takes an empty file: every key is optional", async () => {
    await using folder = await Folder.make();
    const file = await folder.write("empty.yaml", "# nothing\n");
    expect(await folder.run("check", `--config=${file}`)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  test.each([
    ["an unknown key", "chassis: hv1\n  \nchasis: hv1\n", "3:1", "chasis", "chassis"],
    ["an unknown key in a section", "ovs:\n  brige: br-int\n", "2:3", "ovs.brige", "bridge"],
    ["a wrong type", "ovs:\n  bridge: 7\n", "2:11", "ovs.bridge", "string"],
    ["a wrong word", "plug: { on_withdraw: keeep }\n", "1:22", "plug.on_withdraw", "unplug"],
    ["a remote that is none", "ovs: {remote: udp:1.2.3.4}\n", "1:15", "ovs.remote", "udp"],
    ["an unknown provider", "providers:\n- type: dumy\n", "2:9", "providers.0.type", "dummy"],
    [
      "a provider twice",
      "providers:\n- type: dummy\n- type: dummy\n",
      "3:9",
      "providers.1.type",
      "duplicate",
    ],
    ["a number that is none", "southbound: {probe_interval_ms: -1}\n", "1:33", "probe_interval_ms", "0"],
    ["a list that has to be a mapping", "- ovs\n- log\n", "1:1", "a mapping", "a list"],
    ["a section that is a list", "log:\n- level: info\n", "2:1", "log:", "a mapping"],
    ["a text that has to be a mapping", "ovs\n", "1:1", "a mapping", "ovs"],
  ])("names the place, the key and what was expected: %s", async (_, yaml, place, key, expected) => {
    await using folder = await Folder.make();
    const file = await folder.write("bad.yaml", yaml);
    const { code, stdout, stderr } = await folder.run("check", "--config", file);
    expect({ code, stderr }).toEqual({ code: 78, stderr: "" });
    expect(stdout).toStartWith(`${file}:${place}: `);
    expect(stdout).toContain(key);
    expect(stdout).toContain(expected);
    // Below it, the offending line, and a caret at the column.
    const [line, column] = place.split(":").map(Number);
    const [, excerpt = "", caret = "", ...more] = stdout.trimEnd().split("\n");
    expect(more).toEqual([]);
    expect(excerpt).toBe(`${String(line).padStart(6)} | ${yaml.split("\n")[(line ?? 0) - 1]}`);
    expect(caret.indexOf("^")).toBe("       | ".length + (column ?? 0) - 1);
  });

  test("prints all errors, in the order of the file", async () => {
    await using folder = await Folder.make();
    const file = await folder.write("bad.yaml", "ovs: { bridge: 1 }\nlog: { level: loud }\nnone: 1\n");
    const { code, stdout } = await folder.run("check", "--config", file);
    const lines = stdout.split("\n").filter((line) => /^\S/.test(line));
    expect(code).toBe(78);
    expect(lines.map((line) => line.slice(0, file.length + 3))).toEqual([
      `${file}:1:`,
      `${file}:2:`,
      `${file}:3:`,
    ]);
  });

  test.each([
    ["broken YAML", "ovs: [\n", /^FILE:\d+:\d+: ./],
    ["a file that is not UTF-8", Uint8Array.of(0x6f, 0xff, 0xfe, 0x0a), /^FILE:1:1: .*UTF-8/],
  ])("says where and what: %s", async (_, content, expected) => {
    await using folder = await Folder.make();
    const file = await folder.write("bad.yaml", content);
    const { code, stdout } = await folder.run("check", "--config", file);
    expect(code).toBe(78);
    expect(stdout.replace(file, "FILE")).toMatch(expected);
  });

  test("shows a long line around the error, and nothing that controls the terminal", async () => {
    await using folder = await Folder.make();
    const long = await folder.write("long.yaml", `ovs: { remote: ${"x".repeat(200)}, brige: b }\n`);
    const { stdout } = await folder.run("check", "--config", long);
    const [, , , second = "", excerpt = "", caret = ""] = stdout.split("\n");
    expect(second).toContain("did you mean bridge?");
    expect(excerpt.length).toBeLessThanOrEqual(81);
    expect(excerpt.slice(caret.indexOf("^"))).toStartWith("brige");
    const evil = await folder.write("evil.yaml", "chassis: \x1b[2Jhv1\n");
    const refused = await folder.run("check", "--config", evil);
    expect(refused.code).toBe(78);
    expect(refused.stdout).toStartWith(`${evil}:1:10: control character U+001B`);
    expect(refused.stdout).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  test("an absent file that was asked for is an error", async () => {
    await using folder = await Folder.make();
    const { code, stdout } = await folder.run("check", "--config", "absent.yaml");
    expect(code).toBe(78);
    expect(stdout).toBe("absent.yaml:1:1: cannot read the configuration: no such file\n");
  });
});

const [longAgo, now] = [new Date("2020-01-01T00:00:00Z"), new Date()];

/** A filesystem that keeps access times shows a read, which it does when the last one is older than the content. */
async function wasRead(path: string): Promise<boolean> {
  return (await stat(path)).atimeMs !== longAgo.getTime();
}

async function keepsAccessTimes(): Promise<boolean> {
  await using folder = await Folder.make();
  const file = await folder.write("file", "content");
  await utimes(file, longAgo, now);
  await Bun.file(file).text();
  return await wasRead(file);
}

test.skipIf(!(await keepsAccessTimes())).each([
  [".env", "NODE_ENV=ambient\n"],
  ["bunfig.toml", `preload = ["./preload.ts"]\n`],
  ["tsconfig.json", "{}\n"],
  ["package.json", "{}\n"],
])("%s in the working directory is not read", async (name, content) => {
  await using folder = await Folder.make();
  const file = await folder.write(name, content);
  const config = await folder.write("good.yaml", "chassis: hv1\n");
  await utimes(file, longAgo, now);
  expect((await folder.run("version")).code).toBe(0);
  expect((await folder.run("check", "--config", config)).code).toBe(0);
  expect(await wasRead(file)).toBe(false);
});

test("a preload script that a bunfig.toml in the working directory names is not run", async () => {
  await using folder = await Folder.make();
  await folder.write("bunfig.toml", `preload = ["./preload.ts"]\n`);
  await folder.write("preload.ts", "process.exit(9);\n");
  expect((await folder.run("version")).code).toBe(0);
});
