/**
 * Providers that other people wrote: each is an object whose members are checked before vifplugd uses the object.
 */
import * as v from "valibot";
import { mapping } from "../mapping.ts";
import { fail, ok, type Result } from "../result.ts";
import { copyOfAround, copyOfInput, copyOfOutput } from "./copies.ts";
import { commonKeys, type LinkedEntry, type ProviderModule } from "./module.ts";
import { checkOptions } from "./options-schema.ts";
import type { Provider, ProviderOptions } from "./provider.ts";

const CALLS = ["init", "destroy", "run", "arrange", "tidy", "finish", "release"] as const;

/** Checks the default export of a module. The error says what was expected. */
export function parseProvider(exported: unknown): Result<Provider, string> {
  if (!isProvider(exported)) return fail(faultOf(exported) ?? "expected an object");
  return ok(exported);
}

function isProvider(exported: unknown): exported is Provider {
  return faultOf(exported) === null;
}

function faultOf(exported: unknown): string | null {
  if (typeof exported !== "object" || exported === null) return "expected a default export that is an object";
  const members = new Map<string, unknown>();
  for (const name of ["type", "prepare", "summary", "reads", "maintainedOptions", ...CALLS]) {
    members.set(name, Reflect.get(exported, name));
  }
  const type = members.get("type");
  if (typeof type !== "string" || type === "") return "expected a `type` that is a word";
  if (typeof members.get("prepare") !== "function") return "expected a function `prepare`";
  const call = CALLS.find((name) => !["function", "undefined"].includes(typeof members.get(name)));
  if (call !== undefined) return `expected \`${call}\` to be a function`;
  if (!["string", "undefined"].includes(typeof members.get("summary")))
    return "expected `summary` to be text";
  if (!v.is(v.optional(v.array(v.string())), members.get("maintainedOptions"))) {
    return "expected `maintainedOptions` to be a list of words";
  }
  if (!v.is(v.optional(v.array(readOption)), members.get("reads"))) {
    return "expected `reads` to be a list of { name, meaning }";
  }
  return null;
}

/** The schema of `type` in an entry for somebody else's provider. @param taken types that the entry cannot have */
export function ownType(taken: readonly string[]) {
  const others = taken.length === 0 ? "" : `(?!(?:${taken.join("|")})$)`;
  return v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^${others}[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$`),
      "expected a word of at most 63 letters",
    ),
    v.description("The provider; each once."),
  );
}

/** The schema of `options` in an entry for somebody else's provider. */
export const ownOptions = v.optional(
  v.pipe(
    mapping(v.unknown()),
    v.description("Handed to the provider, and checked against the schema that the provider declares."),
    v.metadata({ default: "none" }),
  ),
  {},
);

const readOption = v.object({ name: v.string(), meaning: v.string() });

/** @throws the export is no provider: the author of the executable has to know */
export function linkedModule(exported: unknown): ProviderModule<LinkedEntry> {
  const parsed = parseProvider(exported);
  if (!parsed.ok) throw new Error(`a provider that is linked into this executable: ${parsed.error}`);
  const provider = parsed.value;
  const { type, summary = "", reads = [] } = provider;
  const schema = v.pipe(
    v.strictObject({
      ...commonKeys(type),
      options: v.pipe(
        ownOptions,
        v.rawCheck(({ dataset, addIssue }) => {
          if (!dataset.typed || provider.optionsSchema === undefined) return;
          const checked = checkOptions(provider.optionsSchema, dataset.value);
          for (const { path, message } of checked.ok ? [] : checked.error) {
            addIssue({ message, ...issuePath(dataset.value, path) });
          }
        }),
      ),
    }),
    v.transform(({ match, options }): LinkedEntry => {
      const create = () => withOptions(provider, options);
      return { source: "linked", type, ...(match === undefined ? {} : { match }), options, create };
    }),
  );
  return { type, summary, reads, schema };
}

/**
 * Ends the present use of a linked provider. All entries share the one object, and a new entry may call `init` before the last
 * changes of the former entry have ended.
 */
const lives = new WeakMap<Provider, () => void>();

/** Wraps the provider, so that its `init` gets these options. */
export function withOptions(provider: Provider, options: ProviderOptions): Provider {
  const { type, maintainedOptions } = provider;
  let isAlive = false;
  const end = () => {
    if (!isAlive) return;
    isAlive = false;
    provider.destroy?.();
  };
  const { arrange, tidy } = provider;
  return {
    type,
    ...(maintainedOptions === undefined ? {} : { maintainedOptions }),
    init(host) {
      lives.get(provider)?.();
      provider.init?.(host, structuredClone(options));
      isAlive = true;
      lives.set(provider, end);
    },
    destroy: end,
    run: () => provider.run?.() ?? false,
    prepare: (input) => provider.prepare(copyOfInput(input)),
    ...(arrange === undefined
      ? {}
      : { arrange: (input) => isAlive && provider.arrange?.(copyOfInput(input)) }),
    ...(tidy === undefined
      ? {}
      : { tidy: (around) => !isAlive || (provider.tidy?.(copyOfAround(around)) ?? true) }),
    finish: (input, output) => isAlive && provider.finish?.(copyOfInput(input), copyOfOutput(output)),
    release: (input, output) => isAlive && provider.release?.(copyOfInput(input), copyOfOutput(output)),
  };
}

/** The path below `options` to a wrong value, in the form that valibot uses. */
function issuePath(
  options: ProviderOptions,
  path: readonly string[],
): { path?: [v.ObjectPathItem, ...v.ObjectPathItem[]] } {
  const items = path.map((key): v.ObjectPathItem => {
    return { type: "object", origin: "value", input: { ...options }, key, value: undefined };
  });
  const [first, ...rest] = items;
  return first === undefined ? {} : { path: [first, ...rest] };
}
