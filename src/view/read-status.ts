/** Parses the answer of a daemon to `plug/status`; the daemon may have another version. */
import * as v from "valibot";
import { fail, ok, type Result } from "../result.ts";
import { type Status, statusShape } from "./status-shape.ts";

export function readStatus(answer: string): Result<Status, string> {
  let content: unknown;
  try {
    content = JSON.parse(answer);
  } catch {
    return fail("the answer of the daemon is no JSON");
  }
  const parsed = v.safeParse(statusShape, content);
  if (parsed.success) return ok(parsed.output);
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue) ?? "the answer of the daemon";
  return fail(`${place}: ${issue.message}; does the running daemon have another version?`);
}
