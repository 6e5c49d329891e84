/**
 * The operator for nodes whose data are a Map with one decision for each key. An entry follows from the entry of an input's map
 * under the same key, and from the data of the other inputs. The decision is written once; the operator makes the recompute and
 * every handler from it.
 *
 * Invariants
 * - An entry that does not change stays the same object, so later nodes and tracked changes learn of real changes only. For a
 *   recompute this needs `same`: without `same`, an entry that was made anew counts as changed.
 * - A key is decided at most once in a run, when all inputs are up to date: a later handler leaves out keys that an earlier
 *   handler has changed.
 */
import { type Cause, type KeyedChanges, keyedChanges } from "./cause.ts";
import {
  type AnyFunction,
  type GraphNode,
  type HandlerContext,
  type HandlerResult,
  type Inputs,
  type RecomputeResult,
  type RunContext,
  unchanged,
  updated,
  updatedTracked,
} from "./node.ts";

type Views<I extends Inputs> = RunContext<I, unknown, unknown>["inputs"];

export interface KeyedDefinition<
  K extends "derived" | "output",
  I extends Inputs,
  Key,
  Source,
  Value extends object,
> {
  /** Unique in its graph. */
  readonly name: string;
  readonly kind: K;
  readonly inputs: I;
  /** The map of an input whose keys may have an entry. */
  over(inputs: Views<NoInfer<I>>): ReadonlyMap<Key, Source>;
  /** Keys that may have an entry without an entry in that map; default: none. */
  also?(inputs: Views<NoInfer<I>>): Iterable<Key>;
  /**
   * Looks up everything that is the same for all keys, once a call, and returns the function that decides one key. That function
   * gets the key, its entry in the map, and the entry before (undefined in a recompute).
   * @returns a function that gives the entry of a key; undefined: the key has no entry
   */
  deciding(
    inputs: Views<NoInfer<I>>,
  ): (key: Key, source: Source | undefined, before: Value | undefined) => Value | undefined;
  /** Whether two entries are equal; default: they are the same object. */
  same?(a: NoInfer<Value>, b: NoInfer<Value>): boolean;
  /** For each input, the keys that its change concerns, each with its cause; absent: recompute. */
  readonly concerned: {
    readonly [P in keyof I]?: (
      context: HandlerContext<NoInfer<I>, P, Map<Key, Value>, KeyedChanges<Key>>,
    ) => ReadonlyMap<Key, Cause>;
  };
}

/** Defines a node by the decision about one key. */
export function keyed<
  const K extends "derived" | "output",
  I extends Inputs,
  Key,
  Source,
  Value extends object,
>(
  definition: KeyedDefinition<K, I, Key, Source, Value>,
): GraphNode<Map<Key, Value>, KeyedChanges<Key>> & { readonly kind: K } {
  const { name, kind, inputs, over, also, deciding, concerned } = definition;
  const same = definition.same ?? Object.is;
  type Own = RunContext<I, Map<Key, Value>, KeyedChanges<Key>>;

  function put(
    { data, changes }: Own,
    key: Key,
    before: Value | undefined,
    after: Value | undefined,
    cause: Cause,
  ): void {
    if (after === undefined ? before === undefined : before !== undefined && same(before, after)) return;
    if (after === undefined) data.delete(key);
    else data.set(key, after);
    changes.set(key, cause);
  }

  function run(context: Own): RecomputeResult {
    const { inputs, data, changes, cause } = context;
    const sources = over(inputs);
    const others = new Set(also?.(inputs));
    const decide = deciding(inputs);
    let entries = 0;
    const settle = (source: Source | undefined, key: Key) => {
      const after = decide(key, source, undefined);
      put(context, key, data.get(key), after, cause);
      if (after !== undefined) entries++;
    };
    sources.forEach(settle);
    for (const key of others) if (!sources.has(key)) settle(undefined, key);
    if (data.size > entries) {
      for (const [key, before] of data) {
        if (!sources.has(key) && !others.has(key)) put(context, key, before, undefined, cause);
      }
    }
    return changes.size === 0 ? unchanged : updatedTracked;
  }

  function handle(context: Own, concerns: ReadonlyMap<Key, Cause>): HandlerResult {
    const { inputs, data, changes } = context;
    if (concerns.size === 0) return unchanged;
    const sources = over(inputs);
    const decide = deciding(inputs);
    const changed = changes.size;
    for (const [key, cause] of concerns) {
      if (changes.has(key)) continue;
      const before = data.get(key);
      put(context, key, before, decide(key, sources.get(key), before), cause);
    }
    return changes.size === changed ? unchanged : updated;
  }

  const handlers: Record<string, AnyFunction> = {};
  for (const input in concerned) {
    const concernedBy = concerned[input];
    if (concernedBy === undefined) continue;
    handlers[input] = (context: HandlerContext<I, typeof input, Map<Key, Value>, KeyedChanges<Key>>) =>
      handle(context, concernedBy(context));
  }
  const data = () => new Map<Key, Value>();
  return Object.freeze({ name, kind, inputs, data, changes: keyedChanges<Key>, run, handlers });
}

/** For `concerned`: the keys are the tracked changes of the input. */
export function sameKeys<Key>({ input }: { readonly input: { readonly changes: ReadonlyMap<Key, Cause> } }) {
  return input.changes;
}
