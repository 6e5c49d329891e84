// The registry owns the providers: who is registered, and every call into them. Contract section 5, provider calls.
import { describe, expect, test } from "bun:test";
import { SLOW_CALL_MS } from "../../src/providers/calls.ts";
import { Ending } from "../../src/providers/ending.ts";
import type { HostedProvider, Surroundings } from "../../src/providers/hosted.ts";
import type { PrepareInput, Provider } from "../../src/providers/provider.ts";
import { ProviderRegistry } from "../../src/providers/registry.ts";
import { plugAs, recordedProvider } from "../support/providers.ts";
import { bridgeRow, map, openVSwitchRow } from "../support/rows.ts";

const input: PrepareInput = {
  operation: "create",
  openVSwitch: openVSwitchRow(),
  bridge: bridgeRow(),
  lport: { name: "lsp1", options: map() },
  interface: null,
};

/** A registry, what it logged, who woke it, and a clock that a test moves. */
function observed() {
  const lines: string[] = [];
  const woken: string[] = [];
  const clock = { now: 0 };
  const registry = new ProviderRegistry({
    onWake: (type) => woken.push(type),
    log: (level, message) => lines.push(`${level} ${message}`),
    elapsed: () => clock.now,
  });
  return { registry, lines, woken, clock };
}

