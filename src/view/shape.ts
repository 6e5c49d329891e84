/**
 * The pieces of the shapes of `--json`. Each shape gives the type, the JSON Schema, and the parser for answers of another vifplugd;
 * the parser drops unknown keys.
 */
import * as v from "valibot";
import { mapping } from "../mapping.ts";

type Schema = v.GenericSchema;

/** Adds the meaning, for readers of the JSON Schema. */
export function said<const S extends Schema>(schema: S, meaning: string) {
  return v.pipe(schema, v.description(meaning));
}

export function listOf<const S extends Schema>(item: S) {
  return v.pipe(v.array(item), v.readonly());
}

/** A value or null: unknown, or none. */
export function orNull<const S extends Schema>(schema: S) {
  return v.nullable(schema);
}

export const text = v.string();
export const flag = v.boolean();
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const texts = v.pipe(mapping(v.string()), v.readonly());
/** A time in RFC 3339, UTC. */
export const time = v.pipe(v.string(), v.isoTimestamp());
/** The version of the program, not of the shape (docs/json.md). */
export const version = said(text, "the version of the vifplugd that made this");
