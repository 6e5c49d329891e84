// The provider `table`: a file says which interface realises which logical port.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAnswer } from "../../../src/providers/answer.ts";
import { stateOf } from "../../../src/providers/hosted.ts";
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
        nameFaults: [],
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
      value: { interfaces: new Map(), nameFaults: [] },
    });
  });

  test("has the name of a logical port as it is written, also where it looks like a number", () => {
    const names = ["007", "1e3", "0x1F", "12345678901234567890", "~", "true", "1.50"];
    const parsed = parseTable(names.map((name, index) => `${name}: { name: eth${index} }\n`).join(""));
    expect(parsed.ok && [...parsed.value.interfaces.keys()]).toEqual(names);
  });

  test.each<[string, string, RegExp]>([
    [
      "no name as a key",
      "? [a, b]\n: { name: x }\n",
      /^1:3: expected the name of a logical port as the key$/,
    ],
    [
      "a number as the key of an option",
      "a: { name: x, options: { 007: y } }\n",
      /^1:26: a: expected a text as the key, in quotes/,
    ],
    ["no mapping", "- a\n", /^1:1: expected a mapping/],
    ["a line that is none", "a:\n  name: x\nb: 7\n", /^3:4: b: expected a mapping: name/],
    ["a line without a name", "a: { type: internal }\n", /^1:4: a\.name: name is missing/],
    ["an unknown key", "a: { name: x, nam: y }\n", /^1:20: a\.nam: unknown key/],
    [
      "a number where a text belongs",
      "a: { name: x, options: { k: 1 } }\n",
      /^1:29: a\.options\.k: expected a text/,
    ],
    ["a key twice", "a: { name: x }\na: { name: y }\n", /^2:1: /],
    ["no YAML", "a: [\n", /^2:1: /],
    ["an alias without an anchor", "a: *b\n", /^1:4: \*b: no &b before the alias/],
    [
      "an alias of what it stands in",
      "a: &a { name: x, options: *a }\n",
      /^1:27: \*a: an alias of a value that contains the alias/,
    ],
    [
      "an interface of a megabyte",
      `a: { name: x, options: { k: ${"v".repeat(1 << 20)} } }`,
      /^1:1: a: the interface has 1048641 bytes/,
    ],
    ["brackets within brackets", "[".repeat(100_000), /^1:65: more than 64 nested levels/],
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

  test("may have a name that no interface may have: it is told of, and others count", () => {
    expect(parseTable("web1: { name: x }\na:\n  name: 0123456789abcdef\n")).toEqual({
      ok: true,
      value: {
        interfaces: new Map([
          ["web1", { name: "x", type: "", options: {} }],
          ["a", { name: "0123456789abcdef", type: "", options: {} }],
        ]),
        nameFaults: [
          "3:9: a.name: expected the name of an interface; this one has 16 bytes; at most 15 are allowed",
        ],
      },
    });
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

  async function change(content: string, at = file): Promise<readonly string[]> {
    const lports = wakes();
    writeFileSync(`${at}.new`, content);
    await rename(`${at}.new`, at);
    return lports;
  }

  /** The logical ports of the next wake. */
  function wakes(): Promise<readonly string[]> {
    // As the registry does; until then every look at the folder wakes it again.
    provider.run();
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    woken = resolve;
    return promise;
  }

  const answer = (lport: string) => provider.prepare(prepareInput(lport));

  test("answers with the file's line, and follows it, for the ports that changed", async () => {
    start("web1: { name: a }\nweb2: { name: b }\n");
    expect(answer("web1")).toEqual({ ready: true, interface: { name: "a", type: "", options: {} } });
    expect(answer("db1")).toMatchObject({
      ready: false,
      reason: expect.stringContaining("has no line for it"),
    });
    expect(await change("web1: { name: a }\nweb2: { name: c }\ndb1: { name: d }\n")).toEqual(["web2", "db1"]);
    expect(answer("db1")).toMatchObject({ interface: { name: "d" } });
    expect(provider.prepare(prepareInput("web1", "remove"))).toEqual({ ready: true });
  });

  test("keeps what was valid when the file is not any more, and says where", async () => {
    start("web1: { name: a }\n");
    await change("web1: 7\n");
    expect(answer("web1")).toMatchObject({ interface: { name: "a" } });
    expect(log).toEqual([
      expect.stringMatching(/ports\.yaml:1:7: web1: .*what was valid before stays in force/),
    ]);
    expect(answer("db1")).toMatchObject({ reason: expect.stringContaining("ports.yaml:1:7: web1: ") });
    expect(stateOf(provider)).toEqual({
      state: "ready",
      reason: expect.stringMatching(/ports\.yaml:1:7: web1: .*what was valid before stays in force$/),
    });
    await change("web1: { name: b }\n");
    expect(stateOf(provider)).toEqual({ state: "ready" });
    expect(answer("web1")).toMatchObject({ interface: { name: "b" } });
  });

  test("is ready for no reason where a provider of somebody else has a member of that name", () => {
    start("web1: { name: a }\n");
    const other = { type: "acme", prepare: () => ({ ready: true }) as const, remark: "none" };
    expect(stateOf(other)).toEqual({ state: "ready" });
  });

  test("answers for every other port when a name is none, and says where it is", async () => {
    start("web1: { name: a }\n");
    expect(await change("web1: { name: b }\ndb1: { name: a/b }\n")).toEqual(["web1", "db1"]);
    expect(answer("web1")).toMatchObject({ interface: { name: "b" } });
    expect(parseAnswer("create", answer("db1"))).toEqual({
      kind: "broken",
      reason: expect.stringContaining('the interface name "a/b"'),
    });
    expect(log).toEqual([expect.stringMatching(/ports\.yaml:2:14: db1\.name: expected the name of an/)]);
  });

  test("follows a file that a link leads to, by way of another link, and each of the links", async () => {
    const [agent, present] = [join(folder, "agent"), join(folder, "present")];
    for (const each of [agent, present]) mkdirSync(each);
    const [first, second] = [join(agent, "first.yaml"), join(agent, "second.yaml")];
    writeFileSync(first, "web1: { name: a }\n");
    writeFileSync(second, "web1: { name: c }\n");
    symlinkSync(first, join(present, "ports.yaml"));
    symlinkSync("present/ports.yaml", file);
    start(null);
    expect(answer("web1")).toMatchObject({ interface: { name: "a" } });
    expect(await change("web1: { name: b }\n", first)).toEqual(["web1"]);
    expect(answer("web1")).toMatchObject({ interface: { name: "b" } });
    const turned = wakes();
    symlinkSync(second, join(present, "new"));
    await rename(join(present, "new"), join(present, "ports.yaml"));
    expect(await turned).toEqual(["web1"]);
    expect(answer("web1")).toMatchObject({ interface: { name: "c" } });
    expect(await change("web1: { name: d }\n", second)).toEqual(["web1"]);
    expect(answer("web1")).toMatchObject({ interface: { name: "d" } });
  });

  test("waits for a file that is not there yet", async () => {
    start(null);
    expect(answer("web1")).toMatchObject({ ready: false, reason: expect.stringContaining("cannot be read") });
    await change("web1: { name: a }\n");
    expect(answer("web1")).toMatchObject({ ready: true });
  });
});
