// The configuration file: Every error names line, column, the key's path and what was expected.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatConfigError } from "../../src/config/error.ts";
import { defaultConfig, loadConfig } from "../../src/config/load.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { plugTypesOf } from "../../src/config/provider-entries.ts";

const FILE = "vifplugd.yaml";

/** The errors in `text` as `check` prints them, without the file's name. */
function errorsIn(text: string): readonly string[] {
  const parsed = parseConfig(text, FILE);
  return parsed.ok ? [] : parsed.error.map((error) => formatConfigError(error).slice(FILE.length + 1));
}

function configIn(text: string) {
  const parsed = parseConfig(text, FILE);
  if (!parsed.ok) throw new Error(parsed.error.map(formatConfigError).join("\n"));
  return parsed.value;
}

/** Whoever plays with the demo has it set, in the shell that runs the tests. */
const runDir = process.env.OVS_RUNDIR;
beforeEach(() => {
  delete process.env.OVS_RUNDIR;
});
afterEach(() => {
  if (runDir === undefined) delete process.env.OVS_RUNDIR;
  else process.env.OVS_RUNDIR = runDir;
});

describe("a file that says nothing has the built-in defaults:", () => {
  test.each([
    ["an empty file", ""],
    ["comments", "# nothing\n"],
    ["an empty document", "---\n"],
    [
      "sections with all of it commented out",
      "ovs:\n  # remote: x\nsouthbound:\nplug:\nproviders:\nlog:\nchassis:\n",
    ],
    ["empty mappings", "ovs: {}\nsouthbound: {}\nplug: {}\nproviders: []\nlog: {}\n"],
  ])("%s", (_, text) => {
    expect(configIn(text)).toEqual(defaultConfig());
  });

  test("they are the documented ones", () => {
    expect(defaultConfig()).toMatchObject({
      ovs: { remote: "unix:/var/run/openvswitch/db.sock" },
      southbound: {},
      plug: { on_withdraw: "unplug", on_rename: "replug", additional_chassis: true },
      providers: [],
      run_dir: "/var/run/openvswitch",
      log: { level: "info", format: "text" },
    });
  });
});

describe("OVS_RUNDIR", () => {
  beforeEach(() => {
    process.env.OVS_RUNDIR = "/run/ovs";
  });

  test("is where the local database and our own files are, as for Open vSwitch's tools", () => {
    const expected = { ovs: { remote: "unix:/run/ovs/db.sock" }, run_dir: "/run/ovs" };
    expect(defaultConfig()).toMatchObject(expected);
    expect(configIn("chassis: hv1\n")).toMatchObject(expected);
  });

  test("yields to the configuration", () => {
    const text = "ovs: { remote: 'unix:/x' }\nrun_dir: /y\n";
    expect(configIn(text)).toMatchObject({ ovs: { remote: "unix:/x" }, run_dir: "/y" });
  });

  test("that is empty is none", () => {
    process.env.OVS_RUNDIR = "";
    expect(defaultConfig().run_dir).toBe("/var/run/openvswitch");
  });
});

test("every key is read", () => {
  const text = `
ovs:
  remote: tcp:127.0.0.1:6640
  bridge: br-ovn
southbound:
  remote: ssl:192.0.2.1:6642,ssl:[2001:db8::1]:6642
  private_key: /k.pem
  certificate: /c.pem
  ca_cert: /ca.pem
  probe_interval_ms: 0
chassis: hv1
plug:
  on_withdraw: keep
  on_rename: report
  additional_chassis: false
providers:
  - type: dummy
    match: [a, b]
run_dir: /run/ovs
log: { level: debug, format: json }
`;
  expect(configIn(text)).toMatchObject({
    ovs: { remote: "tcp:127.0.0.1:6640", bridge: "br-ovn" },
    southbound: {
      remote: "ssl:192.0.2.1:6642,ssl:[2001:db8::1]:6642",
      private_key: "/k.pem",
      certificate: "/c.pem",
      ca_cert: "/ca.pem",
      probe_interval_ms: 0,
    },
    chassis: "hv1",
    plug: { on_withdraw: "keep", on_rename: "report", additional_chassis: false },
    providers: [{ type: "dummy", match: ["a", "b"] }],
    run_dir: "/run/ovs",
    log: { level: "debug", format: "json" },
  });
});

