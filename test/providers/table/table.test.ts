// The provider `table`: a file says which interface realises which logical port.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTable } from "../../../src/providers/table/lines.ts";
import { TableProvider } from "../../../src/providers/table/table.ts";
import { prepareInput } from "../../support/providers.ts";

describe("a table", () => {
  test("is a key for each logical port, and under it the interface", () => {
    const parsed = parseTable(
      'web1: { name: eth1 }\n"db 1":\n  name: vhu1\n  type: dpdkvhostuserclient\n  options: { vhost-server-path: /run/x }\n  other_config: { a: "1" }\n',
    );
    expect(parsed).toEqual({
      ok: true,
      value: {
        interfaces: new Map([
          ["web1", { name: "eth1", type: "", options: {} }],
          [
            "db 1",
            {
              name: "vhu1",
              type: "dpdkvhostuserclient",
              options: { "vhost-server-path": "/run/x" },
              otherConfig: { a: "1" },
            },
          ],
        ]),
        faults: new Map(),
      },
    });
  });

  test("may have aliases, and thousands of lines in time that grows with them", () => {
    const ports = 20_000;
    const lines = Array.from({ length: ports }, (_, index) => `p${index}: *x\n`).join("");
    const parsed = parseTable(`first: &x { name: eth1, options: &o { k: v } }\n${lines}`);
    expect(parsed.ok && [parsed.value.interfaces.size, parsed.value.interfaces.get("p7")]).toEqual([
      ports + 1,
      { name: "eth1", type: "", options: { k: "v" } },
    ]);
  });

  test("of every port of a large chassis, with options, is taken", () => {
    const options = Array.from({ length: 6 }, (_, index) => `    option-${index}: "${index}"\n`).join("");
    const lports = Array.from(
      { length: 7500 },
      (_, index) => `p${index}:\n  name: i${index}\n  options:\n${options}`,
    );
    const parsed = parseTable(lports.join(""));
    expect(parsed.ok && parsed.value.interfaces.size).toBe(7500);
  });

  test("that is empty has no line", () => {
    expect(parseTable("# none\n")).toEqual({
      ok: true,
      value: { interfaces: new Map(), faults: new Map() },
    });
  });

  test.each<[string, string, RegExp]>([
    ["no mapping", "- a\n", /^1:1: expected a mapping/],
    ["a key twice", "a: { name: x }\na: { name: y }\n", /^2:1: /],
    ["no YAML", "a: [\n", /^2:1: /],
    ["an alias without an anchor", "a: *b\n", /^1:4: \*b: no &b before it/],
    ["an alias of what it stands in", "a: &a { name: x, options: *a }\n", /^1:27: \*a: an alias of what/],
    ["brackets within brackets", "[".repeat(100_000), /^1:65: more than 64 levels within each other/],
    [
      "millions of words",
      "a: { name: x }\n".repeat(200_000),
      /^\d+:\d+: more than 600000 words and signs: vifplugd reads no more/,
    ],
    ["a control character", 'a: { name: "x\x1b" }\n', /^1:14: control character U\+001B: expected text/],
  ])("must not have %s", (_, content, words) => {
    const parsed = parseTable(content);
    expect(parsed.ok ? [] : parsed.error[0]).toMatch(words);
  });

  test.each<[string, string, RegExp]>([
    ["that is none", "web1: { name: x }\na: 7\n", /^2:4: a: expected a mapping: name/],
    ["without a name", "a: { type: internal }\nweb1: { name: x }\n", /^1:4: a\.name: name is missing/],
    ["with an unknown key", "a: { name: y, nam: z }\nweb1: { name: x }\n", /^1:20: a\.nam: unknown key/],
    [
      "with a name that is none",
      "web1: { name: x }\na:\n  name: 0123456789abcdef\n",
      /^3:9: a\.name: .*16 b/,
    ],
    [
      "with a number where a text belongs",
      "a: { name: y, options: { k: 1 } }\nweb1: { name: x }\n",
      /^1:29: a\.options\.k: expected a text/,
    ],
    [
      "with an interface of a megabyte",
      `a: { name: y, options: { k: ${"v".repeat(1 << 20)} } }\nweb1: { name: x }`,
      /^1:1: a: the interface has 1048641 bytes/,
    ],
  ])("may have a line %s, which is the error of its logical port alone", (_, content, words) => {
    const parsed = parseTable(content);
    expect(parsed.ok && [...parsed.value.faults]).toEqual([["a", expect.stringMatching(words)]]);
    expect(parsed.ok && parsed.value.interfaces.get("web1")).toEqual({ name: "x", type: "", options: {} });
  });
});