function throwing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe("register", () => {
  test("calls init first, and answers to the provider's own type", () => {
    const { registry } = observed();
    const calls: string[] = [];
    const { provider } = recordedProvider("dummy", { init: () => calls.push("init") }, calls);
    const registered = registry.register(provider);
    registry.forPlugType("dummy")?.prepare(input);
    expect(registered).toEqual({ ok: true, value: expect.objectContaining({ type: "dummy" }) });
    expect(calls).toEqual(["init", "prepare lsp1 create"]);
    expect(registry.types()).toEqual(["dummy"]);
  });

  test("answers to the plug types it is given instead of its own", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy").provider, ["a", "b"]);
    expect(registry.forPlugType("a")?.type).toBe("dummy");
    expect(registry.forPlugType("b")).toBe(registry.forPlugType("a"));
    expect(registry.forPlugType("dummy")).toBeUndefined();
  });

  test("refuses a type that is registered, and leaves the first one as it is", () => {
    const { registry } = observed();
    const inits: string[] = [];
    registry.register(recordedProvider("dummy").provider);
    const first = registry.forPlugType("dummy");
    const again = registry.register(recordedProvider("dummy", { init: () => inits.push("again") }).provider);
    expect(again).toMatchObject({ ok: false, error: { code: "duplicate-provider" } });
    expect(registry.forPlugType("dummy")).toBe(first);
    expect(inits).toEqual([]);
  });

  test("refuses a type that is registered also for plug types that are free", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy").provider, ["a"]);
    const again = registry.register(recordedProvider("dummy").provider, ["b"]);
    expect(!again.ok && again.error.message).toContain("is registered already");
    expect(registry.forPlugType("b")).toBeUndefined();
  });

  test("says of each provider whether it is built in, in order of registration", () => {
    const { registry } = observed();
    registry.register(recordedProvider("b").provider, ["x"], false);
    registry.register(recordedProvider("a").provider);
    expect(registry.registered().map(({ type, isBuiltIn }) => [type, isBuiltIn])).toEqual([
      ["b", false],
      ["a", true],
    ]);
  });

  test("remembers a provider whose init throws, with its reason, until the provider starts", () => {
    const { registry } = observed();
    const { provider } = recordedProvider("dummy", { init: throwing("no such bus") });
    registry.register(provider, ["a", "b"]);
    const refused = { type: "dummy", plugTypes: ["a", "b"], reason: "no such bus" };
    expect(registry.refused()).toEqual([refused]);
    registry.register(recordedProvider("dummy").provider, ["a", "b"]);
    expect(registry.refused()).toStrictEqual([]);
    expect(registry.types()).toEqual(["dummy"]);
  });

  test("refuses a plug type that belongs to another provider, and takes none of the rest", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy").provider, ["a"]);
    const second = registry.register(recordedProvider("other").provider, ["b", "a"]);
    expect(second).toMatchObject({ ok: false, error: { code: "duplicate-provider" } });
    expect(!second.ok && second.error.message).toContain("belongs to provider dummy");
    expect(registry.forPlugType("b")).toBeUndefined();
    expect(registry.types()).toEqual(["dummy"]);
  });

  test("does not register a provider whose init throws, and never calls it again", () => {
    const { registry, lines } = observed();
    const { provider, calls } = recordedProvider("dummy", {
      init: throwing("no such bus"),
      destroy: () => calls.push("destroy"),
    });
    const registered = registry.register(provider);
    expect(registered).toMatchObject({ ok: false, error: { code: "provider-init-failed" } });
    expect(!registered.ok && registered.error.message).toContain("no such bus");
    registry.runAll();
    void registry.destroyAll(() => () => {});
    expect(registry.forPlugType("dummy")).toBeUndefined();
    expect(calls).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe("unregister", () => {
  test("destroys the provider and frees its type and plug types", () => {
    const { registry } = observed();
    const destroyed: string[] = [];
    const make = () => recordedProvider("dummy", { destroy: () => destroyed.push("dummy") }).provider;
    registry.register(make(), ["a"]);
    expect(registry.unregister("dummy")).toEqual({ ok: true, value: undefined });
    expect(destroyed).toEqual(["dummy"]);
    expect(registry.forPlugType("a")).toBeUndefined();
    expect(registry.register(make(), ["a"]).ok).toBe(true);
  });

  test("waits with destroy until the changes that stand on its answers have ended", () => {
    const { registry } = observed();
    const { provider, calls } = recordedProvider("dummy", { destroy: () => calls.push("destroy") });
    const leaving = registry.register(provider);
    if (!leaving.ok) throw new Error(leaving.error.message);
    registry.onUnregister((type) => calls.push(`unregister ${type}`));
    leaving.value.changeBegins();
    registry.unregister("dummy");
    expect(registry.forPlugType("dummy")).toBeUndefined();
    expect(registry.register(recordedProvider("dummy").provider).ok).toBe(true);
    leaving.value.finish(input, null);
    leaving.value.release(input, null);
    leaving.value.changeEnds();
    leaving.value.release(input, null);
    expect(calls).toEqual(["unregister dummy", "finish lsp1 none", "release lsp1 none", "destroy"]);
  });

  test("forgets a provider whose init threw", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy", { init: throwing("no such bus") }).provider);
    expect(registry.unregister("dummy")).toEqual({ ok: true, value: undefined });
    expect([registry.refused().length, registry.lookups().size]).toEqual([0, 0]);
    expect(registry.unregister("dummy").ok).toBe(false);
  });

  test("refuses a type that is not registered", () => {
    expect(observed().registry.unregister("dummy")).toMatchObject({
      ok: false,
      error: { code: "unknown-provider" },
    });
  });
});

describe("runAll", () => {
  test("calls every provider, and tells whose lookup tables changed: only `true` says so", () => {
    const { registry } = observed();
    registry.register(recordedProvider("changed", { run: () => true }).provider);
    registry.register(recordedProvider("same", { run: () => false }).provider);
    registry.register(recordedProvider("silent").provider);
    expect(registry.runAll()).toEqual(new Set(["changed"]));
  });

  test("goes on when one throws", () => {
    const { registry, lines } = observed();
    registry.register(recordedProvider("bad", { run: throwing("boom") }).provider);
    registry.register(recordedProvider("good", { run: () => true }).provider);
    expect(registry.runAll()).toEqual(new Set(["good"]));
    expect(lines).toEqual(["warn bad: run threw: boom"]);
  });
});

describe("lookups", () => {
  test("are another number when the tables changed, or the provider itself, and else the same", () => {
    const { registry } = observed();
    let changed = false;
    const { provider } = recordedProvider("dummy", { run: () => changed });
    const seen: (number | undefined)[] = [];
    const note = () => seen.push(registry.lookups().get("dummy"));
    note();
    registry.register(provider);
    note();
    changed = true;
    registry.runAll();
    note();
    registry.unregister("dummy");
    registry.register(provider);
    note();
    expect(seen[0]).toBeUndefined();
    expect(new Set(seen).size).toBe(4);
    changed = false;
    registry.runAll();
    expect(registry.lookups().get("dummy")).toBe(seen[3]);
  });
});

describe("lookups of a provider that is refused or leaves", () => {
  test("are another number each time the provider is refused", () => {
    const { registry } = observed();
    const { provider } = recordedProvider("dummy", { init: throwing("no such bus") });
    const numbers = [1, 2, 3].map(() => {
      registry.register(provider);
      return registry.lookups().get("dummy");
    });
    registry.register(recordedProvider("dummy").provider);
    expect(new Set([...numbers, registry.lookups().get("dummy")]).size).toBe(4);
    expect(numbers).not.toContain(undefined);
  });

  test("are none when the provider is unregistered", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy").provider);
    registry.unregister("dummy");
    expect(registry.lookups().size).toBe(0);
  });
});

