/** Times of repeated work. */

/** For work that needs no preparation. */
export const NOTHING = () => {};

/**
 * Calls `work` until the compiler has done its part, then times `count` more calls, in µs.
 * @param prepare makes the argument of each call of `work`, outside of the measured time
 */
export function timesOf<T>(
  count: number,
  prepare: (index: number) => T,
  work: (index: number, prepared: T) => void,
): Float64Array {
  for (let index = 0; index < count; index++) work(index, prepare(index));
  return timesOnce(count, prepare, work);
}

/** Times calls as `timesOf` does, without calls before: the compiler has done its part. */
export function timesOnce<T>(
  count: number,
  prepare: (index: number) => T,
  work: (index: number, prepared: T) => void,
): Float64Array {
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const prepared = prepare(index);
    const started = Bun.nanoseconds();
    work(index, prepared);
    times[index] = (Bun.nanoseconds() - started) / 1000;
  }
  return times;
}
