/** What the tool and the processes that run the tests say to each other. */
import * as v from "valibot";

const Survey = v.object({ kind: v.literal("survey"), files: v.array(v.string()) });

const Trial = v.object({
  kind: v.literal("trial"),
  mutant: v.number(),
  /** Left out when its first call may be by the loading of a file. */
  hitLimit: v.number(),
  /** Tests in the order in which they are to be run, with how long each may take. */
  tests: v.array(v.object({ file: v.string(), id: v.string(), boundMs: v.number() })),
});

export const Order = v.variant("kind", [Survey, Trial]);
export type Order = v.InferOutput<typeof Order>;
export type Trial = v.InferOutput<typeof Trial>;

const SurveyedTest = v.object({
  file: v.string(),
  id: v.string(),
  milliseconds: v.number(),
  /** What it ended with, undisturbed; null: it passed. */
  failure: v.nullable(v.string()),
  /** Mutants that it comes by, and how often. */
  hits: v.array(v.tuple([v.number(), v.number()])),
});
export type SurveyedTest = v.InferOutput<typeof SurveyedTest>;

export const Report = v.variant("kind", [
  v.object({ kind: v.literal("ready") }),
  v.object({ kind: v.literal("surveyed test"), test: SurveyedTest }),
  v.object({
    kind: v.literal("surveyed"),
    /** Mutants that are come by when files are loaded. */
    atLoad: v.array(v.number()),
    /** Files of tests that cannot be loaded, and why. */
    unloaded: v.array(v.object({ file: v.string(), failure: v.string() })),
  }),
  /** Said before a test, as it may never end. */
  v.object({ kind: v.literal("running"), boundMs: v.number() }),
  v.object({
    kind: v.literal("tried"),
    /** The test that noticed, and what it said; null: none did. */
    noticed: v.nullable(v.object({ test: v.string(), failure: v.string() })),
    /** The process is as it was before: the test that noticed passes again without the mutant. */
    isClean: v.boolean(),
  }),
]);
export type Report = v.InferOutput<typeof Report>;