describe("a hosted provider", () => {
  const surroundings: Surroundings = { vifplugd: "0.0.0", chassis: "hv1", bridge: "br-int" };
  const hosted = (attended: Surroundings[], forgotten: string[] = []): HostedProvider => ({
    type: "acme",
    answer: () => ({ kind: "not-ready", reason: "hosted" }),
    attend: (told) => void attended.push(told),
    state: () => ({ state: "starting", reason: "it comes up" }),
    describe: () => null,
    forget: (lports) => void forgotten.push(...lports),
  });

  test("is told of ports that nobody asks about any more, and no other provider is", () => {
    const { registry, lines } = observed();
    const forgotten: string[] = [];
    registry.register(Object.assign(recordedProvider("dummy").provider, { forget: throwing("told") }));
    registry.register(hosted([], forgotten));
    registry.forget(["lsp1", "lsp2"]);
    expect(forgotten).toEqual(["lsp1", "lsp2"]);
    expect(lines).toStrictEqual([]);
  });

  test("is told that ports are decided here, and no other provider is", () => {
    const { registry, lines } = observed();
    const attended: Surroundings[] = [];
    registry.register(recordedProvider("dummy").provider);
    registry.register(hosted(attended));
    registry.attend(surroundings);
    expect(attended).toEqual([surroundings]);
    expect(lines).toStrictEqual([]);
  });

  test("says itself how it fares; any other provider is ready", () => {
    const { registry } = observed();
    registry.register(recordedProvider("dummy").provider);
    registry.register(hosted([]));
    expect(registry.state("acme")).toEqual({ state: "starting", reason: "it comes up" });
    expect([registry.state("dummy"), registry.state("nobody")]).toEqual([
      { state: "ready" },
      { state: "ready" },
    ]);
  });
});

test("the provider that an error comes from is known by its file, also while the provider leaves", () => {
  const { registry } = observed();
  const thrownIn = (name: string) =>
    Object.assign(new Error("stray"), { stack: `Error: stray\n    at f (/etc/providers/${name}.ts:1:1)` });
  registry.register(recordedProvider("stays").provider);
  const leaving = registry.register(recordedProvider("leaves").provider);
  if (!leaving.ok) throw new Error(leaving.error.message);
  leaving.value.changeBegins();
  registry.unregister("leaves");
  expect(["stays", "leaves", "nobody"].map((name) => registry.culpritOf(thrownIn(name)))).toEqual([
    ...["stays", "leaves", null],
  ]);
});

describe("an end that takes time", () => {
  function ending() {
    const done = Promise.withResolvers<void>();
    const told: string[] = [];
    const { registry } = observed();
    const destroy = () => new Ending(done.promise, () => void told.push("forced"));
    registry.register(recordedProvider("acme", { destroy }).provider);
    /** Calls what is to be called when there is no more time. */
    let force = () => {};
    const later = (call: () => void) => {
      told.push("bounded");
      force = call;
      return () => void told.push("canceled");
    };
    return { registry, done, told, later, force: () => force() };
  }

  test("is waited for, and forced when there is no more time", async () => {
    const { registry, done, told, later, force } = ending();
    const destroyed = registry.destroyAll(later).then(() => told.push("destroyed"));
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(told).toEqual(["bounded"]);
    force();
    done.resolve();
    await destroyed;
    expect(told).toEqual(["bounded", "forced", "canceled", "destroyed"]);
  });

  test("that is complete is waited for no more", async () => {
    const { registry, done, told, later } = ending();
    registry.unregister("acme");
    done.resolve();
    await new Promise<void>((resolve) => setImmediate(resolve));
    await registry.destroyAll(later);
    expect(told).toStrictEqual([]);
  });
});

test("destroyAll destroys every provider, also when one throws", () => {
  const { registry, lines } = observed();
  const destroyed: string[] = [];
  const named = (type: string) => recordedProvider(type, { destroy: () => destroyed.push(type) }).provider;
  registry.register(named("first"));
  registry.register(recordedProvider("bad", { destroy: throwing("stuck") }).provider);
  registry.register(named("last"));
  void registry.destroyAll(() => () => {});
  expect(destroyed).toEqual(["first", "last"]);
  expect(registry.types()).toEqual([]);
  expect(lines).toEqual(["warn bad: destroy threw: stuck"]);
});

