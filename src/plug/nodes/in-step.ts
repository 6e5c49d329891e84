/**
 * Look-ups for a recompute, which walks one map and needs the entries of another that has about the same order: it
 * follows along in the other one. The next entry is near, while a key's place in a large map has to be waited for.
 *
 * Invariant: the answer is the map's own at that moment, whatever the order is; only the time depends on it.
 */

/** After so many look-ups in a row that found their key elsewhere, the entry that waits is let go. */
const PATIENCE = 4;

export function inStep<K, V>(map: ReadonlyMap<K, V>): (key: K) => V | undefined {
  // Two iterators that go together: what they give needs no array for each entry.
  const keys = map.keys();
  const values = map.values();
  /** The key of the entry that is next, when another one was asked for. */
  let waiting: { readonly key: K } | null = null;
  let isOver = false;
  /** Keys that were asked for before it was their turn. */
  const early = new Set<K>();
  let misses = 0;

  function elsewhere(key: K): V | undefined {
    const value = map.size === 0 ? undefined : map.get(key);
    if (value === undefined || waiting === null) return value;
    if (waiting.key !== key) {
      early.add(key);
      misses++;
      if (misses < PATIENCE) return value;
    }
    waiting = null;
    misses = 0;
    return value;
  }

  return (key) => {
    while (waiting === null && !isOver) {
      const next = keys.next();
      const value = values.next();
      if (next.done || value.done) isOver = true;
      else if (next.value === key) {
        misses = 0;
        return value.value;
      } else if (!early.delete(next.value)) waiting = { key: next.value };
    }
    return elsewhere(key);
  };
}
