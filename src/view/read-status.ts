/** What a daemon answered to `plug/status`, which may be of another version. */
import * as v from "valibot";
import { fail, ok, type Result } from "../result.ts";
import { type Status, statusShape } from "./status-shape.ts";

export function readStatus(answer: string): Result<Status, string> {
  let content: unknown;
  try {
    content = JSON.parse(answer);
  } catch {
    return fail("its answer is no JSON");
  }
  const parsed = v.safeParse(statusShape, content);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? "its answer";
  return fail(`${place}: ${issue.message}; is the daemon that runs of another version?`);
}
