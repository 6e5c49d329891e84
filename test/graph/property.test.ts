// Random graphs with random histories: the incremental result equals a recompute after every run.
import { expect, test } from "bun:test";
import { checkProperty, findCounterexample, type Property } from "../support/random.ts";
import { formatHistory, type History, randomHistory, shrinkHistory } from "./history.ts";
import { failureOf } from "./history-check.ts";

const property: Property<History> = {
  cases: 1500,
  generate: (random) => randomHistory(random, 5 + random.int(40)),
  failure: failureOf,
  shrink: shrinkHistory,
  format: formatHistory,
};

test("incremental equals recompute, whatever is pushed, poked, broken, disallowed or forced", () => {
  checkProperty(property);
});

test("a handler that forgets deletions is found, with a history of a few steps", () => {
  const sabotaged: Property<History> = {
    ...property,
    seed: 1, // How small the shrinker gets differs a little from case to case.
    generate(random) {
      const history = property.generate(random);
      const graph = history.graph.map((spec) => ({
        ...spec,
        inputs: spec.inputs.map((edge) => ({ ...edge, handler: "forgets deletions" as const })),
      }));
      return { ...history, graph };
    },
  };
  const found = findCounterexample(sabotaged);
  expect(found?.case.graph.length).toBe(2);
  expect(found?.case.steps.length).toBeLessThanOrEqual(4);
  expect(found?.message).toContain("a recompute gives");
});
