/**
 * The configuration file's schema: every key, its type and its bounds. Everything is optional; a default is the value
 * used when the key is absent (an absent `default` here: it comes from the Open_vSwitch row, see the README).
 */
import { parseRemotes } from "ovsdb-jsonrpc";
import * as v from "valibot";
import { FORMATS, LEVELS } from "../log/log.ts";
import { builtinProviders } from "../providers/builtin.ts";

/** A mapping with these keys and no other. (Valibot alone takes a list for a mapping.) */
function section<const Entries extends v.ObjectEntries>(entries: Entries) {
  const isNoList = (value: unknown) => !Array.isArray(value);
  return v.pipe(v.custom<object>(isNoList, "expected a mapping, received a list"), v.strictObject(entries));
}

const remote = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const parsed = parseRemotes(dataset.value);
    if (!parsed.ok) addIssue({ message: parsed.error });
  }),
);

const path = v.pipe(v.string(), v.nonEmpty("expected a path, received an empty string"));
const name = v.pipe(v.string(), v.nonEmpty("expected a name, received an empty string"));

const providerTypes = [...builtinProviders.keys()];

const provider = section({
  type: v.picklist(providerTypes, `expected a known provider type: ${providerTypes.join(", ")}`),
  match: v.optional(v.pipe(v.array(name), v.minLength(1, "expected at least one plug type"))),
});

export type ProviderConfig = v.InferOutput<typeof provider>;

const providers = v.pipe(
  v.array(provider),
  v.rawCheck(({ dataset, addIssue }) => {
    if (dataset.typed) for (const issue of duplicates(dataset.value)) addIssue(issue);
  }),
);

export const configSchema = section({
  ovs: v.optional(
    section({
      remote: v.optional(remote, "unix:/var/run/openvswitch/db.sock"),
      bridge: v.optional(name),
    }),
    {},
  ),
  southbound: v.optional(
    section({
      remote: v.optional(remote),
      private_key: v.optional(path),
      certificate: v.optional(path),
      ca_cert: v.optional(path),
      probe_interval_ms: v.optional(
        v.pipe(
          v.number(),
          v.integer("expected a whole number of milliseconds"),
          v.minValue(0, "expected 0 (off) or more milliseconds"),
        ),
      ),
    }),
    {},
  ),
  chassis: v.optional(name),
  plug: v.optional(
    section({
      on_withdraw: v.optional(v.picklist(["unplug", "keep"]), "unplug"),
      on_rename: v.optional(v.picklist(["replug", "report"]), "replug"),
      additional_chassis: v.optional(v.boolean(), true),
    }),
    {},
  ),
  providers: v.optional(providers, []),
  safety: v.optional(
    v.strictObject({
      max_unplug: v.optional(
        v.pipe(v.string(), v.regex(/^(100|\d{1,2})%$/, "expected a percentage from 0% to 100%")),
        "100%",
      ),
    }),
    {},
  ),
  run_dir: v.optional(path, "/var/run/openvswitch"),
  log: v.optional(
    section({
      level: v.optional(v.picklist(LEVELS), "info"),
      format: v.optional(v.picklist(FORMATS), "text"),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;

/** The plug types a provider entry answers to. */
export function plugTypesOf(entry: ProviderConfig): readonly string[] {
  return entry.match ?? [entry.type];
}

interface Duplicate {
  readonly message: string;
  readonly path: [v.ArrayPathItem, v.ObjectPathItem];
}

/** A provider type may be given once, and a plug type may be answered by one provider. */
function duplicates(entries: ProviderConfig[]): Duplicate[] {
  const issues: Duplicate[] = [];
  const types = new Set<string>();
  const owners = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    const at = (key: "type" | "match"): Duplicate["path"] => [
      { type: "array", origin: "value", input: entries, key: index, value: entry },
      { type: "object", origin: "value", input: { ...entry }, key, value: entry[key] },
    ];
    if (types.has(entry.type)) {
      issues.push({
        message: `duplicate provider type ${entry.type}: expected each type once`,
        path: at("type"),
      });
      continue;
    }
    types.add(entry.type);
    for (const plugType of plugTypesOf(entry)) {
      const owner = owners.get(plugType);
      if (owner !== undefined) {
        const message = `plug type ${plugType} is answered by provider ${owner} already: expected each plug type once`;
        issues.push({ message, path: at(entry.match === undefined ? "type" : "match") });
      }
      owners.set(plugType, entry.type);
    }
  }
  return issues;
}
