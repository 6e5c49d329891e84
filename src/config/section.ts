/** A mapping of the configuration: these keys and no other. */
import * as v from "valibot";
import { noList } from "../mapping.ts";

export function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(noList, v.strictObject(entries));
}
