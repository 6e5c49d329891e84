/** The output of `vifplugd explain LPORT --json` and `plug/explain LPORT json` (docs/json.md). */
import * as v from "valibot";
import { flag, listOf, orNull, said, text, time, version } from "./shape.ts";
import { portState } from "./status-shape.ts";

export const explanationShape = v.object({
  version,
  lport: text,
  state: said(
    orNull(portState),
    "null: the port is neither wanted nor plugged here, or, with a reason, it is not decided",
  ),
  type: said(orNull(text), "the port's plug type"),
  interface: said(orNull(text), "the interface in place, or the interface that is wanted"),
  reason: orNull(text),
  conditions: said(
    listOf(
      v.object({
        id: text,
        condition: text,
        holds: said(orNull(flag), "null: the condition does not matter, or nobody can tell"),
        value: said(text, "what was found"),
        source: said(text, "the row that the value is from"),
        remedy: said(orNull(text), "what somebody can do so that the condition holds"),
      }),
    ),
    "what bears on the plugging of the port",
  ),
  last_change: orNull(v.object({ at: time, cause: text })),
  last_error: orNull(
    v.object({
      at: time,
      error: said(text, "why a change was not written: a refusal in the server's own words"),
    }),
  ),
  next_try: said(orNull(time), "when the port is tried again, if only time can help it"),
  to_change: said(orNull(text), "what would have to change for the port to be plugged"),
});
export type ExplainedPort = v.InferOutput<typeof explanationShape>;