test("a provider answers to its own type, unless match says otherwise", () => {
  expect(plugTypesOf({ type: "dummy" })).toEqual(["dummy"]);
  expect(plugTypesOf({ type: "dummy", match: ["a"] })).toEqual(["a"]);
});

describe("an error says where it is and what was expected:", () => {
  test.each<[string, string, RegExp]>([
    ["an unknown key", "chasis: hv1\n", /^1:1: chasis: unknown key: expected ovs, southbound, chassis, /],
    [
      "one in a section",
      "log:\n  level: info\n  color: red\n",
      /^3:3: log\.color: unknown key: expected level, format$/,
    ],
    [
      "one in a list",
      "providers:\n  - type: dummy\n    mach: [a]\n",
      /^3:5: providers\.0\.mach: .*expected type, match/,
    ],
    [
      "a place to listen that is none",
      "metrics: { listen: 9476 }\n",
      /^1:20: metrics\.listen: expected HOST:PORT, received 9476$/,
    ],
    [
      "a place to listen without a port",
      "metrics: { listen: localhost }\n",
      /^1:20: metrics\.listen: expected HOST:PORT/,
    ],
    ["a misspelt key", "ovs:\n  brige: br0\n", /^2:3: ovs\.brige: .*; did you mean bridge\?$/],
    ["letters swapped", "log: { levle: info }\n", /^1:8: log\.levle: .*; did you mean level\?$/],
    ["a key like no other", "colour: red\n", /^1:1: colour: unknown key: expected [a-z_, ]+$/],
    ["a misspelt word", "plug: { on_withdraw: keeep }\n", /; did you mean keep\?$/],
    ["a misspelt provider", "providers:\n- type: dumy\n", /; did you mean dummy\?$/],
    ["a key given twice", "chassis: a\nlog: {}\nchassis: b\n", /^3:1: chassis: duplicate key/],
    ["a control character", "chassis: hv\u00001\n", /^1:12: control character U\+0000/],
    ["one that every object has", "constructor: x\n", /^1:1: constructor: unknown key/],
    ["one that is no string", "1: x\n", /^1:1: 1: unknown key/],
    ["null as a key", "log: {}\nnull: x\n", /^2:1: "": unknown key/],
    ["an empty key", 'log: { "": x }\n', /^1:8: log\."": unknown key/],
    ["a wrong type", "chassis: 12\n", /^1:10: chassis: expected a string, received 12$/],
    ["a value where a mapping belongs", "ovs: 1\n", /^1:6: ovs: expected a mapping, received 1$/],
    ["a list where a mapping belongs", "plug: [keep]\n", /^1:7: plug: expected a mapping, received a list$/],
    ["an empty list there", "plug: []\n", /^1:7: plug: expected a mapping, received a list$/],
    [
      "a list where the options of a provider belong",
      "providers: [{ type: acme, command: [/bin/true], options: [a] }]\n",
      /^1:58: providers\.0\.options: expected a mapping, received a list$/,
    ],
    [
      "a command whose program is empty",
      "providers: [{ type: acme, command: [''] }]\n",
      /^1:36: providers\.0\.command: expected a program and its arguments, the program not empty$/,
    ],
    [
      "a command by a path that is not absolute",
      "providers: [{ type: acme, command: [bin/acme] }]\n",
      /^1:36: providers\.0\.command: expected the absolute path of a program, or a name .* PATH: .* in the folder \/$/,
    ],
    ["an unknown tag", "log: !loud {}\n", /^1:6: an unknown tag: expected the value without it$/],
    ["a list at the top", "- ovs\n", /^1:1: expected a mapping, received a list$/],
    [
      "a mapping where a list belongs",
      "providers:\n  type: dummy\n",
      /^2:3: providers: expected a list, received a mapping$/,
    ],
    ["text at the top", "hello\n", /^1:1: expected a mapping, received "hello"$/],
    [
      "a word that is none of those",
      "log: { level: loud }\n",
      /^1:15: log\.level: expected "error" or .*received "loud"$/,
    ],
    [
      "an empty value in a section",
      "plug:\n  on_rename:\n",
      /^2:13: plug\.on_rename: expected .*received null$/,
    ],
    ["an empty name", 'chassis: ""\n', /^1:10: chassis: expected a name/],
    ["an empty path", 'run_dir: ""\n', /^1:10: run_dir: expected a path/],
    [
      "a remote",
      "ovs:\n  remote: db.sock\n",
      /^2:11: ovs\.remote: db\.sock: unknown connection method, expected unix:FILE/,
    ],
    [
      "one of several remotes",
      "southbound: { remote: 'tcp:a:1,udp:b:2' }\n",
      /southbound\.remote: udp:b:2: /,
    ],
    ["a port", "ovs: { remote: 'tcp:a:70000' }\n", /ovs\.remote: .*from 1 to 65535$/],
    ["a fraction", "southbound: { probe_interval_ms: 0.5 }\n", /^1:34: .*whole number of milliseconds$/],
    ["a negative interval", "southbound: { probe_interval_ms: -1 }\n", /expected 0 \(off\) or more/],
    ["a number in quotes", 'southbound: { probe_interval_ms: "5" }\n', /expected a number, received "5"$/],
    [
      "an unknown provider",
      "providers: [{ type: magic }]\n",
      /^1:21: providers\.0\.type: expected a known provider type: dummy/,
    ],
    [
      "a provider without a type",
      "providers:\n  - match: [a]\n",
      /^2:5: providers\.0\.type: missing: this key is required$/,
    ],
    [
      "a provider that is nothing",
      "providers: [null]\n",
      /^1:13: providers\.0: expected a mapping, received null$/,
    ],
    ["an empty match", "providers: [{ type: dummy, match: [] }]\n", /^1:35: .*at least one plug type$/],
    [
      "a provider that comes twice",
      "providers:\n  - type: dummy\n  - type: dummy\n",
      /^3:11: providers\.1\.type: duplicate provider type dummy/,
    ],
    [
      "a plug type that comes twice",
      "providers: [{ type: dummy, match: [a, a] }]\n",
      /^1:35: providers\.0\.match: plug type a is answered/,
    ],
    [
      "a percentage without its sign",
      "safety: { max_unplug: 25 }\n",
      /expected a percentage like 25%, received 25$/,
    ],
    ["a remote that is a number", "ovs: { remote: 6640 }\n", /expected unix:FILE, .*, received 6640$/],
    [
      "a word for true",
      "plug: { additional_chassis: on }\n",
      /additional_chassis: expected true or false, received "on"$/,
    ],
    ["an alias without an anchor", "ovs: {}\nchassis: *hv\n", /^2:10: \*hv: no &hv before the alias$/],
    ["YAML that is none", "ovs: {\n", /^\d+:\d+: /],
    ["a tab", "ovs:\n\tremote: x\n", /^2:\d+: /],
    ["a key that comes twice", "chassis: a\nchassis: b\n", /^2:1: /],
    ["two documents", "chassis: a\n---\nchassis: b\n", /^2:1: /],
  ])("%s", (_, text, expected) => {
    const errors = errorsIn(text);
    expect(errors.length).toBeGreaterThanOrEqual(1);
    expect(errors[0]).toMatch(expected);
  });

  test.each([
    ["ovs: [\n", /^2:1: a \{ or \[ is not closed/],
    ["ovs:\n\tbridge: x\n", /^2:1: a tab as indentation: expected spaces$/],
    ["chassis: a: b\n", /^1:10: a second key or list on the line/],
    ["chassis: 'hv1\n", /^\d+:1: a quote is not closed/],
    ['chassis: "\\q"\n', /^1:\d+: unknown escape sequence/],
    ["chassis: @hv1\n", /^1:10: a value cannot begin with @: put it in quotes$/],
    ["ovs:\n  remote: unix:/x\n bridge: x\n", /^3:\d: wrong indentation/],
    ["chassis: a\n---\nchassis: b\n", /^2:1: a second document begins here/],
    ["log: {}\nchassis\n", /^2:1: a line without a colon: expected KEY: VALUE$/],
    ["chassis: }\n", /^1:10: not valid YAML: expected KEY: VALUE/],
  ])("one error of syntax, the first: %j", (text, expected) => {
    const rest = "log:\n  level: info\nplug:\n  on_rename: replug\n".repeat(20);
    expect(errorsIn(text + rest)).toEqual([expect.stringMatching(expected)]);
  });

  test("and none of several is lost", () => {
    expect(
      errorsIn("chassis: 1\nlog:\n  level: loud\n  color: red\n").map((error) => error.split(": ")[1]),
    ).toEqual(["chassis", "log.level", "log.color"]);
  });

  test("nor one of several unknown keys of a mapping", () => {
    const errors = errorsIn(
      "chasis: hv1\nplugs: {}\nlog: { levle: 1, formt: 2 }\nproviders:\n- { typ: dummy, mach: [] }\n",
    );
    expect(
      errors.filter((error) => error.includes("unknown key")).map((error) => error.split(": ")[1]),
    ).toEqual(["chasis", "plugs", "log.levle", "log.formt", "providers.0.typ", "providers.0.mach"]);
  });

  test("nor is one that is found by comparing entries, or keys, with each other", () => {
    const errors = errorsIn(
      "chassis: 1\nproviders:\n- type: dummy\n- match: []\n- type: dummy\nlog: {}\nlog: { levle: 1 }\nmore: 1\n",
    );
    expect(errors.map((error) => error.split(": ").slice(0, 3).join(": "))).toEqual([
      "1:10: chassis: expected a string, received 1",
      "4:3: providers.1.type: missing",
      "4:10: providers.1.match: expected at least one plug type",
      "5:9: providers.2.type: duplicate provider type dummy",
      "7:1: log: duplicate key",
      "7:8: log.levle: unknown key",
      "8:1: more: unknown key",
    ]);
  });
});

describe("loadConfig", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "vifplugd-config-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("reads the file that is given, and names it in its errors", () => {
    const file = join(folder, "good.yaml");
    writeFileSync(file, "chassis: hv7\n");
    expect(loadConfig(file)).toMatchObject({ ok: true, value: { chassis: "hv7" } });
    writeFileSync(file, "chassis: [hv7]\n");
    expect(loadConfig(file)).toMatchObject({ ok: false, error: [{ file, line: 1, column: 10 }] });
  });

  test("refuses a file of 10 MB, and a device without end", () => {
    const file = join(folder, "large.yaml");
    writeFileSync(file, `chassis: hv1\n${"# nothing\n".repeat(1_000_000)}`);
    for (const large of [file, "/dev/zero"]) {
      expect(loadConfig(large)).toMatchObject({
        ok: false,
        error: [{ file: large, line: 1, column: 1, message: expect.stringContaining("larger than") }],
      });
    }
  });

  test("reads anchors and aliases as what they stand for", () => {
    const file = join(folder, "anchors.yaml");
    writeFileSync(file, "chassis: &name hv7\novs: { bridge: *name }\n");
    expect(loadConfig(file)).toMatchObject({ ok: true, value: { chassis: "hv7", ovs: { bridge: "hv7" } } });
  });

  test("gives aliases that multiply up to no end", () => {
    const file = join(folder, "bomb.yaml");
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? "a0: &a0 [x, x, x, x, x, x, x, x, x]"
        : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(9)}]`,
    );
    writeFileSync(file, `${levels.join("\n")}\n`);
    expect(loadConfig(file)).toMatchObject({
      ok: false,
      error: [{ message: expect.stringContaining("alias") }],
    });
  });

  test("reads a file that starts with a byte order mark", () => {
    const file = join(folder, "bom.yaml");
    writeFileSync(file, "\ufeffchassis: hv7\n");
    expect(loadConfig(file)).toMatchObject({ ok: true, value: { chassis: "hv7" } });
  });

  test("refuses a file that is given and absent, a folder, and what is no text", () => {
    const binary = join(folder, "binary.yaml");
    writeFileSync(binary, Buffer.from([0x63, 0x3a, 0xff, 0xfe]));
    for (const file of [join(folder, "absent.yaml"), folder, binary]) {
      const loaded = loadConfig(file);
      expect(loaded).toMatchObject({ ok: false, error: [{ file, line: 1, column: 1 }] });
      expect(!loaded.ok && loaded.error[0]?.message).toContain("cannot read the configuration");
    }
    const message = "cannot read the configuration: no such file";
    expect(loadConfig(join(folder, "absent.yaml"))).toMatchObject({ error: [{ message }] });
  });
});
