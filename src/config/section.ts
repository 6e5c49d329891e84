/** A mapping of the configuration: these keys and no other. */
import * as v from "valibot";

/** (Valibot alone takes a list for a mapping.) */
export function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const isNoList = (value: unknown) => !Array.isArray(value);
  return v.pipe(v.custom<object>(isNoList, "expected a mapping, received a list"), v.strictObject(entries));
}
