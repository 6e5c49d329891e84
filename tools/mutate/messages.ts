/** The messages between the tool and the processes that run the tests. */
import * as v from "valibot";

const Survey = v.object({ kind: v.literal("survey"), files: v.array(v.string()) });

const Trial = v.object({
  kind: v.literal("trial"),
  mutant: v.number(),
  /** How often the tests may reach the mutant before it counts as running in circles (switch.ts). */
  hitLimit: v.number(),
  /** The tests in the order in which they run, with the longest time of each. */
  tests: v.array(v.object({ file: v.string(), id: v.string(), boundMs: v.number() })),
});

export const Order = v.variant("kind", [Survey, Trial]);
export type Order = v.InferOutput<typeof Order>;
export type Trial = v.InferOutput<typeof Trial>;

const SurveyedTest = v.object({
  file: v.string(),
  id: v.string(),
  milliseconds: v.number(),
  /** The failure of the test without a mutant; null: the test passed. */
  failure: v.nullable(v.string()),
  /** The mutants that the test reaches, with the number of times. */
  hits: v.array(v.tuple([v.number(), v.number()])),
});
export type SurveyedTest = v.InferOutput<typeof SurveyedTest>;

export const Report = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("surveyed test"), test: SurveyedTest }),
  v.object({
    kind: v.literal("surveyed"),
    /** The mutants that the loading of files reaches. */
    atLoad: v.array(v.number()),
    /** The files of tests that cannot be loaded, with the reason. */
    unloaded: v.array(v.object({ file: v.string(), failure: v.string() })),
  }),
  /** Sent before a test, because the test may never end. */
  v.object({ kind: v.literal("running"), boundMs: v.number() }),
  v.object({
    kind: v.literal("tried"),
    /** The test that noticed the mutant, with its failure; null: no test did. */
    noticed: v.nullable(v.object({ test: v.string(), failure: v.string() })),
    /** Whether the mutant left nothing behind: the test that noticed the mutant passes again without the mutant. */
    isClean: v.boolean(),
  }),
]);
export type Report = v.InferOutput<typeof Report>;
