/** Times of repeated work. */

/** Calls `work` often enough for the compiler to have done its part, then times `count` more calls, in µs. */
export function timesOf(count: number, work: (index: number) => void): Float64Array {
  for (let index = 0; index < count; index++) work(index);
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const started = Bun.nanoseconds();
    work(index);
    times[index] = (Bun.nanoseconds() - started) / 1000;
  }
  return times;
}
