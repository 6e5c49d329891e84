/**
 * The operator for nodes whose data are a Map of which each entry follows from the entry of an input's map under the same
 * key, and from the data of the other inputs: one decision for one key, written once, of which the recompute and every
 * handler are made.
 *
 * Invariants
 * - An entry that would be the same again stays the very object that it was, so the nodes after this one, and their
 *   tracked changes, hear of what changed and of nothing else. That holds for the recompute too, as far as `same` can
 *   tell: without `same` an entry that was made anew is another one.
 * - A key is decided at most once a run, when all inputs are up to date: a handler that comes later leaves out what an
 *   earlier one has changed.
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
  /** Keys that may have an entry even if that map has none; default: there are none. */
  also?(inputs: Views<NoInfer<I>>): Iterable<Key>;
  /**
   * What is the same for all keys is looked up here, once a call; what it gives decides one of them, from what the map
   * has for it.
   * @returns for a key, its entry, or undefined: it has none. From a recompute, `before` is undefined.
   */
  deciding(
    inputs: Views<NoInfer<I>>,
  ): (key: Key, source: Source | undefined, before: Value | undefined) => Value | undefined;
  /** Two entries say the same; default: they are one object. */
  same?(a: NoInfer<Value>, b: NoInfer<Value>): boolean;
  /** For each input, the keys that a change of it concerns, each with its cause. Without: recompute. */
  readonly concerned: {
    readonly [P in keyof I]?: (
      context: HandlerContext<NoInfer<I>, P, Map<Key, Value>, KeyedChanges<Key>>,
    ) => ReadonlyMap<Key, Cause>;
  };
}

/** Defines a node by what is decided of one key. */
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

/** For `concerned`: the tracked changes of the input are the keys. */
export function sameKeys<Key>({ input }: { readonly input: { readonly changes: ReadonlyMap<Key, Cause> } }) {
  return input.changes;
}
