/**
 * The list of providers in the configuration: a union by `type`, in which each type has its own keys. The types and their keys
 * come from the providers themselves (src/providers/builtin.ts).
 */
import * as v from "valibot";
import { ownProviders, providerModules, providerTypes } from "../providers/builtin.ts";
import { commonKeys } from "../providers/module.ts";
import { section } from "./section.ts";

type KnownSchema =
  | (typeof providerModules)[number]["schema"]
  | (typeof ownProviders)[keyof typeof ownProviders];

export type ProviderConfig = v.InferOutput<KnownSchema>;

const OWN = ["command", "module"] as const satisfies readonly (keyof typeof ownProviders)[];

/** The errors of an entry without a known type: accepts no entry. */
const unknownType = v.pipe(
  section({
    ...commonKeys(""),
    type: v.pipe(
      v.picklist(
        providerTypes,
        `expected a known provider type: ${providerTypes.join(", ")}, or a type of your own with its ${OWN.join(" or ")}`,
      ),
      v.description("The provider; each once."),
    ),
  }),
  v.transform(({ type }): never => {
    throw new Error(`the provider type ${type} is known and has no schema`);
  }),
);

function schemaOf(entry: unknown): KnownSchema | typeof unknownType {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) return unknownType;
  const type = "type" in entry ? entry.type : null;
  const known = providerModules.find((provider) => provider.type === type);
  const own = OWN.find((key) => key in entry);
  return known?.schema ?? (own === undefined ? unknownType : ownProviders[own]);
}

export const providers = v.pipe(
  v.array(
    v.pipe(
      v.lazy(schemaOf),
      // For code that reads the schema as data.
      v.metadata({
        variants: [...providerModules.map((provider) => provider.schema), ...Object.values(ownProviders)],
      }),
    ),
  ),
  // Entries are compared also when some are not valid, so that no error hides another.
  v.rawCheck(({ dataset, addIssue }) => {
    const entries: unknown = dataset.value;
    if (!Array.isArray(entries)) return;
    for (const fault of duplicates(entries)) addIssue(fault);
  }),
  v.description("Enabled providers, in this order."),
);

/** The plug types that a provider entry answers to. */
export function plugTypesOf(entry: Pick<ProviderConfig, "type" | "match">): readonly string[] {
  return entry.match ?? [entry.type];
}

interface Fault {
  readonly message: string;
  readonly path: [v.ArrayPathItem, v.ObjectPathItem];
}

/** The readable part of an entry. */
interface LooseEntry {
  readonly index: number;
  readonly type: string;
  readonly match: readonly string[] | null;
}

function readable(entries: readonly unknown[]): readonly LooseEntry[] {
  return entries.flatMap((entry, index) => {
    if (typeof entry !== "object" || entry === null || !("type" in entry)) return [];
    const { type } = entry;
    if (typeof type !== "string") return [];
    const match = "match" in entry && Array.isArray(entry.match) ? entry.match : null;
    return [{ index, type, match: match?.filter((plugType) => typeof plugType === "string") ?? null }];
  });
}

function pathOf(entries: unknown[], index: number, key: string): Fault["path"] {
  const entry: Readonly<Record<string, unknown>> = { ...Object(entries[index]) };
  return [
    { type: "array", origin: "value", input: entries, key: index, value: entry },
    { type: "object", origin: "value", input: entry, key, value: entry[key] },
  ];
}

/** Finds provider types that are given twice, and plug types that two providers answer to. */
function duplicates(entries: unknown[]): readonly Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<string>();
  const owners = new Map<string, string>();
  for (const { index, type, match } of readable(entries)) {
    if (seen.has(type)) {
      const message = `duplicate provider type ${type}: expected each type once`;
      faults.push({ message, path: pathOf(entries, index, "type") });
      continue;
    }
    seen.add(type);
    for (const plugType of match ?? [type]) {
      const owner = owners.get(plugType);
      if (owner !== undefined) {
        const message = `plug type ${plugType} is answered by provider ${owner} already: expected each plug type once`;
        faults.push({ message, path: pathOf(entries, index, match === null ? "type" : "match") });
      }
      owners.set(plugType, type);
    }
  }
  return faults;
}
