// Which providers are there follows the configuration; whoever has not changed is left alone.
import { expect, test } from "bun:test";
import { parseConfig } from "../../src/config/parse.ts";
import type { ProviderConfig } from "../../src/config/provider-entries.ts";
import { ProviderSet } from "../../src/daemon/provider-set.ts";
import { Log } from "../../src/log/log.ts";
import type { HostedProvider } from "../../src/providers/hosted.ts";
import type { Provider } from "../../src/providers/provider.ts";
import { notReady, recordedProvider, registryOf } from "../support/providers.ts";

function entries(yaml: string): readonly ProviderConfig[] {
  const parsed = parseConfig(`providers: ${yaml}`, "test.yaml");
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("; "));
  return parsed.value.providers;
}

function entryOf(provider: Provider | HostedProvider, match?: readonly string[]): ProviderConfig {
  const [entry] = entries("[{ type: dummy }]");
  if (entry === undefined) throw new Error("no entry");
  return { ...entry, create: () => provider, ...(match === undefined ? {} : { match: [...match] }) };
}

function started() {
  const lines: string[] = [];
  const registry = registryOf();
  const log = new Log({ level: "debug", format: "text", write: (line) => lines.push(line.trim().slice(25)) });
  const set = new ProviderSet({
    registry,
    log: log.module("daemon"),
    timer: () => () => {},
    onStarted: () => {},
  });
  const answers = (plugType: string) => registry.forPlugType(plugType) ?? null;
  return { set, registry, lines, answers };
}

test("an enabled provider answers to its plug types, and is ready", () => {
  const { set, answers, lines } = started();
  set.apply(entries("[{ type: dummy, match: [a, b] }]"));
  expect([answers("a"), answers("b")]).not.toContain(null);
  expect(answers("dummy")).toBeNull();
  expect(set.statuses()).toEqual([{ type: "dummy", state: "ready" }]);
  expect(lines).toEqual([]);
});

test.each([
  ["built in", true],
  ["linked", true],
  ["module", false],
  ["command", false],
])("one whose source is %s is part of the executable: %p", (source, isBuiltIn) => {
  const { set, registry } = started();
  const [entry] = entries("[{ type: dummy }]");
  if (entry === undefined) throw new Error("no entry");
  // Only what the source is called is looked at here.
  set.apply([Object.assign({}, entry, { source })]);
  expect(registry.forPlugType("dummy")?.isBuiltIn).toBe(isBuiltIn);
});

test("a provider is told where in the configuration its options stand, which is its type where nobody knows", () => {
  const { set } = started();
  const places: string[] = [];
  const entry = (type: string, at?: ProviderConfig["at"]): ProviderConfig => ({
    ...entryOf(recordedProvider(type).provider, [type]),
    ...(at === undefined ? {} : { at }),
    create: (place) => {
      places.push(place([]));
      return recordedProvider(type).provider;
    },
  });
  set.apply([entry("dummy")]);
  set.apply([]);
  set.apply([entry("dummy", () => "test.yaml:1:2")]);
  expect(places).toEqual(["dummy", "test.yaml:1:2"]);
});

test("the same entry is the same provider, whatever becomes of the others", () => {
  const { set, answers } = started();
  set.apply(entries("[{ type: dummy }]"));
  const before = answers("dummy");
  set.apply(entries("[{ type: netdev, match: [n] }, { type: dummy }]"));
  expect(answers("dummy")).toBe(before);
  expect(answers("n")).not.toBeNull();
  expect(set.statuses().map(({ type }) => type)).toEqual(["dummy", "netdev"]);
  set.apply(entries("[{ type: dummy }]"));
  expect(answers("dummy")).toBe(before);
  expect(answers("n")).toBeNull();
  expect(set.statuses().map(({ type }) => type)).toEqual(["dummy"]);
});

test("an entry that has moved in the file is the same provider", () => {
  const { set, answers } = started();
  const acme = (yaml: string) =>
    entries(yaml).map((entry) => ({ ...entry, create: () => recordedProvider("acme").provider }));
  set.apply(acme("[{ type: acme, command: [/bin/acme] }]"));
  const before = answers("acme");
  expect(before).not.toBeNull();
  set.apply(acme("\n# a word more\n- { type: acme, command: [/bin/acme] }\n"));
  expect(answers("acme")).toBe(before);
  set.apply(acme("[{ type: acme, command: [/bin/other] }]"));
  expect(answers("acme")).not.toBe(before);
});

