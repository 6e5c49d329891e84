/**
 * Attempts in a record. An attempt holds what the graph itself decided, so only its outcome is written; on replay the
 * change and the answers are taken from where they were taken from then: the verdict, and the attempt before.
 */
import * as v from "valibot";
import { type Answers, withLeaving } from "../plug/answers.ts";
import type { Attempt, Repair } from "../plug/attempt.ts";
import type { AttemptBatch } from "../plug/nodes/inputs.ts";
import type { Verdict } from "../plug/verdict.ts";
import type { Json } from "./json.ts";

const batchSchema = v.array(
  v.object({
    lport: v.string(),
    phase: v.picklist(["idle", "in-flight", "failed", "forgotten"]),
    nonce: v.optional(v.number(), 0),
    /** How often the same repair was made; 0: the change before was none. */
    repairs: v.optional(v.number(), 0),
    due: v.optional(v.boolean(), false),
    error: v.optional(v.string(), ""),
  }),
);

type RecordedAttempt = v.InferOutput<typeof batchSchema>[number];

export function encodeAttempts(batch: AttemptBatch): Json {
  return batch.map(({ lport, attempt }) => {
    if (attempt === null) return { lport, phase: "forgotten" };
    const { phase, nonce } = attempt;
    if (phase === "failed") return { lport, phase, nonce, error: attempt.error };
    const { repair } = attempt;
    if (repair === undefined) return { lport, phase, nonce };
    const repeated = { lport, phase, nonce, repairs: repair.times };
    return repair.isDue === undefined ? repeated : { ...repeated, due: true };
  });
}

/** The state of the graph that attempts are made of. */
export interface Decided {
  verdict(lport: string): Verdict | undefined;
  answers(lport: string): Answers | undefined;
  attempt(lport: string): Attempt | undefined;
}

/** @throws Error when the record does not follow from what was decided */
export function decodeAttempts(json: Json, decided: Decided): AttemptBatch {
  return v
    .parse(batchSchema, json)
    .map((recorded) => ({ lport: recorded.lport, attempt: attemptOf(recorded, decided) }));
}

function attemptOf(recorded: RecordedAttempt, decided: Decided): Attempt | null {
  const { lport, phase, nonce, error } = recorded;
  const before = decided.attempt(lport);
  switch (phase) {
    case "forgotten":
      return null;
    case "idle":
      return { phase, nonce, ...repairOf(recorded, before) };
    case "in-flight": {
      const change = decided.verdict(lport)?.change;
      const answers = decided.answers(lport);
      if (!change || answers === undefined) {
        throw new Error(`${lport} was sent to the database, which was not decided`);
      }
      return { phase, nonce, change, answers: withLeaving(answers, change), ...repairOf(recorded, before) };
    }
    case "failed": {
      if (before?.phase !== "in-flight") throw new Error(`${lport} was refused without having been sent`);
      return { phase, nonce, change: before.change, error };
    }
  }
}

/** The repair is the change that was just committed, or the one that was counted before. */
function repairOf(
  { lport, phase, repairs, due }: RecordedAttempt,
  before: Attempt | undefined,
): { readonly repair?: Repair } {
  if (repairs === 0) return {};
  const committed = phase === "idle" && before?.phase === "in-flight" && before.change.kind === "update";
  const known = before === undefined || before.phase === "failed" ? undefined : before.repair?.change;
  const change = committed ? before.change : known;
  if (change?.kind !== "update") throw new Error(`${lport} was repaired without a repair`);
  return { repair: { change, times: repairs, ...(due ? { isDue: true } : {}) } };
}
