/** Reads a valibot schema as data: the facts about each key, through all wrappers and pipes. */

/** One part of the configuration. */
export interface Part {
  readonly kind:
    | "mapping"
    | "variants"
    | "list"
    | "words"
    | "string"
    | "number"
    | "integer"
    | "boolean"
    /** A mapping with unknown keys. */
    | "anything"
    /** A value of {@link Part.choices}. */
    | "either";
  readonly description: string | null;
  /** The value of an absent key; undefined: no fixed value. */
  readonly fixedDefault: unknown;
  /** The origin of the value of an absent key. */
  readonly otherDefault: string | null;
  readonly required: boolean;
  readonly words: readonly (string | number)[];
  readonly pattern: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The least number of a string's letters, or of a list's items. */
  readonly minLength: number | null;
  readonly keys: ReadonlyMap<string, Part>;
  readonly item: Part | null;
  /** The alternatives, each of another kind. */
  readonly choices: readonly Part[];
  /** The alternative mappings, which a key `type` tells apart. */
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** Null: any type that no other variant has. */
  readonly type: string | null;
  /** The name for people. */
  readonly name: string;
  readonly part: Part;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws Error for a schema of an unknown kind, whose key would be missing everywhere */
export function readSchema(schema: unknown): Part {
  const items = flatten(schema);
  const of = (...types: readonly string[]) => items.find(({ type }) => types.includes(String(type)));
  const requirement = (type: string) => {
    const value = of(type)?.requirement;
    return typeof value === "number" ? value : null;
  };
  const metadata = of("metadata")?.metadata;
  const regex = of("regex")?.requirement;
  const optional = of("optional");
  const entries = of("strict_object", "object")?.entries;
  const list = of("array");
  const words = of("picklist")?.options;
  const literal = of("literal")?.literal;
  const choices = of("union")?.options;
  const variants = isFields(metadata) && Array.isArray(metadata.variants) ? metadata.variants : [];
  return {
    kind: kindOf(items),
    description: textOr(of("description")?.description),
    // A computed default has no fixed value: the metadata name its origin.
    fixedDefault: typeof optional?.default === "function" ? undefined : optional?.default,
    otherDefault: textOr(isFields(metadata) ? metadata.default : null),
    required: optional === undefined,
    words: Array.isArray(words) ? words.filter(isWord) : isWord(literal) ? [literal] : [],
    pattern: regex instanceof RegExp ? regex.source : null,
    minimum: requirement("min_value"),
    maximum: requirement("max_value"),
    minLength: of("non_empty") === undefined ? requirement("min_length") : 1,
    keys: new Map(
      isFields(entries) ? Object.entries(entries).map(([key, value]) => [key, readSchema(value)]) : [],
    ),
    item: list === undefined ? null : readSchema(list.item),
    choices: Array.isArray(choices) ? choices.map(readSchema) : [],
    variants: variants.map(readVariant),
  };
}

function readVariant(schema: unknown): Variant {
  const part = readSchema(schema);
  const type = textOr(part.keys.get("type")?.words[0]);
  const metadata = flatten(schema).find((item) => item.type === "metadata")?.metadata;
  const name = isFields(metadata) ? textOr(metadata.variant) : null;
  return { type, name: name ?? `\`${type}\``, part };
}

/** The wrappers, schemas and actions, in one list. */
function flatten(schema: unknown): readonly Fields[] {
  if (!isFields(schema)) return [];
  if (Array.isArray(schema.pipe)) return schema.pipe.flatMap(flatten);
  return "wrapped" in schema ? [schema, ...flatten(schema.wrapped)] : [schema];
}

function kindOf(items: readonly Fields[]): Part["kind"] {
  const types = new Set(items.map(({ type }) => type));
  if (types.has("lazy")) return "variants";
  if (types.has("strict_object") || types.has("object")) return "mapping";
  if (types.has("record")) return "anything";
  if (types.has("array")) return "list";
  if (types.has("picklist") || types.has("literal")) return "words";
  if (types.has("string")) return "string";
  if (types.has("boolean")) return "boolean";
  if (types.has("number")) return types.has("integer") ? "integer" : "number";
  if (types.has("union")) return "either";
  throw new Error(`expected a schema of a kind that is known here, received ${[...types].join(", ")}`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isWord(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
