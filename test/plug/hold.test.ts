// Rule U6 in the daemon's graph: which ports count as due to be unplugged.
import { describe, expect, test } from "bun:test";
import { wanted } from "../support/logical-ports.ts";
import { PlugBench } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";

const names = [..."abcdefgh"];

describe("a Southbound that is another than before", () => {
  const stranger = { before: null, now: "00000000-0000-0000-0000-0000000000c2" };
  const bench = () => {
    const made = PlugBench.started(registryOf(recordedProvider("dummy").provider), { maxUnplugPercent: 100 });
    for (const [at, lport] of names.entries()) made.set("portBinding", wanted(lport, at));
    made.run();
    made.commit();
    return made;
  };
  const known = (made: PlugBench) => made.engine.data(made.graph.inputs.southbound).current;
  const moveAway = (made: ReturnType<typeof bench>, lport: string) => {
    const row = wanted(lport, names.indexOf(lport), { "requested-chassis": "hv2" });
    made.set("portBinding", { ...row, requested_chassis: null });
  };

  test("holds even one port, with the reason, whatever max_unplug says", () => {
    const made = bench();
    made.setSouthbound({ ...known(made), stranger });
    moveAway(made, "a");
    made.run();
    expect(made.states()).toMatchObject({ a: "held", b: "plugged" });
    expect(made.status("a").reason).toContain(`no cluster, now cluster ${stranger.now}`);
    expect(made.status("a").reason).toContain("plug/confirm-unplug");
  });

  test("lets what is held go when it turns out to be the one before, or is confirmed", () => {
    for (const letGo of [
      (made: ReturnType<typeof bench>) => made.setSouthbound({ ...known(made), stranger: null }),
      (made: ReturnType<typeof bench>) => made.engine.push(made.graph.inputs.confirmed, new Set(["a"])),
    ]) {
      const made = bench();
      moveAway(made, "a");
      made.setSouthbound({ ...known(made), stranger });
      made.run();
      expect(made.states()).toMatchObject({ a: "held" });
      letGo(made);
      made.run();
      expect(made.status("a").change?.kind).toBe("remove");
    }
  });
});

test("a port counts also while its provider refuses to let it go, until it is confirmed", () => {
  const { provider } = recordedProvider("dummy", {
    prepare: (input) =>
      input.operation === "remove" && input.lport.name < "c"
        ? { ready: false, reason: "in use" }
        : plugAs()(input),
  });
  const bench = PlugBench.started(registryOf(provider), { maxUnplugPercent: 25 });
  for (const [at, lport] of names.entries()) bench.set("portBinding", wanted(lport, at));
  bench.run();
  bench.commit();
  for (const [at, lport] of [..."abc"].entries()) {
    bench.set("portBinding", {
      ...wanted(lport, at, { "requested-chassis": "hv2" }),
      requested_chassis: null,
    });
    bench.run();
  }
  expect(bench.states()).toMatchObject({ a: "waiting", b: "waiting", c: "held", d: "plugged" });
  bench.engine.push(bench.graph.inputs.confirmed, new Set(["a", "b"]));
  bench.run();
  expect(bench.status("c").change?.kind).toBe("remove");
});

/** Eight ports are plugged, and these of them have gone to another chassis. */
function afterLeaving(maxUnplugPercent: number, going: string): PlugBench {
  const bench = PlugBench.started(registryOf(recordedProvider("dummy").provider), { maxUnplugPercent });
  for (const [at, lport] of names.entries()) bench.set("portBinding", wanted(lport, at));
  bench.run();
  bench.commit();
  for (const lport of going) {
    const row = wanted(lport, names.indexOf(lport), { "requested-chassis": "hv2" });
    bench.set("portBinding", { ...row, requested_chassis: null });
  }
  bench.run();
  return bench;
}

test.each([
  ["one port alone, however low max_unplug is", 0, "a", { a: "remove" }],
  ["as many as max_unplug allows", 25, "ab", { a: "remove", b: "remove" }],
] as const)("%s: nothing is held", (_, maxUnplugPercent, going, changes) => {
  const bench = afterLeaving(maxUnplugPercent, going);
  expect(Object.fromEntries([...going].map((lport) => [lport, bench.status(lport).change?.kind]))).toEqual(
    changes,
  );
});

test("one port more than max_unplug allows: all of them are held", () => {
  expect(afterLeaving(25, "abc").states()).toMatchObject({ a: "held", b: "held", c: "held", d: "plugged" });
});
