// Rule U6 in the daemon's graph: which ports count as due to be unplugged.
import { expect, test } from "bun:test";
import { wanted } from "../support/logical-ports.ts";
import { PlugBench } from "../support/plug-bench.ts";
import { plugAs, recordedProvider, registryOf } from "../support/providers.ts";

const names = [..."abcdefgh"];

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
  expect(bench.verdict("c").change?.kind).toBe("remove");
});
