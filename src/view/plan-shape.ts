/** The output of `vifplugd plan --json` (docs/json.md). */
import * as v from "valibot";
import { listOf, orNull, said, text, texts, version } from "./shape.ts";
import { portShape } from "./status-shape.ts";

const common = {
  lport: text,
  type: said(text, "the port's plug type"),
  reason: orNull(text),
};

/** A new interface, in full. */
const newInterface = {
  interface: text,
  interface_type: text,
  options: texts,
  other_config: texts,
  mtu_request: said(orNull(v.pipe(v.number(), v.integer())), "bytes"),
};
const newInterfaceShape = v.object(newInterface);
export type PlannedInterface = v.InferOutput<typeof newInterfaceShape>;

const textOrNumber = orNull(v.union([v.string(), v.number()]));

const editShape = v.object({
  column: text,
  key: said(orNull(text), "null: the whole column"),
  before: said(textOrNumber, "null: absent"),
  after: said(textOrNumber, "null: absent"),
});
export type PlannedEdit = v.InferOutput<typeof editShape>;

const changeShape = v.variant("change", [
  v.object({ ...common, change: v.literal("create"), ...newInterface }),
  v.object({
    ...common,
    change: v.literal("update"),
    interface: text,
    from: said(orNull(text), "the logical port that the interface is taken over from"),
    edits: listOf(editShape),
  }),
  v.object({ ...common, change: v.literal("remove"), interface: text }),
  v.object({
    ...common,
    change: v.literal("replug"),
    replaces: said(text, "the interface that goes in the same transaction"),
    ...newInterface,
  }),
]);
export type PlannedChange = v.InferOutput<typeof changeShape>;

export const planShape = v.object({
  version,
  chassis: said(orNull(text), "the name of the chassis"),
  bridge: said(text, "the integration bridge"),
  changes: said(listOf(changeShape), "what run would do now, in the order of lport"),
  ports: said(listOf(portShape), "every port without a change"),
});
export type Plan = v.InferOutput<typeof planShape>;
