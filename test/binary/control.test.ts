/** The running daemon, questioned by the system's own ovs-appctl, and by the executable's other sub-commands. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { version } from "../../package.json" with { type: "json" };
import { askDaemon } from "../../src/control/client.ts";
import { configPath } from "../../tools/chassis/daemon.ts";
import { type Hypervisor, startHypervisor } from "../integration/support/hypervisor.ts";
import { Folder } from "./support/vifplugd.ts";

let hypervisor: Hypervisor;
let folder: Folder;

beforeAll(async () => {
  folder = await Folder.make();
  hypervisor = await startHypervisor();
  await hypervisor.addPlugged("lsp1");
  await hypervisor.addLport("lsp2", { "vif-plug-type": "unheard-of" });
  await hypervisor.settle();
});

afterAll(async () => {
  await hypervisor.stop();
  await folder[Symbol.asyncDispose]();
});

const appctl = (...args: readonly string[]) => hypervisor.chassis.appctl("vifplugd", ...args);

/** A sub-command that asks the daemon. */
function vifplugd(...args: readonly string[]) {
  return folder.run(...args, "--config", configPath(hypervisor.chassis));
}

/** The keys of an object, and of those in it, in order: its shape. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]));
}

describe("ovs-appctl", () => {
  test("is told of every command there is", async () => {
    const listed = (await appctl("list-commands")).split("\n").map((line) => line.trim().split(" ", 1)[0]);
    expect(listed.slice(1).sort()).toEqual([
      ...[
        "connection-status",
        "coverage/read-counter",
        "coverage/show",
        "exit",
        "inc-engine/clear-stats",
        "inc-engine/graph",
      ],
      ...[
        "inc-engine/recompute",
        "inc-engine/show-stats",
        "inc-engine/verify",
        "list-commands",
        "log/tail",
        "memory/show",
      ],
      ...[
        "plug/confirm-unplug",
        "plug/explain",
        "plug/show",
        "plug/status",
        "sb-cluster-state-reset",
        "stopwatch/reset",
        "stopwatch/show",
      ],
      ...["version", "vlog/list", "vlog/list-pattern", "vlog/reopen", "vlog/set"],
    ]);
  });

  test.each<[readonly string[], RegExp]>([
    [["version"], new RegExp(`^vifplugd ${RegExp.escape(version)}$`)],
    [["connection-status"], /^connected$/],
    [["sb-cluster-state-reset"], /^$/],
    [["inc-engine/show-stats"], /^Node: \w+\n- recompute: +\d+\n- compute: +\d+\n- cancel: +\d+\nNode: /],
    [["inc-engine/show-stats", "plug"], /^Node: plug\n/],
    [["inc-engine/show-stats", "plug", "recompute"], /^\d+$/],
    [["inc-engine/recompute"], /^$/],
    [["inc-engine/verify"], /^every node equals a recompute/],
    [["inc-engine/graph"], /^\w+ +input /],
    [["inc-engine/graph", "dot"], /^digraph/],
    [["inc-engine/graph", "mermaid"], /^flowchart/],
    [["inc-engine/graph", "svg"], /^<svg/],
    [["plug/show", "lsp1"], /^LPORT +STATE +TYPE +INTERFACE +REASON\nlsp1 +plugged +dummy +lsp1/],
    [["plug/explain", "lsp1"], /^lsp1: plugged\n {2}yes {2}its port binding is in view\n/],
    [["plug/confirm-unplug"], /^no port is due to be unplugged$/],
    [["vlog/list"], /^ +console +syslog +file\n.*\ncontrol +INFO +OFF +OFF\n/],
    [
      ["memory/show"],
      /^control-clients:1 heap-kB:\d+ http-clients:0 in-flight:0 ports:\d+ rows-OVN_Southbound:\d+ rows-/,
    ],
    [["inc-engine/clear-stats"], /^$/],
    [["recompute"], /^$/],
    [["set-options", "--format", "text"], /^$/],
    [["debug/status"], /^running$/],
    [["coverage/read-counter", "unixctl_received"], /^[1-9]\d*$/],
    [["coverage/read-counter", "internal_error"], /^0$/],
    [
      ["vlog/list-pattern"],
      /^ +format\n +------\nconsole: %D\{.*\} %p %c: %m\n syslog: \(off\)\n {3}file: \(off\)$/,
    ],
    [["vlog/set", "ANY:ANY:info"], /^$/],
    [["vlog/set", "any", "console:info"], /^$/],
  ])("%j", async (args, expected) => {
    expect(await appctl(...args)).toMatch(expected);
  });

  test.each<[readonly string[], RegExp]>([
    [["no-such-command"], /"no-such-command" is not a valid command/],
    [["plug/explain"], /requires at least 1/],
    [["plug/explain", "nobody"], /nobody is neither wanted nor plugged/],
    [["plug/explain", ""], /^"" is neither wanted nor plugged/m],
    [["plug/show", "nobody"], /nobody/],
    [["plug/status", "xml"], /unknown format xml/],
    [["plug/status", "text", "wide"], /a width in columns/],
    [["inc-engine/show-stats", "nobody"], /unknown node nobody/],
    [["inc-engine/graph", "png"], /unknown format png/],
    [["stopwatch/show", "nobody"], /no such stopwatch/],
    [["stopwatch/reset", "nobody"], /no such stopwatch/],
    [["vlog/set", "nobody:dbg"], /no module or level "nobody"/],
    [["vlog/set"], /requires at least 1/],
    [["vlog/set", "PATTERN:console:%m"], /log\.format of the configuration/],
    [["vlog/set", "FACILITY:daemon"], /journal/],
    [["vlog/set", "syslog:dbg"], /console only/],
    [["vlog/close"], /vlog\/reopen/],
    [["vlog/disable-rate-limit"], /always bounded/],
    [["vlog/disable-rate-limit", "plug"], /always bounded/],
    [["coverage/read-counter", "nobody"], /No such counter/],
    [["debug/pause"], /systemctl stop vifplugd/],
    [["debug/resume"], /cannot be paused/],
    [["ct-zone-list"], /ovs-appctl -t ovn-controller ct-zone-list/],
    [["lflow-cache/show-stats"], /ovs-appctl -t ovn-controller/],
    [["fdb/show", "br-int"], /not a valid command \(it may be one of ovs-vswitchd\)/],
    [["cluster/status", "OVN_Southbound"], /it may be one of ovsdb-server/],
    [["exit", "--cleanup"], /vifplugd does not unplug at exit/],
    [["set-options", "--format", "json"], /only plug\/status and plug\/explain LPORT json give JSON/],
  ])("%j is refused with words", async (args, expected) => {
    await expect(appctl(...args)).rejects.toThrow(expected);
  });

  test("every command that ovn-controller has is answered here, or refused with what to do", async () => {
    const listed = await hypervisor.chassis.appctl("ovn-controller", "list-commands");
    const names = listed
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(" ", 1)[0] ?? "");
    expect(names.length).toBeGreaterThan(30);
    const unknown: string[] = [];
    // One would end the daemon, others forget what further tests look at.
    for (const name of names.filter((each) => !/^exit$|reset$|clear-stats$/.test(each))) {
      const answer = await appctl(name).catch(String);
      if (answer.includes('use "list-commands"')) unknown.push(name);
    }
    expect(unknown).toEqual([]);
  });

  test("sees how long and how often, in the forms of OVS", async () => {
    const times = await appctl("stopwatch/show", "transaction");
    expect(times).toMatch(
      /^Statistics for 'transaction'\n {2}Total samples: [1-9]\d*\n {2}Maximum: [\d.]+ msec\n {2}Minimum: /,
    );
    await appctl("stopwatch/reset");
    expect(await appctl("stopwatch/show", "transaction")).toContain("Total samples: 0\n");
    expect(await appctl("stopwatch/show", "plug")).toContain("Total samples: 0\n");
    const coverage = await appctl("coverage/show");
    for (const event of ["graph_run", "txn_committed", "prepare_dummy", "finish_dummy", "ovs_update"]) {
      expect(coverage).toMatch(
        new RegExp(`^${event} +[\\d.]+/sec +[\\d.]+/sec +[\\d.]+/sec +total: [1-9]`, "m"),
      );
    }
  });

  test("sets the level of one module", async () => {
    await appctl("vlog/set", "control:dbg");
    await appctl("version");
    await hypervisor.daemon.waitLog(/ debug control: received request version/);
    await appctl("vlog/set", "info");
    expect(await appctl("vlog/list")).not.toContain("DBG");
  });

  test("sets a level that a SIGHUP leaves alone, unless the file says another one than before", async () => {
    const file = Bun.file(configPath(hypervisor.chassis));
    const config: object = await file.json();
    const reload = async () => {
      const from = hypervisor.daemon.lines.length;
      hypervisor.daemon.kill("SIGHUP");
      await hypervisor.daemon.waitLog(/the configuration is read anew/, 10_000, from);
    };
    await appctl("vlog/set", "plug:dbg");
    await reload();
    expect(await appctl("vlog/list")).toMatch(/^plug +DBG /m);
    await file.write(JSON.stringify({ ...config, log: { level: "warn" } }));
    await reload();
    expect(await appctl("vlog/list")).toMatch(/^plug +WARN /m);
    await file.write(JSON.stringify(config));
    // The log is now too terse to say that this one is read.
    hypervisor.daemon.kill("SIGHUP");
    await hypervisor.settle();
    expect(await appctl("vlog/list")).toMatch(/^plug +INFO /m);
  });
});

test("forty clients at once are answered, again and again, while ports come and go", async () => {
  const { runDir } = hypervisor.chassis;
  const ask = async () => {
    const answer = await askDaemon(runDir, "plug/status", ["text"]);
    return answer.ok && answer.value.ok && answer.value.text.startsWith("vifplugd ");
  };
  const before = await appctl("memory/show");
  const rounds = Array.from({ length: 8 }, async (_, round) => {
    for (let times = 0; times < 3; times++) {
      const answers = await Promise.all(Array.from({ length: 40 / 8 }, ask));
      expect(answers.every((answered) => answered)).toBe(true);
    }
    await hypervisor.addPlugged(`soak${round}`);
    await hypervisor.deleteLport(`soak${round}`);
    await hypervisor.gone(`soak${round}`);
  });
  await Promise.all(rounds);
  const clients = (memory: string) => /control-clients:(\d+)/.exec(memory)?.[1];
  expect(clients(await appctl("memory/show"))).toBe(clients(before));
});

describe("status", () => {
  test("is for people, within 80 columns", async () => {
    const { code, stdout, stderr } = await vifplugd("status");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`^vifplugd +${RegExp.escape(version)}, ready\nchassis +hv1 `));
    expect(stdout).toContain(
      'lsp2   no-provider  unheard-of  -\n  no enabled provider answers to plug type "unheard-of"; add one under providers\n',
    );
    expect(stdout).not.toContain("\x1b");
    const widest = Math.max(...stdout.split("\n").map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80);
  });

  test("has the contract's shape as JSON", async () => {
    const { code, stdout } = await vifplugd("status", "--json");
    expect(code).toBe(0);
    expect(shape(JSON.parse(stdout))).toEqual({
      version: "string",
      ready: "boolean",
      reason: "object",
      chassis: { name: "string", uuid: "string" },
      bridge: "string",
      connections: {
        ovs: { remote: "string", state: "string", error: "object" },
        southbound: { remote: "string", state: "string", leader: "object", error: "object" },
      },
      providers: [{ type: "string", state: "string" }],
      metrics: "object",
      files: [{ kind: "string", path: "string", state: "string", error: "object" }],
      ports: [{ lport: "string", type: "string", state: "string", interface: "string", reason: "object" }],
      counts: {
        all: "number",
        trouble: "number",
        matching: "number",
        states: { plugged: "number", "no-provider": "number" },
      },
      engine: [
        { node: "string", recompute: "number", compute: "number", cancel: "number", updated: "number" },
      ],
      held_unplugs: "number",
    });
  });

  test("fails where no daemon answers", async () => {
    const config = await folder.write("elsewhere.yaml", JSON.stringify({ run_dir: folder.path }));
    for (const command of ["status", "watch"]) {
      const { code, stdout, stderr } = await folder.run(command, "--config", config);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toMatch(/^vifplugd: no vifplugd runs in .*\n$/);
    }
  });
});

describe("explain", () => {
  test("is for people, within 80 columns", async () => {
    const { code, stdout } = await vifplugd("explain", "lsp2");
    expect(code).toBe(0);
    expect(stdout).toStartWith(
      'lsp2: no-provider: no enabled provider answers to plug type "unheard-of"; add\n',
    );
    expect(stdout).toMatch(/^ {2}no {3}an enabled provider answers to the plug type$/m);
    const widest = Math.max(...stdout.split("\n").map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(80);
  });

  test("has a shape as JSON", async () => {
    const { stdout } = await vifplugd("explain", "lsp1", "--json");
    expect(shape(JSON.parse(stdout))).toEqual({
      version: "string",
      lport: "string",
      state: "string",
      type: "string",
      interface: "string",
      reason: "object",
      conditions: [
        {
          id: "string",
          condition: "string",
          holds: "boolean",
          value: "string",
          source: "string",
          remedy: "object",
        },
      ],
      last_change: { at: "string", cause: "string" },
      last_error: "object",
      next_try: "object",
      to_change: "object",
    });
  });

  test("fails for a port that nobody knows, and without one", async () => {
    expect(await vifplugd("explain", "nobody")).toMatchObject({ code: 1, stdout: "" });
    expect(await vifplugd("explain")).toMatchObject({ code: 64, stdout: "" });
  });
});

test("every key that --json prints is documented", async () => {
  const docs = await Bun.file(join(import.meta.dir, "../../docs/json.md")).text();
  const keysIn = (value: unknown): readonly string[] => {
    if (Array.isArray(value)) return value.flatMap(keysIn);
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) => [key, ...keysIn(each)]);
  };
  const outputs = await Promise.all([
    vifplugd("status", "--json"),
    vifplugd("explain", "lsp1", "--json"),
    folder.run("providers", "--json"),
  ]);
  const keys = new Set(outputs.flatMap(({ stdout }) => keysIn(JSON.parse(stdout))));
  const written = new Set(
    Array.from(docs.matchAll(/`([^`]+)`/g), ([, code = ""]) => code).flatMap((code) => code.split(/[.[\]]+/)),
  );
  expect([...keys]).toEqual(expect.arrayContaining(["lport", "conditions", "meaning"]));
  expect([...keys].filter((key) => !written.has(key))).toEqual([]);
});

test("graph shows live counters, and the bare graph where no daemon answers", async () => {
  const live = await vifplugd("graph");
  expect(live.code).toBe(0);
  expect(live.stdout).toMatch(/^plug +output +\w+ +recompute \d+, compute \d+/m);
  expect(Math.max(...live.stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  const bare = await folder.run(
    "graph",
    "--config",
    await folder.write("bare.yaml", `run_dir: ${folder.path}\n`),
  );
  expect(bare.code).toBe(0);
  expect(bare.stdout).toMatch(/^plug +output$/m);
  expect(await folder.run("graph", "--format", "png")).toMatchObject({ code: 64, stdout: "" });
});

describe("providers", () => {
  test("lists the types and what each reads", async () => {
    const { code, stdout } = await folder.run("providers");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dummy: /m);
    expect(stdout).toMatch(/^ {2}vif-plug-type$/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("has a shape as JSON", async () => {
    const listing = JSON.parse((await folder.run("providers", "--json")).stdout);
    expect(listing).toMatchObject({ version, options: [{ name: "vif-plug-type" }, {}] });
    expect(listing.providers.map(({ type }: { type: string }) => type)).toContain("dummy");
  });

  test("says apart from what a provider is that it cannot start", async () => {
    const own = "providers: [{ type: acme, command: [/nonexistent/acme] }]\n";
    const file = await folder.write("own.yaml", own);
    const { code, stdout } = await folder.run("providers", "--json", "--config", file);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).providers.at(-1)).toEqual({
      type: "acme",
      summary: "",
      options: [],
      error: expect.stringMatching(
        /^the command is down: it cannot be started: "\/nonexistent\/acme": no such/,
      ),
    });
    expect((await folder.run("providers", "--config", file)).stdout).toContain("acme: the command is down");
  });

  test("knows no other subject", async () => {
    expect(await folder.run("providers", "unheard-of")).toMatchObject({ code: 64, stdout: "" });
  });
});
