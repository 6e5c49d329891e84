interface Keyed {
  keys(): Iterable<string>;
  has(key: string): boolean;
}

/**
 * Each key of the maps and sets, once. It is no copy: what one that was passed already gets or loses meanwhile is not
 * noticed, and what one that is still to come gets is.
 */
export function* keysOf(...keyed: readonly Keyed[]): Iterable<string> {
  for (const [index, one] of keyed.entries()) {
    for (const key of one.keys()) if (!isInOneOf(keyed, index, key)) yield key;
  }
}

function isInOneOf(keyed: readonly Keyed[], end: number, key: string): boolean {
  for (let index = 0; index < end; index++) if (keyed[index]?.has(key)) return true;
  return false;
}
