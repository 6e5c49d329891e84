/**
 * The format of a record: lines of JSON. The first line describes the record. Every other line is one run of the graph: its
 * inputs (`pushes`, and `recompute` when a recompute was forced), the answers of the providers (`answers`, in the order of the
 * questions), and the providers when they changed. Decisions are not recorded, because they follow from these.
 */
import * as v from "valibot";
import { mapping } from "../mapping.ts";
import type { RecordedJson } from "./recorded-json.ts";

export const RECORD_FORMAT = 5;

const json: v.GenericSchema<RecordedJson> = v.custom<RecordedJson>((value) => value !== undefined);

export const headerSchema = v.object({
  record: v.literal(RECORD_FORMAT, `expected a record of format ${RECORD_FORMAT}`),
  version: v.string(),
  settings: json,
});

const pushSchema = v.object({
  input: v.string(),
  cause: v.string(),
  /** True: the batch is the whole content of a table. */
  reset: v.optional(v.literal(true)),
  batch: json,
});

const answerSchema = v.object({
  provider: v.string(),
  operation: v.picklist(["create", "remove"]),
  lport: v.string(),
  answer: json,
});

const providerSchema = v.object({
  type: v.string(),
  plugTypes: v.array(v.string()),
  maintainedOptions: v.array(v.string()),
  isBuiltIn: v.optional(v.boolean(), true),
});

const refusedSchema = v.object({ type: v.string(), plugTypes: v.array(v.string()), reason: v.string() });

export const runSchema = v.object({
  run: v.number(),
  time: v.number(),
  /** The reason of a forced recompute of every node. */
  recompute: v.optional(v.string()),
  pushes: v.array(pushSchema),
  answers: v.optional(v.array(answerSchema), []),
  providers: v.optional(v.array(providerSchema)),
  refused: v.optional(v.array(refusedSchema)),
  lookups: v.optional(mapping(v.number())),
});

export type RecordedRun = v.InferOutput<typeof runSchema>;
export type RecordedPush = v.InferOutput<typeof pushSchema>;
export type RecordedAnswer = v.InferOutput<typeof answerSchema>;
export type RecordedProvider = v.InferOutput<typeof providerSchema>;
