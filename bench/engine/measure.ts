/** Times of repeated work. */

/** Nothing is to be prepared. */
export const NOTHING = () => {};

/**
 * Calls `work` often enough for the compiler to have done its part, then times `count` more calls, in µs.
 * @param prepare makes what each call of `work` is given; it is not timed
 */
export function timesOf<T>(
  count: number,
  prepare: (index: number) => T,
  work: (index: number, prepared: T) => void,
): Float64Array {
  for (let index = 0; index < count; index++) work(index, prepare(index));
  return timesOnce(count, prepare, work);
}

/** As `timesOf`, of work that has been done often enough. */
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
