/** Mappings in data from outside, as schemas. (Valibot alone takes a list for a mapping.) */
import * as v from "valibot";

export const noList = v.custom<object>(
  (value) => !Array.isArray(value),
  "expected a mapping, received a list",
);

/** Any names, and values of one kind. @param expected the message for what is neither a mapping nor a list */
export function mapping<const Value extends v.GenericSchema>(values: Value, expected?: string) {
  return v.pipe(noList, v.record(v.string(), values, expected));
}