describe("the provider", () => {
  let folder = "";
  let file = "";
  let provider: TableProvider;
  const log: string[] = [];
  let woken: ((lports: readonly string[]) => void) | null = null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "vifplugd-table-"));
    file = join(folder, "ports.yaml");
    log.length = 0;
  });
  afterEach(() => {
    provider.destroy();
    rmSync(folder, { recursive: true });
  });

  function start(content: string | null): void {
    if (content !== null) writeFileSync(file, content);
    provider = new TableProvider(file);
    provider.init({ wake: (lports = []) => woken?.(lports), log: (_, message) => log.push(message) });
  }

  async function change(content: string): Promise<readonly string[]> {
    // As the registry does; until then every look at the folder wakes it again.
    provider.run();
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    woken = resolve;
    writeFileSync(`${file}.new`, content);
    await rename(`${file}.new`, file);
    return promise;
  }

  const answer = (lport: string) => provider.prepare(prepareInput(lport));

  test("answers with the file's line, and follows it, for the ports that changed", async () => {
    start("web1: { name: a }\nweb2: { name: b }\n");
    expect(answer("web1")).toEqual({ ready: true, interface: { name: "a", type: "", options: {} } });
    expect(answer("db1")).toMatchObject({
      ready: false,
      reason: expect.stringContaining("has no line for this port"),
    });
    expect(await change("web1: { name: a }\nweb2: { name: c }\ndb1: { name: d }\n")).toEqual(["web2", "db1"]);
    expect(answer("db1")).toMatchObject({ interface: { name: "d" } });
    expect(provider.prepare(prepareInput("web1", "remove"))).toEqual({ ready: true });
  });

  test("keeps what was valid when the file is not any more, and says where", async () => {
    start("web1: { name: a }\n");
    await change("web1: [\n");
    expect(answer("web1")).toMatchObject({ interface: { name: "a" } });
    expect(log).toEqual([expect.stringMatching(/ports\.yaml:2:1: .*the last valid lines stay in force/)]);
    expect(answer("db1")).toMatchObject({ reason: expect.stringContaining("ports.yaml:2:1: ") });
    await change("web1: { name: b }\n");
    expect(answer("web1")).toMatchObject({ interface: { name: "b" } });
  });

  test("keeps the line that was valid of a logical port alone, and says where", async () => {
    start("web1: { name: a }\nweb2: { name: b }\n");
    expect(await change("web1: 7\nweb2: { name: c }\ndb1: 8\n")).toEqual(["web1", "web2", "db1"]);
    expect(answer("web1")).toMatchObject({ interface: { name: "a" } });
    expect(answer("web2")).toMatchObject({ interface: { name: "c" } });
    expect(answer("db1")).toMatchObject({
      ready: false,
      reason: expect.stringContaining("ports.yaml:3:6: db1: "),
    });
    expect(answer("db2")).toMatchObject({ reason: expect.stringContaining("has no line for this port") });
    expect(log).toEqual([
      expect.stringMatching(/ports\.yaml:1:7: web1: .*the last valid lines stay in force$/),
      expect.stringMatching(/ports\.yaml:3:6: db1: expected a mapping[^;]*$/),
    ]);
    await change("web1: { name: b }\n");
    expect(answer("web1")).toMatchObject({ interface: { name: "b" } });
  });

  test("waits for a file that is not there yet", async () => {
    start(null);
    expect(answer("web1")).toMatchObject({ ready: false, reason: expect.stringContaining("cannot be read") });
    await change("web1: { name: a }\n");
    expect(answer("web1")).toMatchObject({ ready: true });
  });
});
