/** Shrinks a failing list of steps whose run is asynchronous. */

/** A list that still fails, of which no single item can be left out. */
export async function shrink<T>(
  items: readonly T[],
  fails: (fewer: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let smallest = items;
  for (let size = Math.ceil(items.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < smallest.length; ) {
      const fewer = [...smallest.slice(0, at), ...smallest.slice(at + size)];
      if (await fails(fewer)) smallest = fewer;
      else at += size;
    }
  }
  return smallest;
}
