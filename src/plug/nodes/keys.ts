/** The keys of all the maps and sets: a snapshot, so that these may be changed on the way through it. */
export function keysOf(...keyed: readonly { keys(): Iterable<string> }[]): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const one of keyed) for (const key of one.keys()) keys.add(key);
  return keys;
}
