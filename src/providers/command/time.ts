/**
 * The time of a provider's command: that of the runtime, or that of a simulation, in which everything can be repeated. The
 * `Environment` of an OVSDB session has such a time too.
 */
export interface Time {
  /** Milliseconds since some moment; the number never becomes smaller. */
  elapsed(): number;
  /** Calls `call` once, after so many milliseconds. Answers the function that cancels the call. */
  timer(milliseconds: number, call: () => void): () => void;
  /** Calls `call` in a later turn of the event loop, after the bytes that wait to be read have been read. */
  turn(call: () => void): void;
  /** Calls `call` when the code that runs now has returned, before anything else comes in: a microtask. */
  soon(call: () => void): void;
}

export const realTime: Time = {
  elapsed: () => performance.now(),
  timer(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  turn: (call) => void setImmediate(call),
  soon: (call) => queueMicrotask(call),
};
