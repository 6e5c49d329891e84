/**
 * Mutants that no test can notice (equivalent.yaml), each with the reason. An entry names the mutated code and its place, not
 * its line.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { parse } from "yaml";
import type { Mutant } from "./mutants.ts";

const Entry = v.strictObject({
  file: v.string(),
  /** `Class.method`, a function, a constant; empty at the top of the file. */
  in: v.optional(v.string(), ""),
  was: v.string(),
  becomes: v.string(),
  /** The number among equal mutants of the place, from 1. */
  nth: v.optional(v.number(), 1),
  why: v.pipe(v.string(), v.nonEmpty()),
});
export type Equivalent = v.InferOutput<typeof Entry>;

export function readEquivalents(): readonly Equivalent[] {
  const text = readFileSync(join(import.meta.dir, "equivalent.yaml"), "utf8");
  return v.parse(v.array(Entry), parse(text));
}

export function isEquivalent(mutant: Mutant, equivalents: readonly Equivalent[]): boolean {
  return equivalents.some((entry) => names(entry, mutant));
}

/** The entries about these files that name none of the mutants, because the code has changed. */
export function outdated(
  equivalents: readonly Equivalent[],
  files: ReadonlySet<string>,
  mutants: readonly Mutant[],
): readonly Equivalent[] {
  return equivalents.filter(
    (entry) => files.has(entry.file) && !mutants.some((mutant) => names(entry, mutant)),
  );
}

function names(entry: Equivalent, { file, place, was, becomes, nth }: Mutant): boolean {
  if (entry.file !== file || entry.in !== place || entry.nth !== nth) return false;
  return entry.was === was && entry.becomes === becomes;
}
