/**
 * A provider type as the rest of the program knows it: one value that describes the type completely. What the
 * configuration accepts, its JSON Schema, the table in docs/configuration.md, `vifplugd providers` and the completion follow from the
 * list of these values (builtin.ts), and from nothing else.
 *
 * Invariants: the keys of a type are its own: two types may have a key of the same name. A provider is made from keys
 * that its own schema has checked.
 */
import * as v from "valibot";
import type { HostedProvider } from "./hosted.ts";
import type { Provider, ProviderOptions, ReadOption } from "./provider.ts";

/** The keys that every entry of the configuration's list of providers may have, whatever its type. */
export function commonKeys<const Type extends string>(type: Type) {
  return {
    type: v.pipe(v.literal(type), v.description("The provider; each once.")),
    match: v.optional(
      v.pipe(
        v.array(v.pipe(v.string(), v.nonEmpty("expected a name, received an empty string"))),
        v.minLength(1, "expected at least one plug type"),
        v.description("The plug types (vif-plug-type) that the provider answers to."),
        v.metadata({ default: "its type" }),
      ),
    ),
  };
}

/** One entry of the configuration, checked: an enabled provider. */
export type ProviderEntry = BuiltinEntry | LinkedEntry | CommandEntry | ModuleEntry;

export interface BuiltinEntry<Type extends string = string, Options = unknown> extends EntryOf<Options> {
  readonly source: "built in";
  readonly type: Type;
}

/** A provider that was compiled into this executable, and is no part of vifplugd. */
export interface LinkedEntry extends EntryOf<ProviderOptions> {
  readonly source: "linked";
  readonly type: string;
}

/** The command of somebody else's provider. */
export interface CommandEntry extends EntryOf<ProviderOptions> {
  readonly source: "command";
  readonly type: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
}

/** The module file of somebody else's provider. */
export interface ModuleEntry extends EntryOf<ProviderOptions> {
  readonly source: "module";
  readonly type: string;
  /** The absolute path of the file. */
  readonly module: string;
}

interface EntryOf<Options> {
  /** The plug types that the provider answers to; absent: its type. */
  readonly match?: readonly string[];
  /** The keys of the provider's own. */
  readonly options: Options;
  /** Where the options stand in the file; absent: the options are checked with the rest of the file. */
  readonly at?: PlaceOf;
  /** Where the entry stands in the file, as FILE:LINE:COL; absent where `at` is. */
  readonly place?: string;
  create(at: PlaceOf): Provider | HostedProvider;
}

/** Where in the configuration a value below an entry's `options` stands: FILE:LINE:COL, and its key's path. */
export type PlaceOf = (path: readonly string[]) => string;

export interface ProviderModule<Entry extends ProviderEntry = ProviderEntry> {
  readonly type: Entry["type"];
  /** What the provider plugs, in one sentence. */
  readonly summary: string;
  /** The options of a logical port that the provider reads. */
  readonly reads: readonly ReadOption[];
  /** An entry of the configuration with this type. */
  readonly schema: v.GenericSchema<unknown, Entry>;
}

/** The values of a type's own keys, after its schema has checked them. */
type OptionsOf<Keys extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<Keys, undefined>>;

export interface ProviderDefinition<Type extends string, Keys extends v.ObjectEntries> {
  readonly type: Type;
  readonly summary: string;
  readonly reads: readonly ReadOption[];
  /** The schema of each key that only entries of this type have; every key may be absent. */
  readonly keys: Keys;
  create(options: OptionsOf<Keys>): Provider;
}

export function defineProvider<const Type extends string, const Keys extends v.ObjectEntries>(
  definition: ProviderDefinition<Type, Keys>,
): ProviderModule<BuiltinEntry<Type, OptionsOf<Keys>>>;
export function defineProvider(
  definition: ProviderDefinition<string, v.ObjectEntries>,
): ProviderModule<BuiltinEntry> {
  const { type, summary, reads, keys } = definition;
  const common = commonKeys(type);
  const schema = v.pipe(
    // The common keys are told first, and are never a type's own.
    v.strictObject({ ...common, ...keys, ...common }),
    v.transform(({ type: _, match, ...options }): BuiltinEntry => {
      const create = () => definition.create(options);
      return { source: "built in", type, ...(match === undefined ? {} : { match }), options, create };
    }),
  );
  return { type, summary, reads, schema };
}
