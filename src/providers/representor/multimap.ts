/** An index with several values to a key. A key without values is not in it. */

/** Does nothing without a key. */
export function add<K, V>(index: Map<K, Set<V>>, key: K | null | undefined, value: V): void {
  if (key === null || key === undefined) return;
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}
