/** An index with several values to a key. A key without values is not in it. */

/** Does nothing without a key. */
export function add<K, V>(index: Map<K, Set<V>>, key: K | null | undefined, value: V): void {
  if (key === null || key === undefined) return;
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}

/** The one value that there is; null where there is none, or several. */
export function only<T>(values: Iterable<T> | undefined): T | null {
  const [first, ...others] = values ?? [];
  return first === undefined || others.length > 0 ? null : first;
}