test("destroyAll destroys also whom a change is on its way for, and calls it no more", () => {
  const { registry } = observed();
  const { provider, calls } = recordedProvider("dummy", { destroy: () => calls.push("destroy") });
  const busy = registry.register(provider);
  if (!busy.ok) throw new Error(busy.error.message);
  busy.value.changeBegins();
  registry.unregister("dummy");
  void registry.destroyAll(() => () => {});
  busy.value.finish(input, null);
  busy.value.changeEnds();
  expect(calls).toEqual(["destroy"]);
});

describe("a provider's calls", () => {
  /** The provider as the rest of the program calls it. */
  function guarded(provider: Provider) {
    const all = observed();
    const registered = all.registry.register(provider);
    if (!registered.ok) throw new Error(registered.error.message);
    return { ...all, registered: registered.value };
  }

  test("a prepare that throws is a broken answer", () => {
    const { registered } = guarded(recordedProvider("dummy", { prepare: throwing("boom") }).provider);
    expect(registered.prepare(input)).toEqual({ kind: "broken", reason: "prepare threw: boom" });
  });

  test("so is a prepare that throws something that is no error", () => {
    const prepare = () => {
      throw "a string";
    };
    const { registered } = guarded({ type: "dummy", prepare });
    expect(registered.prepare(input)).toEqual({ kind: "broken", reason: "prepare threw: a string" });
  });

  test("finish and release that throw are reported by name, and go no further", () => {
    const behaviour = { finish: throwing("f"), release: throwing("r") };
    const { registered, lines } = guarded(recordedProvider("dummy", behaviour).provider);
    registered.finish(input, null);
    registered.release(input, null);
    expect(lines).toEqual(["warn dummy: finish threw: f", "warn dummy: release threw: r"]);
  });

  test.each(["prepare", "finish", "release", "run"] as const)("a slow %s is reported by name", (callback) => {
    const { registry, lines, clock } = observed();
    const registered = registry.register(
      recordedProvider("dummy", {
        [callback]: (given: PrepareInput) => {
          clock.now += SLOW_CALL_MS + 1;
          return callback === "prepare" ? plugAs()(given) : false;
        },
      }).provider,
    );
    if (!registered.ok) throw new Error(registered.error.message);
    if (callback === "run") registry.runAll();
    else if (callback === "prepare") expect(registered.value.prepare(input).kind).toBe("plug");
    else registered.value[callback](input, null);
    expect(lines).toEqual([
      `warn dummy: ${callback} took 51 ms; providers must not block (limit ${SLOW_CALL_MS} ms)`,
    ]);
  });

  test("one that takes just the limit is not reported", () => {
    const { registered, lines, clock } = guarded({
      type: "dummy",
      prepare(given) {
        clock.now += SLOW_CALL_MS;
        return plugAs()(given);
      },
    });
    registered.prepare(input);
    expect(lines).toEqual([]);
  });

  test("one that is async and rejects is reported, and takes nothing down", async () => {
    const rejects = async () => {
      throw new Error("late");
    };
    const { registered, lines } = guarded({
      type: "dummy",
      prepare: plugAs(),
      finish: rejects,
      release: rejects,
    });
    registered.finish(input, null);
    registered.release(input, null);
    await Promise.resolve();
    expect(lines).toEqual([
      "warn dummy: finish rejected, and must not be async: late",
      "warn dummy: release rejected, and must not be async: late",
    ]);
  });

  test("a provider wakes the daemon and logs under its type", () => {
    const { registry, woken, lines } = observed();
    registry.register(
      recordedProvider("nic", {
        init(host) {
          host.wake();
          host.log("info", "found 2 ports");
        },
      }).provider,
    );
    expect(woken).toEqual(["nic"]);
    expect(lines).toEqual(["info nic: found 2 ports"]);
  });

  test("maintained options are those of the provider, or none", () => {
    expect(
      guarded({ ...recordedProvider("a").provider, maintainedOptions: ["x", "y"] }).registered,
    ).toMatchObject({ maintainedOptions: new Set(["x", "y"]) });
    expect(guarded(recordedProvider("b").provider).registered.maintainedOptions.size).toBe(0);
  });

  test("are the same object as long as the names are the same, also where the provider makes the list each time", () => {
    let names = ["x"];
    const provider = Object.defineProperty(recordedProvider("a").provider, "maintainedOptions", {
      get: () => [...names],
    });
    const { registered } = guarded(provider);
    const first = registered.maintainedOptions;
    expect(registered.maintainedOptions).toBe(first);
    names = ["y"];
    expect(registered.maintainedOptions).toEqual(new Set(["y"]));
  });
});
