/** Times of repeated work, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly p99: number;
}

/** Calls `work` often enough for the compiler to have done its part, then measures `count` more calls. */
export function timesOf(count: number, work: (index: number) => void): Times {
  for (let index = 0; index < count; index++) work(index);
  const times = new Float64Array(count);
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    work(index);
    times[index] = performance.now() - started;
  }
  times.sort();
  return { median: times[Math.floor(count / 2)] ?? 0, p99: times[Math.floor(count * 0.99)] ?? 0 };
}
