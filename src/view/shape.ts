/**
 * The pieces that the shapes of `--json` are described with. Of each description come the type, the JSON Schema, and the
 * parser of what another vifplugd answered, in which keys that are not known are left out.
 */
import * as v from "valibot";

type Schema = v.GenericSchema;

/** With what it means, for whoever reads the JSON Schema. */
export function said<const S extends Schema>(schema: S, meaning: string) {
  return v.pipe(schema, v.description(meaning));
}

export function listOf<const S extends Schema>(item: S) {
  return v.pipe(v.array(item), v.readonly());
}

/** Null: it is not known, or there is none. */
export function orNull<const S extends Schema>(schema: S) {
  return v.nullable(schema);
}

export const text = v.string();
export const flag = v.boolean();
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const texts = v.pipe(v.record(v.string(), v.string()), v.readonly());
/** RFC 3339, UTC. */
export const time = v.pipe(v.string(), v.isoTimestamp());
/** The program's own; see docs/json.md. */
export const version = said(text, "the version of the vifplugd that made this");