test("another entry is another provider", () => {
  const { set, answers } = started();
  set.apply(entries("[{ type: dummy }]"));
  const before = answers("dummy");
  set.apply(entries("[{ type: dummy, match: [dummy, x] }]"));
  expect(answers("dummy")).not.toBe(before);
  expect(answers("x")).toBe(answers("dummy"));
});

test("a plug type goes from one provider to another in one configuration", () => {
  const { set, answers, lines } = started();
  set.apply(entries("[{ type: dummy, match: [x] }]"));
  const before = answers("x");
  set.apply(entries("[{ type: netdev, match: [x] }]"));
  expect(answers("x")).not.toBeNull();
  expect(answers("x")).not.toBe(before);
  expect(lines).toEqual([]);
});

test("that none is enabled is warned of each time", () => {
  const { set, lines } = started();
  set.apply([]);
  expect(lines).toEqual([expect.stringContaining("warn daemon: no provider is enabled")]);
  set.apply(entries("[{ type: dummy }]"));
  expect(lines).toHaveLength(1);
});

test("a provider that does not start is told of, and keeps nobody else from starting", () => {
  const { set, lines, answers } = started();
  const { provider } = recordedProvider("dummy", {
    init() {
      throw new Error("no such device");
    },
  });
  set.apply([entryOf(provider), ...entries("[{ type: netdev }]")]);
  expect(set.statuses()).toEqual([
    { type: "dummy", state: "failed", reason: expect.stringContaining("no such device") },
    expect.objectContaining({ type: "netdev" }),
  ]);
  expect(lines).toEqual([expect.stringMatching(/^error daemon: .*no such device/)]);
  expect(answers("netdev")).not.toBeNull();
});

/** One whose files may be others when the configuration is read again. */
function hosted(renewed?: () => Promise<HostedProvider | null>): HostedProvider {
  return {
    type: "dummy",
    answer: () => ({ kind: "not-ready", reason: "hosted" }),
    attend: () => undefined,
    state: () => ({ state: "starting", reason: "it comes up" }),
    describe: () => null,
    ...(renewed === undefined ? {} : { renewed }),
  };
}
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test("one that is run for somebody else says itself how it fares", () => {
  const { set } = started();
  set.apply([entryOf(hosted())]);
  expect(set.statuses()).toEqual([{ type: "dummy", state: "starting", reason: "it comes up" }]);
});

test("whose files have changed is loaded anew when the configuration is read again", async () => {
  const { set, answers, lines } = started();
  const next = hosted();
  const entry = entryOf(hosted(async () => next));
  set.apply([entry]);
  const before = answers("dummy");
  set.apply([entry]);
  await settle();
  expect(answers("dummy")).not.toBe(before);
  expect(lines).toEqual([expect.stringContaining("its files have changed, it is loaded anew")]);
  const now = answers("dummy");
  expect(now).not.toBeNull();
  set.apply([entry]);
  await settle();
  expect(answers("dummy")).toBe(now);
});

test("whose files have changed is not loaded anew any more when the daemon ends meanwhile", async () => {
  const { set, answers, lines } = started();
  const entry = entryOf(hosted(async () => hosted()));
  set.apply([entry]);
  const before = answers("dummy");
  set.apply([entry]);
  set.stop();
  await settle();
  expect(answers("dummy")).toBe(before);
  expect(lines).toEqual([]);
});

test("whose files are the same is left alone", async () => {
  const { set, answers, lines } = started();
  const entry = entryOf(hosted(async () => null));
  set.apply([entry]);
  const before = answers("dummy");
  set.apply([entry]);
  await settle();
  expect(answers("dummy")).toBe(before);
  expect(lines).toEqual([]);
});

test("what is loaded too late, when its entry has gone or changed, is not used", async () => {
  const { set, answers } = started();
  const loading = Promise.withResolvers<HostedProvider | null>();
  const entry = entryOf(hosted(() => loading.promise));
  set.apply([entry]);
  set.apply([entry]);
  const { provider } = recordedProvider("dummy", { prepare: notReady("another") });
  set.apply([entryOf(provider, ["dummy", "more"])]);
  const other = answers("dummy");
  loading.resolve(hosted());
  await settle();
  expect(answers("dummy")).toBe(other);
  set.apply([]);
  await settle();
  expect(answers("dummy")).toBeNull();
});
