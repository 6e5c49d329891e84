/**
 * Providers of one's own that keep to nothing, each loaded from a file as a module and linked in: what they do wrong is
 * said of them by name, and never more than their own ports' matter. Commands have their own file.
 */
import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import type { Answer } from "../../src/providers/answer.ts";
import { bundleModule } from "../../src/providers/module-file/bundle.ts";
import { ModuleProvider } from "../../src/providers/module-file/module-provider.ts";
import { linkedModule } from "../../src/providers/own.ts";
import type { Operation, PrepareInput } from "../../src/providers/provider.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";
import { bridgeRow, map, openVSwitchRow } from "../support/rows.ts";

function inputOf(operation: Operation, lport = "lsp1"): PrepareInput {
  const lsp = { name: lport, options: map() };
  return { operation, openVSwitch: openVSwitchRow(), bridge: bridgeRow(), lport: lsp, interface: null };
}

interface Running extends AsyncDisposable {
  readonly registry: ProviderRegistry;
  readonly lines: string[];
  /** How often it woke us. */
  wakes(): number;
  ask(operation?: Operation, lport?: string): Answer;
}

/** The default export of this source, registered in one of the two ways; returns when it is loaded. */
async function start(way: "module" | "linked", source: string): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "vifplugd-hostile-"));
  const path = join(folder, "acme.ts");
  await Bun.write(path, source);
  const lines: string[] = [];
  let wakes = 0;
  let onWake = () => {};
  const registry = new ProviderRegistry({
    elapsed: () => performance.now(),
    onWake: () => {
      wakes++;
      onWake();
    },
    log: (level, message) => lines.push(`${level} ${message}`),
  });
  if (way === "module") {
    const loaded = new Promise<void>((resolve) => (onWake = resolve));
    const options = { type: "acme", path, options: {}, checkOptions: () => null };
    registry.register(new ModuleProvider({ ...options, bundle: () => bundleModule(path) }), ["acme"], false);
    await loaded;
  } else {
    const { schema } = linkedModule((await import(path)).default);
    registry.register(
      v.parse(schema, { type: "acme" }).create(() => ""),
      ["acme"],
      false,
    );
  }
  return {
    registry,
    lines,
    wakes: () => wakes,
    ask(operation = "create", lport = "lsp1") {
      const provider = registry.forPlugType("acme");
      if (provider === undefined) throw new Error("it is not registered");
      return provider.prepare(inputOf(operation, lport));
    },
    async [Symbol.asyncDispose]() {
      await registry.destroyAll(() => () => {});
      await rm(folder, { recursive: true });
    },
  };
}

const answering = (answer: string, more = "") =>
  `export default { type: "acme", ${more} prepare: (input) => (${answer}) };`;

describe.each(["module", "linked"] as const)("a provider that is %s", (way) => {
  test.each([
    ["late, by a promise", "Promise.resolve({ ready: true })", /no object with a boolean `ready`/],
    ["nothing", "undefined", /no object with a boolean `ready`/],
    ["a number", "7", /no object with a boolean `ready`/],
    [
      "a name of another kind",
      "{ ready: true, interface: { name: 7, type: '', options: {} } }",
      /without a `name`/,
    ],
    [
      "a path for a name",
      "{ ready: true, interface: { name: '../eth0', type: '', options: {} } }",
      /"\.\.\/eth0"/,
    ],
    [
      "options that are no texts",
      "{ ready: true, interface: { name: 'a', type: '', options: { a: 7 } } }",
      /not all strings/,
    ],
    [
      "half a character",
      "{ ready: true, interface: { name: 'a', type: '', options: { a: '\\ud800' } } }",
      /no database takes/,
    ],
    ["no reason", "{ ready: false }", /gave no reason/],
    ["by throwing no error", "(() => { throw null })()", /prepare threw/],
    ["members that throw", "{ get ready() { throw new Error('boom') } }", /prepare threw: boom/],
  ])("and answers %s: the port says so, and the next question is asked", async (_, answer, words) => {
    await using running = await start(
      way,
      answering(`input.lport.name === "good" ? { ready: false, reason: "fine" } : ${answer}`),
    );
    expect(running.ask()).toMatchObject({ kind: "broken", reason: expect.stringMatching(words) });
    expect(running.ask("create", "good")).toEqual({ kind: "not-ready", reason: "fine" });
  });

  test("and answers with 100 MB for a name: no more of that is kept than a person reads", async () => {
    const huge = `{ ready: true, interface: { name: "x".repeat(100 << 20), type: "", options: {} } }`;
    await using running = await start(way, answering(huge));
    const answer = running.ask();
    if (answer.kind !== "broken") throw new Error(`it is ${answer.kind}`);
    expect(answer.reason.length).toBeLessThan(300);
    expect(answer.reason).toContain("at most 15");
  });

  test("and whose members are others each time they are read: what was checked is what counts", async () => {
    const shifty = `{ ready: true, interface: { name: "a", type: "", options: { get key() { return (input.times = (input.times ?? 0) + 1) === 1 ? "text" : 7; } } } }`;
    await using running = await start(way, answering(shifty));
    expect(running.ask()).toEqual({
      kind: "plug",
      wanted: { name: "a", type: "", options: { key: "text" } },
    });
  });

  test("and wakes us a hundred times, and once more when it is gone: it is asked as before, and nothing happens", async () => {
    const source = `let host;
      export default { type: "acme", init(given) { host = given; }, prepare: () => { for (let i = 0; i < 100; i++) host.wake(); return { ready: false, reason: "never" }; },
        destroy() { host.wake(); throw new Error("boom"); } };`;
    await using running = await start(way, source);
    const before = running.wakes();
    expect(running.ask()).toEqual({ kind: "not-ready", reason: "never" });
    expect(running.wakes() - before).toBe(100);
    running.registry.unregister("acme");
    expect(running.lines).toContainEqual("warn acme: destroy threw: boom");
    expect(running.registry.forPlugType("acme")).toBeUndefined();
  });

  test("and throws in every other call: each is told of by name, and its answer counts", async () => {
    const thrower = `() => { throw new Error("boom"); }`;
    const more = `run: ${thrower}, arrange: ${thrower}, finish: ${thrower}, release: ${thrower},`;
    await using running = await start(
      way,
      answering("{ ready: false, reason: 'later', arrange: true }", more),
    );
    const provider = running.registry.forPlugType("acme");
    expect(running.ask()).toEqual({ kind: "not-ready", reason: "later", arrange: true });
    running.registry.runAll();
    provider?.arrange(inputOf("create"));
    provider?.finish(inputOf("create"), null);
    provider?.release(inputOf("create"), null);
    for (const call of ["run", "arrange", "finish", "release"])
      expect(running.lines).toContainEqual(`warn acme: ${call} threw: boom`);
  });
});
