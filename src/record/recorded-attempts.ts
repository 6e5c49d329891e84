/**
 * Attempts in a record. An attempt contains a decision of the graph, so the record has only its outcome. The replay takes the
 * change and the answers from the same places as the daemon: the status, and the attempt before.
 */
import * as v from "valibot";
import { mapping } from "../mapping.ts";
import type { Advice } from "../plug/advice.ts";
import {
  type Attempt,
  counted,
  nonceOf,
  type SentAway,
  type Written,
  writtenAfter,
} from "../plug/attempt.ts";
import { withLeaving } from "../plug/change-advice.ts";
import type { LportStatus } from "../plug/lport-status.ts";
import type { AttemptBatch } from "../plug/nodes/input-nodes.ts";
import type { RecordedJson } from "./recorded-json.ts";

const batchSchema = v.array(
  v.object({
    lport: v.string(),
    phase: v.picklist(["idle", "in-flight", "failed", "forgotten"]),
    nonce: v.optional(v.number(), 0),
    /** By thing, the number of writes in a row; null: no earlier write counts. */
    times: v.optional(v.nullable(mapping(v.number())), null),
    due: v.optional(v.boolean(), false),
    /** The number of removals because of another owner (rule U7). */
    sentAway: v.optional(v.number(), 0),
    mayCome: v.optional(v.boolean(), false),
    error: v.optional(v.string(), ""),
  }),
);

type RecordedAttempt = v.InferOutput<typeof batchSchema>[number];

export function encodeAttempts(batch: AttemptBatch): RecordedJson {
  return batch.map(({ lport, attempt }) => {
    if (attempt === null) return { lport, phase: "forgotten" };
    const { phase, nonce } = attempt;
    const { written, sentAway } = attempt;
    return {
      ...{ lport, phase, nonce },
      ...(written === undefined ? {} : { times: Object.fromEntries(written.times) }),
      ...(written?.isDue === undefined ? {} : { due: true }),
      ...(sentAway === undefined ? {} : { sentAway: sentAway.times }),
      ...(sentAway?.isDue === undefined ? {} : { mayCome: true }),
      ...(phase === "failed" ? { error: attempt.error } : {}),
      ...(phase === "in-flight" && attempt.doubt !== undefined ? { error: attempt.doubt } : {}),
    };
  });
}

/** The state of the graph from which attempts are made. */
export interface Decided {
  status(lport: string): LportStatus | undefined;
  advice(lport: string): Advice | undefined;
  attempt(lport: string): Attempt | undefined;
}

/** @throws Error: the record does not follow from the decisions */
export function decodeAttempts(json: RecordedJson, decided: Decided): AttemptBatch {
  return v
    .parse(batchSchema, json)
    .map((recorded) => ({ lport: recorded.lport, attempt: attemptOf(recorded, decided) }));
}

function attemptOf(recorded: RecordedAttempt, decided: Decided): Attempt | null {
  const { lport, phase, nonce, error } = recorded;
  const before = decided.attempt(lport);
  const written = writtenOf(recorded, before);
  const sentAway = sentAwayOf(recorded);
  switch (phase) {
    case "forgotten":
      return null;
    case "idle":
      return counted({ phase, nonce }, written, sentAway);
    case "in-flight": {
      if (before?.phase === "in-flight") return { ...before, doubt: error };
      const change = decided.status(lport)?.change;
      const advice = decided.advice(lport);
      if (!change || advice === undefined) {
        throw new Error(`${lport} was sent to the database, which was not decided`);
      }
      return counted({ phase, nonce, change, advice: withLeaving(advice, change) }, written, sentAway);
    }
    case "failed": {
      if (before?.phase !== "in-flight") throw new Error(`${lport} was refused without having been sent`);
      return counted({ phase, nonce, change: before.change, error }, written, sentAway);
    }
  }
}

function sentAwayOf({ sentAway, mayCome }: RecordedAttempt): SentAway | undefined {
  return sentAway === 0 ? undefined : { times: sentAway, ...(mayCome ? { isDue: true } : {}) };
}

/** The write that was just committed (only a commit keeps the count of tries), else the write that counted before. */
function writtenOf(
  { lport, phase, nonce, times, due }: RecordedAttempt,
  before: Attempt | undefined,
): Written | undefined {
  if (times === null) return undefined;
  const isCommitted = phase === "idle" && before?.phase === "in-flight" && nonce === nonceOf(before);
  const written = isCommitted ? writtenAfter(before.change, undefined) : before?.written;
  if (written === undefined) throw new Error(`${lport} counts as written, which it was not`);
  const { isDue: _, ...rest } = written;
  return { ...rest, times: new Map(Object.entries(times)), ...(due ? { isDue: true } : {}) };
}
