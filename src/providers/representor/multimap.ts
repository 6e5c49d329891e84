/** An index with several values for a key. Every key in the index has a value. */

/** Does nothing without a key. */
export function add<K, V>(index: Map<K, Set<V>>, key: K | null | undefined, value: V): void {
  if (key === null || key === undefined) return;
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}

/** The only value; null: no value, or several. */
export function only<T>(values: Iterable<T> | undefined): T | null {
  const [first, ...others] = values ?? [];
  return first === undefined || others.length > 0 ? null : first;
}
