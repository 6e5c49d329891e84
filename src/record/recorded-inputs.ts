/** The schemas of inputs other than rows and attempts, in a record. */
import { isUuid, type Uuid } from "ovsdb-jsonrpc";
import * as v from "valibot";
import { MonitorScope } from "../plug/monitor-scope.ts";
import { rowSchema } from "./recorded-table.ts";

const uuid = v.custom<Uuid>(isUuid, "expected a UUID");
const text = v.string();

export const settingsSchema = v.object({
  chassis: v.nullable(text),
  bridge: v.nullable(text),
  onWithdraw: v.picklist(["unplug", "keep"]),
  onRename: v.picklist(["replug", "report"]),
  additionalChassis: v.boolean(),
  maxUnplugPercent: v.number(),
  southbound: v.object({
    remote: v.nullable(text),
    probeIntervalMs: v.nullable(v.number()),
    tls: v.object({
      privateKey: v.exactOptional(text),
      certificate: v.exactOptional(text),
      caCert: v.exactOptional(text),
    }),
  }),
});

export const localSessionSchema = v.object({
  synced: v.boolean(),
  lock: v.variant("kind", [
    v.object({ kind: v.literal("none") }),
    v.object({ kind: v.literal("asked"), name: text, held: v.boolean() }),
    v.object({ kind: v.literal("not-needed") }),
  ]),
});

export const confirmedSchema = v.set(text);
export const formerHostnamesSchema = v.map(text, v.set(text));

const binding = rowSchema("portBinding");
const replied = { at: v.number(), isFresh: v.boolean(), isEarly: v.exactOptional(v.literal(true)) };

export const departureSchema = v.array(
  v.object({
    lport: text,
    event: v.variant("kind", [
      v.object({
        kind: v.literal("left"),
        serial: v.number(),
        row: binding,
        view: v.nullable(v.number()),
      }),
      v.object({
        kind: v.literal("replied"),
        reply: v.variant("kind", [
          v.object({ kind: v.literal("none"), ...replied }),
          v.object({ kind: v.literal("row"), row: binding, ...replied }),
          v.object({ kind: v.literal("unknown"), code: text, ...replied }),
        ]),
      }),
      v.object({ kind: v.literal("aged") }),
      v.object({ kind: v.literal("early") }),
      v.object({ kind: v.literal("outdated") }),
      v.object({ kind: v.literal("forgotten") }),
    ]),
  }),
);

/** `chassis: null`: the row does not exist. Without `chassis`: nobody needs the answer any more. */
export const otherChassisSchema = v.array(
  v.object({
    uuid,
    chassis: v.exactOptional(v.nullable(v.object({ name: text, hostname: text }))),
  }),
);

export const southboundSchema = v.object({
  synced: v.boolean(),
  view: v.optional(v.nullable(v.number()), null),
  isInDoubt: v.optional(v.boolean(), false),
  stranger: v.optional(v.nullable(v.object({ before: v.nullable(text), now: v.nullable(text) })), null),
  acknowledged: v.nullable(
    v.pipe(
      v.object({
        chassisName: v.nullable(text),
        chassisUuid: v.nullable(uuid),
        hostname: v.nullable(text),
        lports: v.set(text),
      }),
      v.transform((asked) => new MonitorScope(asked, asked.lports)),
    ),
  ),
});
