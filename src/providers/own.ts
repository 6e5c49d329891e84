/**
 * Providers that are not vifplugd's: each is an object that somebody else wrote, and is looked at before it is believed.
 */
import * as v from "valibot";
import { fail, ok, type Result } from "../result.ts";
import { commonKeys, type LinkedEntry, type ProviderModule } from "./module.ts";
import type { Provider, ProviderOptions } from "./provider.ts";

const CALLS = ["init", "destroy", "run", "arrange", "finish", "release"] as const;

/** What a module's default export has to be; the error says what is missing. */
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

const readOption = v.object({ name: v.string(), meaning: v.string() });

/** @throws when it is none: whoever built the executable has to know */
export function linkedModule(exported: unknown): ProviderModule<LinkedEntry> {
  const parsed = parseProvider(exported);
  if (!parsed.ok) throw new Error(`a provider that is linked into this executable: ${parsed.error}`);
  const provider = parsed.value;
  const { type, summary = "", reads = [] } = provider;
  const schema = v.pipe(
    v.strictObject({
      ...commonKeys(type),
      options: v.optional(
        v.pipe(v.record(v.string(), v.unknown()), v.description("Handed to the provider.")),
        {},
      ),
    }),
    v.transform(({ match, options }): LinkedEntry => {
      const create = () => withOptions(provider, options);
      return { source: "linked", type, ...(match === undefined ? {} : { match }), options, create };
    }),
  );
  return { type, summary, reads, schema };
}

/** The provider, whose `init` is given these options. */
export function withOptions(provider: Provider, options: ProviderOptions): Provider {
  const { type, maintainedOptions } = provider;
  return {
    type,
    ...(maintainedOptions === undefined ? {} : { maintainedOptions }),
    init: (host) => provider.init?.(host, options),
    destroy: () => provider.destroy?.(),
    run: () => provider.run?.() ?? false,
    prepare: (input) => provider.prepare(input),
    ...(provider.arrange === undefined ? {} : { arrange: (input) => provider.arrange?.(input) }),
    finish: (input, output) => provider.finish?.(input, output),
    release: (input, output) => provider.release?.(input, output),
  };
}
