/**
 * What the daemon asks the world for besides databases: time, timers and chance. It is handed to whoever needs it, so that
 * a history can be played again with a time of its own; nothing in src/daemon, src/graph, src/plug, src/record and the
 * providers' registry asks globals (test/architecture).
 */
export interface Environment {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since any moment, never going back. */
  elapsed(): number;
  /** Calls once, after so many milliseconds. */
  timer(milliseconds: number, call: () => void): CancelTimer;
  /** From 0 up to 1, without 1. */
  random(): number;
}

/** Does nothing when the timer has called. */
export type CancelTimer = () => void;

export const systemEnvironment: Environment = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  timer(milliseconds, call) {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
